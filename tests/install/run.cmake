# Builds and runs the embedder's project in WORK_DIR: against what BUILD_DIR installs, or, without
# BUILD_DIR, with the sources in COPPICE_SOURCE as a part of it.
# cmake [-DBUILD_DIR=...] -DCOPPICE_SOURCE=... -DWORK_DIR=... -DCXX=... [...] -P run.cmake
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(expect expected)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK_DIR} OUTPUT_VARIABLE actual
                  COMMAND_ERROR_IS_FATAL ANY)
  if(NOT actual STREQUAL expected)
    message(FATAL_ERROR "${ARGN} printed:\n${actual}instead of:\n${expected}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
set(prefix ${WORK_DIR}/moved)
if(BUILD_DIR)
  run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix)
  # Moved before use: nothing installed may know where it was put, nor, but for assertions and
  # debug information, where it was built.
  file(RENAME ${WORK_DIR}/prefix ${prefix})
  if(BUILD_TYPE STREQUAL "Release")
    execute_process(COMMAND grep -rlF -e ${BUILD_DIR} -e ${COPPICE_SOURCE} ${prefix}
                    OUTPUT_VARIABLE named)
    if(named)
      message(FATAL_ERROR "These name the directory of the build or of the sources:\n${named}")
    endif()
  endif()
  set(coppice -DCMAKE_PREFIX_PATH=${prefix} -DDOCUMENTATION=${prefix}/share/doc/coppice)
else()
  set(coppice -DCOPPICE_SOURCE=${COPPICE_SOURCE} -DDOCUMENTATION=${COPPICE_SOURCE}
      -DTREE_SITTER_DIR=${TREE_SITTER_DIR} -DTREE_SITTER_PYTHON_DIR=${TREE_SITTER_PYTHON_DIR}
      -DCMAKE_C_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
endif()
set(programs ${WORK_DIR}/embedder)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${programs} -G Ninja
    -DCMAKE_CXX_COMPILER=${CXX} ${coppice})
run(${CMAKE_COMMAND} --build ${programs})

set(python ${WORK_DIR}/python)
file(WRITE ${python}/shop/__init__.py "from .cart import Cart\n")
file(WRITE ${python}/shop/cart.py "class Cart:\n    def add(self, item): ...\n")
file(WRITE ${python}/json/decoder.py "import re\nclass JSONDecoder: ...\n")
set(pack python3.pack)
expect("shop.cart is example:shop/cart.py\n"
       ${programs}/index_directory ${python} ${pack} shop.cart)
expect("shop/cart.py:2: shop.cart.Cart.add\n" ${programs}/definitions ${pack} add)
expect("shop.cart.Cart.add, line 2\n" ${programs}/resolve ${pack} shop.Cart.add)
expect("example/shop/cart.py\n" ${programs}/find_imports ${pack} shop.cart)
expect("    1  class      Cart\n    2  function   Cart.add\n"
       ${programs}/outline ${python}/shop/cart.py)
expect("2 JSONDecoder\n" ${programs}/readme)
file(WRITE ${python}/shop/cart.py "class Cart:\n    def __init__(self, items, owner): ...\n")
expect("shop.cart is example:shop/cart.py\n"
       ${programs}/index_directory ${python} later.pack shop.cart)
expect("type[Cart], takes, may change; 3 modules\n"
       ${programs}/types ${pack} later.pack shop Cart)
expect("type[JSONDecoder], takes, stays; 3 modules\n"
       ${programs}/types ${pack} later.pack json.decoder JSONDecoder)
if(BUILD_DIR)
  run(${prefix}/bin/coppice verify ${WORK_DIR}/${pack})
else()
  # The embedder installs nothing, and so nothing of ours either.
  run(${CMAKE_COMMAND} --install ${programs} --prefix ${prefix})
  if(EXISTS ${prefix})
    message(FATAL_ERROR "a subproject installed something")
  endif()
endif()
