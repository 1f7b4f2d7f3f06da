# Finds the C sources of the tree-sitter core and of its Python grammar, version 0.25, and leaves
# their directories in TREE_SITTER_DIR (holds lib/src/lib.c) and TREE_SITTER_PYTHON_DIR (holds
# src/parser.c). In order: what the caller says, to CMake or in the environment; a system copy
# (the cargo registry of Debian's packages); what `./dev setup` fetched as package-lock.json pins it.
# TREE_SITTER_IDENTITY becomes a hash of these sources: trees depend on them.

foreach(variable TREE_SITTER_DIR TREE_SITTER_PYTHON_DIR)
  if(NOT ${variable} AND DEFINED ENV{${variable}})
    set(${variable} "$ENV{${variable}}" CACHE PATH "" FORCE)
  endif()
endforeach()
set(TREE_SITTER_DIR "" CACHE PATH "Directory of the tree-sitter core 0.25: holds lib/src/lib.c")
set(TREE_SITTER_PYTHON_DIR "" CACHE PATH
    "Directory of the Python grammar 0.25: holds src/parser.c")

set(COPPICE_CRATES /usr/share/cargo/registry CACHE PATH "Where the system keeps sources of crates")
mark_as_advanced(COPPICE_CRATES)

set(fetched ${PROJECT_SOURCE_DIR}/build/npm/node_modules)
file(GLOB system_core LIST_DIRECTORIES true ${COPPICE_CRATES}/tree-sitter-0.25*)
file(GLOB system_grammar LIST_DIRECTORIES true ${COPPICE_CRATES}/tree-sitter-python-0.25*)

if(TREE_SITTER_DIR)
  set(core ${TREE_SITTER_DIR})
elseif(system_core AND system_grammar)
  # A crate holds the contents of lib/ at its top.
  list(GET system_core 0 crate)
  set(core ${PROJECT_BINARY_DIR}/tree-sitter)
  file(MAKE_DIRECTORY ${core})
  file(CREATE_LINK ${crate} ${core}/lib SYMBOLIC)
else()
  set(core ${fetched}/tree-sitter/vendor/tree-sitter)
endif()

if(TREE_SITTER_PYTHON_DIR)
  set(grammar ${TREE_SITTER_PYTHON_DIR})
elseif(system_core AND system_grammar)
  list(GET system_grammar 0 grammar)
else()
  set(grammar ${fetched}/tree-sitter-python)
endif()

set(advice "Run ./dev setup, which fetches them, or give -DTREE_SITTER_DIR=... (holds \
lib/src/lib.c) and -DTREE_SITTER_PYTHON_DIR=... (holds src/parser.c), version 0.25.")
foreach(file ${core}/lib/src/lib.c ${core}/lib/include/tree_sitter/api.h)
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "No tree-sitter sources: ${file} is not there. ${advice}")
  endif()
endforeach()
foreach(file ${grammar}/src/parser.c ${grammar}/src/scanner.c)
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "No Python grammar: ${file} is not there. ${advice}")
  endif()
endforeach()
# 0.25 is the release series whose ABI is 15; another would compile and then differ in trees.
file(STRINGS ${core}/lib/include/tree_sitter/api.h abi LIMIT_COUNT 1
     REGEX "^#define TREE_SITTER_LANGUAGE_VERSION 15$")
if(NOT abi)
  message(FATAL_ERROR "${core} is not tree-sitter 0.25: its language version is not 15. ${advice}")
endif()
file(STRINGS ${grammar}/src/parser.c abi LIMIT_COUNT 1 REGEX "^#define LANGUAGE_VERSION 15$")
if(NOT abi)
  message(FATAL_ERROR "${grammar} is not tree-sitter-python 0.25: its language version is not 15. "
          "${advice}")
endif()

set(TREE_SITTER_DIR ${core})
set(TREE_SITTER_PYTHON_DIR ${grammar})

file(GLOB sources ${core}/lib/src/*.c ${core}/lib/src/*.h)
list(APPEND sources ${grammar}/src/parser.c ${grammar}/src/scanner.c)
set(hashes)
foreach(source IN LISTS sources)
  file(SHA256 ${source} hash)
  string(APPEND hashes ${hash})
endforeach()
string(SHA256 TREE_SITTER_IDENTITY "${hashes}")
string(SUBSTRING ${TREE_SITTER_IDENTITY} 0 12 TREE_SITTER_IDENTITY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
