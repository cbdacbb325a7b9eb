# The static library for other programs: the objects of all rooms below `api` in one archive, installed with the public
# headers and a package configuration. docs/api.md shows its use.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(dependencies JPEG PNG ZLIB Threads)
foreach(dependency IN LISTS dependencies)
  find_package(${dependency} REQUIRED)
endforeach()

# The rooms that `api` is made of, itself among them, and the outside libraries that they link.
set(rooms "")
set(packages "")
set(waiting ls_api)
while(waiting)
  list(POP_FRONT waiting target)
  if(target IN_LIST rooms OR target IN_LIST packages)
    continue()
  endif()
  if(NOT target MATCHES "^ls_")
    list(APPEND packages ${target})
    continue()
  endif()
  list(APPEND rooms ${target})
  get_target_property(linked ${target} INTERFACE_LINK_LIBRARIES)
  foreach(other IN LISTS linked)
    if(NOT other MATCHES "litesmith_options" AND NOT other MATCHES "^fmt::")  # fmt is inside, header-only
      string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" other "${other}")
      list(APPEND waiting ${other})
    endif()
  endforeach()
endwhile()
set(objects "")
foreach(room IN LISTS rooms)
  get_target_property(type ${room} TYPE)
  if(NOT type STREQUAL INTERFACE_LIBRARY)
    list(APPEND objects $<TARGET_OBJECTS:${room}>)
  endif()
endforeach()

add_library(litesmith_library STATIC ${objects})
add_library(litesmith::litesmith ALIAS litesmith_library)
set_target_properties(litesmith_library PROPERTIES OUTPUT_NAME litesmith EXPORT_NAME litesmith LINKER_LANGUAGE CXX)
target_compile_features(litesmith_library INTERFACE cxx_std_20)
target_link_libraries(litesmith_library INTERFACE ${packages})
# Libraries with kernels for custom ops find these functions in the program.
target_link_options(litesmith_library INTERFACE
  "LINKER:--export-dynamic-symbol=TfLite*" "LINKER:--export-dynamic-symbol=_ZN6tflite*")
target_include_directories(litesmith_library INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/litesmith)
install(TARGETS litesmith_library EXPORT litesmith DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/litesmith DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(EXPORT litesmith NAMESPACE litesmith:: DESTINATION ${package} COMPONENT library)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/litesmith-config-version.cmake COMPATIBILITY SameMinorVersion)
list(JOIN dependencies " " dependencies)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/litesmith-config.cmake @ONLY CONTENT [=[
include(CMakeFindDependencyMacro)
foreach(dependency IN ITEMS @dependencies@)
  find_dependency(${dependency})
endforeach()
include(${CMAKE_CURRENT_LIST_DIR}/litesmith.cmake)
]=])
install(FILES ${PROJECT_BINARY_DIR}/litesmith-config.cmake ${PROJECT_BINARY_DIR}/litesmith-config-version.cmake
  DESTINATION ${package} COMPONENT library)
