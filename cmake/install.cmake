# install + export: find_package(warren) then link warren::warren.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
get_property(targets GLOBAL PROPERTY WARREN_INSTALL_TARGETS)
install(TARGETS ${targets} warren EXPORT warren-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT warren-targets NAMESPACE warren:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/warren)
foreach(folder messages transports actors crdt_bridge)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/warren FILES_MATCHING PATTERN "*.hpp")
endforeach()
configure_package_config_file(cmake/warren-config.cmake.in ${CMAKE_BINARY_DIR}/warren-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/warren)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/warren-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/warren-config.cmake ${CMAKE_BINARY_DIR}/warren-config-version.cmake
  cmake/dependencies.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/warren)
