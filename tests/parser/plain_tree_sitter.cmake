# tree-sitter as anybody would build and use it: public symbols, -O2, malloc. The oracle of tests and
# the rival of benchmarks; its symbols beside the library's show that an embedder may link its own.
include_guard(GLOBAL)
add_library(plain_tree_sitter STATIC ${TREE_SITTER_DIR}/lib/src/lib.c
            ${TREE_SITTER_PYTHON_DIR}/src/parser.c ${TREE_SITTER_PYTHON_DIR}/src/scanner.c)
target_include_directories(plain_tree_sitter SYSTEM PUBLIC ${TREE_SITTER_DIR}/lib/include
                           PRIVATE ${TREE_SITTER_DIR}/lib/src ${TREE_SITTER_PYTHON_DIR}/src)
target_compile_options(plain_tree_sitter PRIVATE -O2 -w -fno-sanitize=undefined)
set_target_properties(plain_tree_sitter PROPERTIES C_STANDARD 11 C_EXTENSIONS ON)
