// The tree-sitter core and the Python grammar as one translation unit, whose memory comes from the
// scratch of the parse under way. After compilation all symbols but coppice_* are made local
// (parser/CMakeLists.txt), so that an embedder may link another tree-sitter of any version.

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "arena/scratch.h"
#include "parser/tree_sitter_core.h"

static _Thread_local coppice_scratch* active_scratch;
static _Thread_local jmp_buf exhausted_jump;

// tree-sitter does not check for null. What it holds lies in the scratch, so leaving it in the
// middle of anything leaks nothing and leaves nothing half done that will be used again.
static void LeaveParse(coppice_scratch* scratch) {
  (void)scratch;
  longjmp(exhausted_jump, 1);
}

static inline void* scratch_malloc(size_t size) {
  return coppice_scratch_allocate(active_scratch, size);
}

static inline void* scratch_calloc(size_t count, size_t size) {
  void* block = coppice_scratch_allocate(active_scratch, count * size);
  memset(block, 0, count * size);
  return block;
}

static inline void* scratch_realloc(void* block, size_t size) {
  if (!block) return scratch_malloc(size);
  return coppice_scratch_reallocate(active_scratch, block, size);
}

static inline void scratch_free(void* block) {
  if (block) coppice_scratch_free(active_scratch, block);
}

// The hook that alloc.h offers at compile time; its run-time one costs an indirect call each.
#define ts_malloc scratch_malloc
#define ts_calloc scratch_calloc
#define ts_realloc scratch_realloc
#define ts_free scratch_free
#define TREE_SITTER_HIDE_SYMBOLS
#define TREE_SITTER_HIDDEN_SYMBOLS

#include "lib.c"

// The grammar's scanner calls the C library's functions.
#define malloc scratch_malloc
#define calloc scratch_calloc
#define realloc scratch_realloc
#define free scratch_free

#include TREE_SITTER_PYTHON_SCANNER
#include TREE_SITTER_PYTHON_PARSER

const struct TSLanguage* coppice_tree_sitter_language(void) { return tree_sitter_python(); }

const void* coppice_tree_sitter_parse(coppice_scratch* scratch, const char* text, uint32_t size) {
  active_scratch = scratch;
  scratch->exhausted = LeaveParse;
  if (setjmp(exhausted_jump) != 0) {
    active_scratch = NULL;
    return NULL;
  }
  TSParser* parser = ts_parser_new();
  ts_parser_set_language(parser, tree_sitter_python());
  TSTree* tree = ts_parser_parse_string(parser, NULL, text, size);
  active_scratch = NULL;
  return &tree->root;
}
