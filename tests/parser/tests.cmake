# Tests of the arena and of syntax trees.
include(parser/plain_tree_sitter.cmake)

coppice_test(arena SOURCES arena_test.cpp LIBS coppice_arena)
coppice_test(tree SOURCES parser/tree_test.cpp parser/tree_oracle.cpp
             LIBS coppice_parser plain_tree_sitter)
coppice_test(line_index SOURCES parser/line_index_test.cpp LIBS coppice_parser)
coppice_test(dump SOURCES parser/dump_test.cpp LIBS coppice_parser)
coppice_test(private_symbols SOURCES parser/private_symbols_test.cpp
             LIBS coppice_parser plain_tree_sitter)

# The differential test against tree-sitter over the interpreter's standard library; also a command
# for any directories. With sanitizers a sample has to do.
if(NOT COPPICE_FUZZ)
  add_executable(lossless parser/lossless.cpp parser/tree_oracle.cpp)
  target_include_directories(lossless PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(lossless PRIVATE coppice_parser plain_tree_sitter coppice_warnings)
  if(plain_build)
    set(every 1)
  else()
    set(every 25)
  endif()
  add_test(NAME lossless.whole
           COMMAND lossless --python ${Python3_EXECUTABLE} --every ${every})
  add_test(NAME lossless.damaged
           COMMAND lossless --python ${Python3_EXECUTABLE} --damaged 4 --every ${every})
  set_tests_properties(lossless.whole lossless.damaged PROPERTIES
                       TIMEOUT ${test_timeout} LABELS lossless SKIP_RETURN_CODE 77)
endif()

add_test(NAME tree_sitter_sources
         COMMAND ${CMAKE_COMMAND} -DPROJECT_SOURCE_DIR=${PROJECT_SOURCE_DIR}
                 -DWORK_DIR=${CMAKE_CURRENT_BINARY_DIR}/tree_sitter_sources
                 -P ${CMAKE_CURRENT_SOURCE_DIR}/parser/tree_sitter_sources_test.cmake)
set_tests_properties(tree_sitter_sources PROPERTIES TIMEOUT ${test_timeout})
