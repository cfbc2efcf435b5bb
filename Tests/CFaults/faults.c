// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum action { none, error_before, error_after, short_write, kill_before, kill_after };

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static char wanted_call[32];
static enum action wanted_action;
static int wanted_errno;
static long wanted_number;
static long seen;
static int hit;
static int trace = -1;
static int begun;

void cfaults_begin(void) {
  const char *path = getenv("CADASTRE_TRACE");
  // Through the kernel itself, so that the record does not record itself.
  if (path) trace = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const char *plan = getenv("CADASTRE_FAULT");
  if (plan) {
    const char *first = strchr(plan, ':');
    const char *second = first ? strchr(first + 1, ':') : NULL;
    if (!second || first - plan >= (long)sizeof wanted_call) abort();
    memcpy(wanted_call, plan, (size_t)(first - plan));
    const char *action = first + 1;
    if (!strncmp(action, "error=", 6)) wanted_action = error_before, wanted_errno = atoi(action + 6);
    else if (!strncmp(action, "after=", 6)) wanted_action = error_after, wanted_errno = atoi(action + 6);
    else if (!strncmp(action, "short:", 6)) wanted_action = short_write;
    else if (!strncmp(action, "kill:", 5)) wanted_action = kill_before;
    else if (!strncmp(action, "killed:", 7)) wanted_action = kill_after;
    else abort();
    wanted_number = atol(second + 1);
  }
  begun = 1;
}

int cfaults_was_hit(void) { return hit; }

// What the fault is of this call; none for all but one. Counts only the kind that is wanted.
static enum action fault_of(const char *call) {
  if (!begun || !wanted_action || strcmp(call, wanted_call)) return none;
  pthread_mutex_lock(&guard);
  const enum action action = ++seen == wanted_number ? wanted_action : none;
  pthread_mutex_unlock(&guard);
  if (action == none) return none;
  hit = 1;
  if (action == kill_before) kill(getpid(), SIGKILL);
  return action;
}

// Ends a call that has a fault behind it; returns the result to report.
static long after(enum action action, long result) {
  if (action == kill_after) kill(getpid(), SIGKILL);
  if (action == error_after) {
    errno = wanted_errno;
    return -1;
  }
  return result;
}

// One record: operation, three numbers, two byte strings, all lengths as 64 bits of this machine.
static void record(
    char operation, int64_t a, int64_t b, int64_t c, const void *first, size_t first_count,
    const void *second, size_t second_count) {
  if (trace < 0) return;
  const int kept = errno;
  const size_t count = 1 + 5 * 8 + first_count + second_count;
  char *bytes = malloc(count);
  int64_t numbers[5] = {a, b, c, (int64_t)first_count, (int64_t)second_count};
  bytes[0] = operation;
  memcpy(bytes + 1, numbers, sizeof numbers);
  memcpy(bytes + 1 + sizeof numbers, first, first_count);
  memcpy(bytes + 1 + sizeof numbers + first_count, second, second_count);
  pthread_mutex_lock(&guard);
  if (syscall(SYS_write, trace, bytes, count) != (long)count) abort();
  pthread_mutex_unlock(&guard);
  free(bytes);
  errno = kept;
}

void cfaults_mark(const char *text) { record('M', 0, 0, 0, text, strlen(text), "", 0); }

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))
#define BEGIN(call)                               \
  const enum action action = fault_of(call);      \
  if (action == error_before) {                   \
    errno = wanted_errno;                         \
    return -1;                                    \
  }

static int opened(const char *path, int flags, mode_t mode) {
  BEGIN("open")
  const int existed = access(path, F_OK) == 0;
  const int fd = REAL("open", int (*)(const char *, int, ...))(path, flags, mode);
  if (fd >= 0) record('O', fd, flags, existed, path, strlen(path), "", 0);
  return (int)after(action, fd);
}

int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
  va_end(list);
  return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
  va_end(list);
  return opened(path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  // Its own output is how the program reports, and no file.
  const int is_file = fd > 2;
  const enum action action = is_file ? fault_of("write") : none;
  if (action == error_before) {
    errno = wanted_errno;
    return -1;
  }
  if (action == short_write && count > 1) count /= 2;
  const off_t offset = is_file ? lseek(fd, 0, SEEK_CUR) : 0;
  const ssize_t done = REAL("write", ssize_t (*)(int, const void *, size_t))(fd, bytes, count);
  if (is_file && done > 0) record('W', fd, offset, 0, bytes, (size_t)done, "", 0);
  return after(action, done);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  BEGIN("pwrite")
  if (action == short_write && count > 1) count /= 2;
  const ssize_t done =
      REAL("pwrite", ssize_t (*)(int, const void *, size_t, off_t))(fd, bytes, count, offset);
  if (done > 0) record('W', fd, offset, 0, bytes, (size_t)done, "", 0);
  return after(action, done);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  return pwrite(fd, bytes, count, offset);
}

int fsync(int fd) {
  BEGIN("fsync")
  const int result = REAL("fsync", int (*)(int))(fd);
  if (result == 0) record('S', fd, 0, 0, "", 0, "", 0);
  return (int)after(action, result);
}

int fdatasync(int fd) {
  BEGIN("fdatasync")
  const int result = REAL("fdatasync", int (*)(int))(fd);
  if (result == 0) record('S', fd, 0, 0, "", 0, "", 0);
  return (int)after(action, result);
}

int syncfs(int fd) {
  BEGIN("syncfs")
  const int result = REAL("syncfs", int (*)(int))(fd);
  if (result == 0) record('A', fd, 0, 0, "", 0, "", 0);
  return (int)after(action, result);
}

int rename(const char *from, const char *to) {
  BEGIN("rename")
  const int result = REAL("rename", int (*)(const char *, const char *))(from, to);
  if (result == 0) record('R', 0, 0, 0, from, strlen(from), to, strlen(to));
  return (int)after(action, result);
}

int unlink(const char *path) {
  BEGIN("unlink")
  const int result = REAL("unlink", int (*)(const char *))(path);
  if (result == 0) record('U', 0, 0, 0, path, strlen(path), "", 0);
  return (int)after(action, result);
}

int mkdir(const char *path, mode_t mode) {
  BEGIN("mkdir")
  const int result = REAL("mkdir", int (*)(const char *, mode_t))(path, mode);
  if (result == 0) record('D', 0, 0, 0, path, strlen(path), "", 0);
  return (int)after(action, result);
}

int rmdir(const char *path) {
  BEGIN("rmdir")
  const int result = REAL("rmdir", int (*)(const char *))(path);
  if (result == 0) record('X', 0, 0, 0, path, strlen(path), "", 0);
  return (int)after(action, result);
}

int ftruncate(int fd, off_t length) {
  BEGIN("ftruncate")
  const int result = REAL("ftruncate", int (*)(int, off_t))(fd, length);
  if (result == 0) record('T', fd, length, 0, "", 0, "", 0);
  return (int)after(action, result);
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }
