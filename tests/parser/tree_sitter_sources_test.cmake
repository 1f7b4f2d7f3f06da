# Which sources of tree-sitter a build takes, and what it says where there are none, with directories
# that hold no more than what is looked at.
# cmake -DPROJECT_SOURCE_DIR=... -DWORK_DIR=... -P tree_sitter_sources_test.cmake
cmake_minimum_required(VERSION 3.25)

# Takes the sources as a build does: the script again, with TAKE set.
if(TAKE)
  set(PROJECT_SOURCE_DIR ${WORK_DIR})
  set(PROJECT_BINARY_DIR ${WORK_DIR}/binary)
  include(${TAKE})
  message("core ${TREE_SITTER_DIR}, grammar ${TREE_SITTER_PYTHON_DIR}.")
  return()
endif()

# expect(TEXT [-DVARIABLE=...]...): what is said, be it an error or not, holds TEXT.
function(expect text)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env --unset=TREE_SITTER_DIR --unset=TREE_SITTER_PYTHON_DIR
            ${CMAKE_COMMAND} -DTAKE=${PROJECT_SOURCE_DIR}/parser/tree_sitter_sources.cmake
            -DWORK_DIR=${WORK_DIR} -DCOPPICE_CRATES=${WORK_DIR}/crates ${ARGN}
            -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
    OUTPUT_VARIABLE said ERROR_VARIABLE said)
  string(REGEX REPLACE "[ \n]+" " " said "${said}")  # as CMake wraps errors
  string(FIND "${said}" "${text}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "With ${ARGN} was said:\n${said}\nwhich does not hold:\n${text}")
  endif()
endfunction()

function(make_core directory abi)
  file(WRITE ${directory}/src/lib.c "")
  file(WRITE ${directory}/include/tree_sitter/api.h "#define TREE_SITTER_LANGUAGE_VERSION ${abi}\n")
endfunction()

function(make_grammar directory abi)
  file(WRITE ${directory}/src/scanner.c "")
  file(WRITE ${directory}/src/parser.c "#define LANGUAGE_VERSION ${abi}\n")
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})

expect("No tree-sitter sources: ${WORK_DIR}/build/npm/node_modules/tree-sitter/vendor/tree-sitter/\
lib/src/lib.c is not there. Run ./dev setup")

# An older system copy is as good as none, and so is one without the grammar.
make_core(${WORK_DIR}/crates/tree-sitter-0.20.10 14)
make_grammar(${WORK_DIR}/crates/tree-sitter-python-0.20.4 14)
make_core(${WORK_DIR}/crates/tree-sitter-0.25.10 15)
expect("No tree-sitter sources: ${WORK_DIR}/build/npm/")

# What was fetched, before there is a whole system copy; then that.
set(fetched ${WORK_DIR}/build/npm/node_modules)
make_core(${fetched}/tree-sitter/vendor/tree-sitter/lib 15)
make_grammar(${fetched}/tree-sitter-python 15)
expect("core ${fetched}/tree-sitter/vendor/tree-sitter, grammar ${fetched}/tree-sitter-python.")
make_grammar(${WORK_DIR}/crates/tree-sitter-python-0.25.0 15)
foreach(again RANGE 1)
  expect("core ${WORK_DIR}/binary/tree-sitter, \
grammar ${WORK_DIR}/crates/tree-sitter-python-0.25.0.")
endforeach()

# The caller's word is taken, and a mistake in it is said.
set(core ${fetched}/tree-sitter/vendor/tree-sitter)
expect("core ${core}, grammar ${fetched}/tree-sitter-python." -DTREE_SITTER_DIR=${core}
       -DTREE_SITTER_PYTHON_DIR=${fetched}/tree-sitter-python)
expect("No tree-sitter sources: ${WORK_DIR}/elsewhere/lib/src/lib.c is not there."
       -DTREE_SITTER_DIR=${WORK_DIR}/elsewhere)
expect("No Python grammar: ${WORK_DIR}/elsewhere/src/parser.c is not there."
       -DTREE_SITTER_PYTHON_DIR=${WORK_DIR}/elsewhere)
make_core(${WORK_DIR}/older/lib 14)
make_grammar(${WORK_DIR}/older 14)
expect("${WORK_DIR}/older is not tree-sitter 0.25: its language version is not 15."
       -DTREE_SITTER_DIR=${WORK_DIR}/older)
expect("${WORK_DIR}/older is not tree-sitter-python 0.25: its language version is not 15."
       -DTREE_SITTER_PYTHON_DIR=${WORK_DIR}/older)
