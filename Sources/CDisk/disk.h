// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// How a whole file system is brought to the disk; Swift's Glibc leaves these names out.
#pragma once

#include <stdio.h>
#include <sys/statfs.h>
#include <sys/utsname.h>

// Declared here, since unistd.h has it for _GNU_SOURCE only.
extern int syncfs(int fd);

static inline int cdisk_sync_file_system(int fd) { return syncfs(fd); }

/// Whether syncfs on this file system waits for everything and reports what could not be written:
/// the kernel does since 5.8 (commit 735e4ae5ba28), and the file system must be one that takes part.
static inline int cdisk_reports_errors_of_syncfs(int fd) {
  struct utsname name;
  int major = 0, minor = 0;
  if (uname(&name) != 0 || sscanf(name.release, "%d.%d", &major, &minor) != 2) return 0;
  if (major < 5 || (major == 5 && minor < 8)) return 0;
  struct statfs status;
  if (fstatfs(fd, &status) != 0) return 0;
  switch ((unsigned long)status.f_type) {
  case 0xEF53UL:      // ext2, ext3, ext4
  case 0x58465342UL:  // XFS
  case 0x9123683EUL:  // Btrfs
  case 0xF2F52010UL:  // F2FS
  case 0x01021994UL:  // tmpfs
    return 1;
  default: return 0;
  }
}
