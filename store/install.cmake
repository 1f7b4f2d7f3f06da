# Installs the command, the libraries, their headers and a CMake package. After
# find_package(coppice) an embedder links coppice::coppice (everything), coppice::summaries (reading
# packs alone) or coppice::resolution (names, imports and types across them): these two bring in no
# parser.

include(CMakePackageConfigHelpers)

if(TARGET coppice)
  install(TARGETS coppice)
endif()
install(TARGETS coppice_arena coppice_parser coppice_summaries coppice_resolution coppice_builder
                coppice_store coppice_warnings
        EXPORT coppice
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/coppice)

# What an embedder may include, with what that includes. Includes are rooted at the top of the
# sources, so the rooms keep their names below one directory.
set(public_headers
    arena/arena.h arena/memory_pool.h
    parser/dump.h parser/line_index.h parser/parse_error.h parser/parser.h parser/source.h
    parser/syntax_tree.h
    summaries/cells.h summaries/docs_reader.h summaries/error.h summaries/hash.h
    summaries/module_name.h summaries/name_mention.h summaries/name_postings.h summaries/pack.h
    summaries/pack_writer.h summaries/summary_builder.h summaries/summary_names.h
    summaries/summary_view.h summaries/symbol_details.h
    summaries/resolution/changes/dependencies.h summaries/resolution/changes/index_change.h
    summaries/resolution/classes/class_table.h summaries/resolution/classes/signature.h
    summaries/resolution/classes/subclasses.h
    summaries/resolution/expressions/expression.h summaries/resolution/expressions/target.h
    summaries/resolution/graph/import_graph.h
    summaries/resolution/imports/environment.h summaries/resolution/imports/index.h
    summaries/resolution/imports/manifest.h summaries/resolution/imports/module_finder.h
    summaries/resolution/names/definition.h summaries/resolution/names/known_names.h
    summaries/resolution/names/module_views.h summaries/resolution/names/name_resolver.h
    summaries/resolution/names/name_table.h summaries/resolution/names/reexports.h
    summaries/resolution/types/evaluation.h summaries/resolution/types/type_evaluator.h
    summaries/resolution/types/type_table.h
    store/discovery.h store/environment_index.h store/file_system.h store/indexer.h
    store/python_environment.h)
foreach(header IN LISTS public_headers)
  cmake_path(GET header PARENT_PATH room)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/coppice/${room})
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/generated/parser/node_kind.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/coppice/parser)

# Side by side as in the sources, so that the links between them hold.
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The archives hold tree-sitter and its grammar, whose licence asks for its notice beside them.
foreach(part TREE_SITTER TREE_SITTER_PYTHON)
  find_file(${part}_LICENSE LICENSE PATHS ${${part}_DIR} ${${part}_DIR}/../.. NO_DEFAULT_PATH)
  if(${part}_LICENSE)
    install(FILES ${${part}_LICENSE} DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.${part})
  endif()
endforeach()

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
