// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Stands between a program and the C library's file calls: makes the N-th call of a kind fail, do
/// half of its work or end the process, and keeps a record of all of them. Linked into a program, its
/// functions take the place of the library's.
#pragma once

/// Reads what to do from the environment; call it first.
///
/// CADASTRE_FAULT=call:action:N, where action is error=ERRNO (nothing is done), after=ERRNO (it is
/// done and reported as failed), short (a write of half the bytes), kill (SIGKILL before) or killed
/// (SIGKILL after). CADASTRE_TRACE=FILE records what was done.
void cfaults_begin(void);

/// Whether the fault was reached.
int cfaults_was_hit(void);

/// Puts a line of the program's own between the recorded calls.
void cfaults_mark(const char *text);
