# The parts of the program that can be tested without running it.
set(program ${PROJECT_SOURCE_DIR}/tools/warren)
warren_test(unit_program unit
  SOURCES
    program/access_test.cpp
    program/doctor_findings_test.cpp
    program/percent_test.cpp
    program/record_test.cpp
    ${program}/api/access.cpp
    ${program}/api/percent.cpp
    ${program}/api/record.cpp
    ${program}/doctor_findings.cpp
    ${program}/output.cpp
  DEPENDS warren_actors nlohmann_json::nlohmann_json fmt::fmt)
