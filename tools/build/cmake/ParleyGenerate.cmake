# Generated code in <build>/gen: C++ and Python from proto/parley/v1/*.proto, C++ from the tables of errors and limits.
set(PARLEY_GEN ${CMAKE_BINARY_DIR}/gen)
set(PARLEY_PYTHON /usr/bin/python3)
file(MAKE_DIRECTORY ${PARLEY_GEN}/python)

set(generator ${CMAKE_SOURCE_DIR}/tools/build/generate.py)
set(tables ${CMAKE_SOURCE_DIR}/proto/errors.toml ${CMAKE_SOURCE_DIR}/proto/limits.toml)
set(table_headers ${PARLEY_GEN}/parley/errors.hpp ${PARLEY_GEN}/parley/limits.hpp)
add_custom_command(OUTPUT ${table_headers}
  COMMAND ${PARLEY_PYTHON} ${generator} --proto ${CMAKE_SOURCE_DIR}/proto --headers ${PARLEY_GEN}/parley
  DEPENDS ${generator} ${tables}
  COMMENT "Generating errors.hpp and limits.hpp" VERBATIM)
add_custom_target(parley_tables DEPENDS ${table_headers})
add_library(parley_generated INTERFACE)
add_dependencies(parley_generated parley_tables)
target_include_directories(parley_generated SYSTEM INTERFACE ${PARLEY_GEN})

file(GLOB protos CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/parley/v1/*.proto)
set(proto_sources "")
set(proto_headers "")
foreach(proto IN LISTS protos)
  cmake_path(GET proto STEM name)
  set(out ${PARLEY_GEN}/parley/v1/${name})
  add_custom_command(OUTPUT ${out}.pb.cc ${out}.pb.h
    COMMAND protobuf::protoc -I${CMAKE_SOURCE_DIR}/proto --cpp_out=${PARLEY_GEN} --python_out=${PARLEY_GEN}/python ${proto}
    DEPENDS ${protos} COMMENT "Generating ${name}.pb.h" VERBATIM)
  list(APPEND proto_sources ${out}.pb.cc)
  list(APPEND proto_headers ${out}.pb.h)
endforeach()
add_custom_target(parley_proto_sources DEPENDS ${proto_sources} ${proto_headers})
if(proto_sources)
  add_library(parley_proto STATIC ${proto_sources})
  set(visibility PUBLIC)
  target_compile_options(parley_proto PRIVATE -w)
else()
  add_library(parley_proto INTERFACE)
  set(visibility INTERFACE)
endif()
add_dependencies(parley_proto parley_proto_sources)
target_include_directories(parley_proto SYSTEM ${visibility} ${PARLEY_GEN})
target_link_libraries(parley_proto ${visibility} protobuf::libprotobuf)

# What `git describe` says when CMake runs; the plain version where there is no repository.
set(PARLEY_VERSION_TEXT ${PROJECT_VERSION})
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${CMAKE_SOURCE_DIR} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(commit)
    string(APPEND PARLEY_VERSION_TEXT "+${commit}")
  endif()
endif()
file(CONFIGURE OUTPUT ${PARLEY_GEN}/parley/version_text.hpp CONTENT "#define PARLEY_VERSION_TEXT \"@PARLEY_VERSION_TEXT@\"\n" @ONLY)
