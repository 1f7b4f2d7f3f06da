// The tree-sitter core and the Python grammar as one translation unit, whose memory comes from the
// scratch of the parse under way. After compilation all symbols but coppice_* are made local
// (parser/CMakeLists.txt), so that an embedder may link another tree-sitter of any version.

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "arena/scratch.h"
#include "parser/tree_sitter_core.h"

static _Thread_local coppice_scratch* active_scratch;
static _Thread_local jmp_buf leave_jump;

// tree-sitter does not check for null. What it holds lies in the scratch, so leaving it in the
// middle of anything leaks nothing and leaves nothing half done that will be used again.
static void LeaveParse(coppice_scratch* scratch) {
  (void)scratch;
  longjmp(leave_jump, kParseScratchExhausted);
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

// The input of the parse under way. The lexer and the progress callback both lead to it, without
// the cost of thread-local storage for every character.
typedef struct {
  int32_t unchecked;  // work left until the next check
  const char* text;
  uint32_t size;
  coppice_parse_watch* watch;
} WatchedInput;

static void CheckWork(WatchedInput* input) {
  coppice_parse_watch* watch = input->watch;
  watch->work += (uint64_t)(kWorkPerCheck - input->unchecked);
  input->unchecked = kWorkPerCheck;
  if (watch->work > watch->max_work) longjmp(leave_jump, kParseWorkExceeded);
  if (watch->cancelled && watch->cancelled(watch->context)) longjmp(leave_jump, kParseCancelled);
}

static const char* ReadWatched(void* payload, uint32_t byte, TSPoint point, uint32_t* size) {
  const WatchedInput* input = payload;
  (void)point;
  *size = byte < input->size ? input->size - byte : 0;
  return *size ? input->text + byte : "";
}

// Scanners pass every character through this, and where they look far ahead for each token, this is
// where the time goes.
static void AdvanceWatched(TSLexer* lexer, bool skip) {
  WatchedInput* input = ((Lexer*)lexer)->input.payload;
  if (--input->unchecked <= 0) CheckWork(input);
  ts_lexer__advance(lexer, skip);
}

static bool CountOperations(TSParseState* state) {
  WatchedInput* input = state->payload;
  input->unchecked -= (int32_t)(kWorkPerOperation * OP_COUNT_PER_PARSER_TIMEOUT_CHECK);
  if (input->unchecked <= 0) CheckWork(input);
  return false;
}

static const void* EndParse(coppice_parse_watch* watch, enum coppice_parse_end end) {
  active_scratch = NULL;
  watch->end = end;
  return NULL;
}

const void* coppice_tree_sitter_parse(coppice_scratch* scratch, coppice_parse_watch* watch,
                                      const char* text, uint32_t size) {
  WatchedInput watched = {kWorkPerCheck, text, size, watch};
  active_scratch = scratch;
  scratch->exhausted = LeaveParse;
  watch->work = 0;
  watch->end = kParseDone;
  switch (setjmp(leave_jump)) {
    case kParseDone:
      break;
    case kParseScratchExhausted:
      return EndParse(watch, kParseScratchExhausted);
    case kParseWorkExceeded:
      return EndParse(watch, kParseWorkExceeded);
    default:
      return EndParse(watch, kParseCancelled);
  }
  if (watch->cancelled && watch->cancelled(watch->context)) longjmp(leave_jump, kParseCancelled);
  TSParser* parser = ts_parser_new();
  ts_parser_set_language(parser, tree_sitter_python());
  parser->lexer.data.advance = AdvanceWatched;
  const TSInput input = {&watched, ReadWatched, TSInputEncodingUTF8, NULL};
  const TSParseOptions options = {&watched, CountOperations};
  TSTree* tree = ts_parser_parse_with_options(parser, NULL, input, options);
  watch->work += (uint64_t)(kWorkPerCheck - watched.unchecked);
  active_scratch = NULL;
  return &tree->root;
}
