// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The library has one header for three widths of code units; this is the one for UTF-8.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
