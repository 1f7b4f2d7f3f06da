// The private copy of tree-sitter, seen from the rest of this room. No other room includes this,
// and nothing else of tree-sitter is visible to a linker.
#ifndef COPPICE_PARSER_TREE_SITTER_CORE_H_
#define COPPICE_PARSER_TREE_SITTER_CORE_H_

#include <stdint.h>

#include "arena/scratch.h"

#ifdef __cplusplus
extern "C" {
#endif

struct TSLanguage;

// The Python grammar's tables; static storage.
const struct TSLanguage* coppice_tree_sitter_language(void);

// Parses UTF-8 text. All that tree-sitter allocates, its parser and its tree included, lies in
// `scratch`, which must be fresh from a reset: there is nothing to delete, the next reset takes
// everything. Returns the root (a `const Subtree*`), or null when the scratch was exhausted. The
// allocator is thread-local: parses with different scratches may run at once.
const void* coppice_tree_sitter_parse(coppice_scratch* scratch, const char* text, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif  // COPPICE_PARSER_TREE_SITTER_CORE_H_
