# Installs BUILD_DIR below WORK_DIR, then builds and runs the embedder's project against it alone.
# cmake -DBUILD_DIR=... -DWORK_DIR=... -DSOURCE_DIR=... -DEXAMPLES=... -DCXX=... -P run.cmake
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(expect expected)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE actual COMMAND_ERROR_IS_FATAL ANY)
  if(NOT actual STREQUAL expected)
    message(FATAL_ERROR "${ARGN} printed:\n${actual}instead of:\n${expected}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
set(prefix ${WORK_DIR}/prefix)
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix})

# Moved before use: nothing installed may know where it was put.
file(RENAME ${prefix} ${WORK_DIR}/moved)
set(prefix ${WORK_DIR}/moved)
run(${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${WORK_DIR}/embedder -G Ninja
    -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_PREFIX_PATH=${prefix} -DEXAMPLES=${EXAMPLES})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/embedder)

set(shop ${WORK_DIR}/python/shop)
file(WRITE ${shop}/__init__.py "from .cart import Cart\n")
file(WRITE ${shop}/cart.py "class Cart:\n    def add(self, item): ...\n")
set(pack ${WORK_DIR}/shop.pack)
set(programs ${WORK_DIR}/embedder)
expect("shop.cart is example:shop/cart.py\n"
       ${programs}/index_directory ${WORK_DIR}/python ${pack} shop.cart)
expect("shop/cart.py:2: shop.cart.Cart.add\n" ${programs}/definitions ${pack} add)
expect("    1  class      Cart\n    2  function   Cart.add\n"
       ${programs}/outline ${shop}/cart.py)
run(${prefix}/bin/coppice verify ${pack})
