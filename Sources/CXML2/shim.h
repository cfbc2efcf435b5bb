// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

/// Parses with entities left alone, without network, files or messages on standard error.
///
/// The line of the first error goes to `line`; 0 where there is none.
static inline xmlDocPtr cxml2_read(const char *bytes, int count, int *line) {
  xmlParserCtxtPtr parser = xmlNewParserCtxt();
  *line = 0;
  if (parser == NULL) return NULL;
  xmlDocPtr document = xmlCtxtReadMemory(
      parser, bytes, count, NULL, "UTF-8",
      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
  if (document == NULL || !parser->wellFormed) *line = parser->lastError.line;
  xmlFreeParserCtxt(parser);
  return document;
}

/// Frees what the library allocated; its own name for that is a variable that Swift cannot use.
static inline void cxml2_free(void *memory) { xmlFree(memory); }
