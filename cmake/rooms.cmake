# A room is a folder of src/ and one target. What a room may include is what it lists under USES:
# an arrow that is not listed does not link.
#
#   litesmith_room(NAME
#     USES      other rooms; their headers are visible to this room and to its users
#     PACKAGES  targets of outside libraries
#     SCAN      MACRO...   generates a list of all uses of MACRO(NAME...) in the room's sources, see below
#   )
#
# Sources are all .cc files below the folder (a nested folder with a CMakeLists.txt of its own is another room).
add_library(litesmith_options INTERFACE)
target_compile_options(litesmith_options INTERFACE -fvisibility=hidden -ffunction-sections -fdata-sections
  -fno-math-errno -ffp-contract=off $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # the last: for ccache
if(NOT LITESMITH_SANITIZE)  # gcc warns of what its own instrumentation does
  set(werror -Werror)
endif()
if(LITESMITH_DEVELOPER)
  target_compile_options(litesmith_options INTERFACE -Wall -Wextra ${werror} -Wno-missing-field-initializers
    # What gcc 12 sees in the strings and optionals of its own library once it optimizes (its bugs 105651, 105329,
    # 80635): clang and the sanitizers look for the real ones.
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict;-Wno-array-bounds;-Wno-maybe-uninitialized>
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-stringop-overflow;-Wno-stringop-overread>)
endif()
if(LITESMITH_SANITIZE)
  target_compile_options(litesmith_options INTERFACE -fsanitize=${LITESMITH_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(litesmith_options INTERFACE -fsanitize=${LITESMITH_SANITIZE})
endif()

# One precompiled header serves all: it belongs to the first target that asks, the others reuse it. A room whose heavy
# library is its own concern (the command line's) has a `precompiled.h` beside its sources instead.
function(litesmith_precompile target)
  get_property(owner GLOBAL PROPERTY LITESMITH_PRECOMPILED)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/precompiled.h)
    target_precompile_headers(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/precompiled.h)
  elseif(owner)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  else()
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.h)
    set_property(GLOBAL PROPERTY LITESMITH_PRECOMPILED ${target})
  endif()
endfunction()

function(litesmith_room name)
  cmake_parse_arguments(room "" "" "USES;PACKAGES;SCAN" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  file(GLOB_RECURSE nested ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  foreach(file IN LISTS nested)
    get_filename_component(folder ${file} DIRECTORY)
    list(FILTER sources EXCLUDE REGEX "^${folder}/")
  endforeach()

  if(sources)
    add_library(ls_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(ls_${name} PRIVATE litesmith_options)
    litesmith_precompile(ls_${name})
  else()
    add_library(ls_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(ls_${name} ${scope} ${PROJECT_SOURCE_DIR}/src)
  foreach(other IN LISTS room_USES)
    target_link_libraries(ls_${name} ${scope} ls_${other})
  endforeach()
  target_link_libraries(ls_${name} ${scope} ${room_PACKAGES})

  if(sources)
    foreach(macro IN LISTS room_SCAN)
      litesmith_scan(${name} ${macro} "${sources}")
    endforeach()
  endif()
endfunction()

# Collects the first argument of every `MACRO(name...` that starts a line in the room's sources into
# <build>/generated/<room>/<macro in lower case>.inc, one line `MACRO_ENTRY(name)` each, sorted. The one list that
# registers ops and kernels is made this way, so that a new op is a new file and no edit anywhere else.
function(litesmith_scan name macro sources)
  string(TOLOWER ${macro} lower)
  set(output ${PROJECT_BINARY_DIR}/generated/${name}/${lower}.inc)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DMACRO=${macro}" "-DOUTPUT=${output}" "-DSOURCES=${sources}"
            -P ${PROJECT_SOURCE_DIR}/cmake/scan.cmake
    DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/cmake/scan.cmake VERBATIM)
  add_custom_target(ls_${name}_${lower} DEPENDS ${output})
  add_dependencies(ls_${name} ls_${name}_${lower})
  target_include_directories(ls_${name} PUBLIC ${PROJECT_BINARY_DIR}/generated)
endfunction()
