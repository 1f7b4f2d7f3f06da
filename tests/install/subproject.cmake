# What a project that another one contains must leave alone.

get_property(tests DIRECTORY ${COPPICE_SOURCE} PROPERTY TESTS)
if(tests OR TARGET coppice OR TARGET parse_rival OR TARGET train_record_codes)
  message(FATAL_ERROR "a subproject is its libraries: no tests, benchmarks or programs")
endif()
foreach(variable CMAKE_BUILD_TYPE BUILD_TESTING CMAKE_EXPORT_COMPILE_COMMANDS)
  if(${variable})
    message(FATAL_ERROR "${variable} belongs to the embedder; it became ${${variable}}")
  endif()
endforeach()

# A newer compiler's warnings must not stop somebody else's build.
get_property(targets DIRECTORY ${COPPICE_SOURCE}/summaries PROPERTY BUILDSYSTEM_TARGETS)
foreach(target IN LISTS targets)
  get_target_property(options ${target} COMPILE_OPTIONS)
  get_target_property(errors ${target} COMPILE_WARNING_AS_ERROR)
  if(errors OR options MATCHES "-Werror")
    message(FATAL_ERROR "${target}: warnings are errors")
  endif()
endforeach()
