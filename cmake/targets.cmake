# Warnings and sanitizers sit on one private interface target.
add_library(warren_internal INTERFACE)
target_compile_options(warren_internal INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  $<$<BOOL:${WARREN_WERROR}>:-Werror>)
if(WARREN_SANITIZE)
  target_compile_options(warren_internal INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer)
  target_link_options(warren_internal INTERFACE -fsanitize=address,undefined)
endif()

# warren_library(NAME SOURCES file... DEPENDS target... [PRIVATE target...]): one static library per folder, alias warren::NAME.
# Headers are included from the root of the tree: #include "messages/topic.hpp".
function(warren_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_library(warren_${name} STATIC ${arg_SOURCES})
  add_library(warren::${name} ALIAS warren_${name})
  set_target_properties(warren_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(warren_${name} PUBLIC cxx_std_20)
  target_include_directories(warren_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/warren>)
  target_link_libraries(warren_${name} PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:warren_internal>)
  set_property(GLOBAL APPEND PROPERTY WARREN_INSTALL_TARGETS warren_${name})
endfunction()
