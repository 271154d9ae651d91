# Every outside library Warren links, as an imported target. The installed package config includes this file too.
include(CMakeFindDependencyMacro)

macro(warren_find package)
  if(CMAKE_FIND_PACKAGE_NAME)
    find_dependency(${package} ${ARGN})
  else()
    find_package(${package} ${ARGN} REQUIRED)
  endif()
endmacro()

warren_find(Threads)
warren_find(OpenSSL)
warren_find(SQLite3)
warren_find(Boost 1.74)
warren_find(nlohmann_json)
warren_find(fmt)
warren_find(spdlog)
warren_find(prometheus-cpp COMPONENTS core)

# Libraries without a CMake package file of their own.
function(warren_import name header)
  if(TARGET warren_dep::${name})
    return()
  endif()
  find_path(WARREN_${name}_INCLUDE ${header} REQUIRED)
  add_library(warren_dep::${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(warren_dep::${name} INTERFACE ${WARREN_${name}_INCLUDE})
  foreach(library ${ARGN})
    find_library(WARREN_${library}_LIBRARY ${library} REQUIRED)
    target_link_libraries(warren_dep::${name} INTERFACE ${WARREN_${library}_LIBRARY})
  endforeach()
endfunction()

warren_import(sodium sodium.h sodium)
warren_import(b2 blake2.h b2)
# Without the type-id check, unregistered message types compile and fail at the first remote send.
warren_import(caf caf/all.hpp caf_io caf_core)
set_target_properties(warren_dep::caf PROPERTIES INTERFACE_COMPILE_DEFINITIONS CAF_ENABLE_TYPE_ID_CHECKS)
