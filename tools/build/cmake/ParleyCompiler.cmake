# Compiler, linker, warnings, sanitizers, ccache.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Assertions stay on in release: no -DNDEBUG.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
# -fPIE for libraries too: they only go into executables, and a precompiled header fits only equal flags.
add_compile_options(-fPIE -fno-omit-frame-pointer -fstack-protector-strong)
add_link_options(-pie -Wl,-z,relro,-z,now)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
# Off: a field left out of a designated initialiser is value-initialised, which is why it is left out; and clang forgets
# libstdc++'s own pragma about std::get_temporary_buffer once the header is precompiled (std::stable_sort).
set(PARLEY_WARNINGS -Wall -Wextra -Werror -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Wno-missing-designated-field-initializers -Wno-deprecated-declarations)

set(PARLEY_FUZZ OFF)
if(PARLEY_SANITIZE STREQUAL "address" OR PARLEY_SANITIZE STREQUAL "fuzz")
  # vptr needs type information that Debian's libraries do not all carry.
  set(sanitizers -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all)
elseif(PARLEY_SANITIZE STREQUAL "thread")
  set(sanitizers -fsanitize=thread)
elseif(NOT PARLEY_SANITIZE STREQUAL "")
  message(FATAL_ERROR "PARLEY_SANITIZE is '${PARLEY_SANITIZE}'; use address, thread, fuzz or nothing")
else()
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()
if(PARLEY_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELEASE "-O1 -g1")
  add_compile_options(${sanitizers})
  add_link_options(${sanitizers})
endif()
if(PARLEY_SANITIZE STREQUAL "fuzz")
  set(PARLEY_FUZZ ON)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(PARLEY_COVERAGE)
  # Counters live in a shared mapping of the file that is written: those of a process that dies are there, too.
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping "SHELL:-mllvm -runtime-counter-relocation")
  add_link_options(-fprofile-instr-generate)
endif()

find_program(PARLEY_LLD ld.lld-19)
if(PARLEY_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=${PARLEY_LLD})
endif()
add_link_options(-Wl,--as-needed)

find_program(PARLEY_CCACHE ccache)
if(PARLEY_CCACHE)
  # ccache can only reuse a precompiled header when told that its time stamps do not matter.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${PARLEY_CCACHE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()
