# Installs the command, the libraries, their headers and a CMake package. After
# find_package(coppice) an embedder links coppice::coppice (everything) or coppice::summaries
# (reading packs alone: it brings in no parser).

include(CMakePackageConfigHelpers)

set_target_properties(coppice_store PROPERTIES EXPORT_NAME coppice)
foreach(library arena parser summaries builder)
  set_target_properties(coppice_${library} PROPERTIES EXPORT_NAME ${library})
endforeach()
install(TARGETS coppice_arena coppice_parser coppice_summaries coppice_builder coppice_store
                coppice_warnings
        EXPORT coppice
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/coppice)

# Includes are rooted at the top of the sources, so the rooms keep their names below one directory.
install(DIRECTORY arena parser summaries store ${PROJECT_BINARY_DIR}/generated/
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/coppice FILES_MATCHING PATTERN "*.h"
        PATTERN "tree_sitter_core.h" EXCLUDE)  # needs sources that are not installed

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/coppice)
install(EXPORT coppice NAMESPACE coppice:: FILE coppiceTargets.cmake
        DESTINATION ${package_directory})
configure_package_config_file(store/coppiceConfig.cmake.in ${PROJECT_BINARY_DIR}/coppiceConfig.cmake
                              INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/coppiceConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/coppiceConfig.cmake
              ${PROJECT_BINARY_DIR}/coppiceConfigVersion.cmake
        DESTINATION ${package_directory})
