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

enum coppice_parse_end {
  kParseDone,
  kParseScratchExhausted,
  kParseWorkExceeded,
  kParseCancelled,
};

// How far a parse may go, and how far it went.
typedef struct coppice_parse_watch {
  // Work is counted in characters that a scanner passes (again and again, where it looks ahead),
  // and kWorkPerOperation for each of the parser's: so it is the same on every machine.
  uint64_t max_work;
  // If given, called with `context` before the parse and after every kWorkPerCheck of it; the parse
  // ends where it does not return 0.
  int (*cancelled)(const void* context);
  const void* context;
  uint64_t work;               // out: as of the last check
  enum coppice_parse_end end;  // out
} coppice_parse_watch;

enum {
  kWorkPerOperation = 16,     // as long as about so many characters take
  kWorkPerCheck = 64 * 1024,  // less than a millisecond
};

// The Python grammar's tables; static storage.
const struct TSLanguage* coppice_tree_sitter_language(void);

// Parses UTF-8 text. All that tree-sitter allocates, its parser and its tree included, lies in
// `scratch`, which must be fresh from a reset: there is nothing to delete, the next reset takes
// everything. Returns the root (a `const Subtree*`), or null: `watch` says why. The allocator is
// thread-local: parses with different scratches may run at once.
const void* coppice_tree_sitter_parse(coppice_scratch* scratch, coppice_parse_watch* watch,
                                      const char* text, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif  // COPPICE_PARSER_TREE_SITTER_CORE_H_
