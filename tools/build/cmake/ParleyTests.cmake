# Tests: one GoogleTest executable and one ctest entry per layer; the simulator; fuzzers; end to end; checks of the tree.
# A test links what its layer stands on and the engines that need nothing outside, so that a mistake elsewhere does not
# stop it; contract, gateway, app and simulator tests link every engine.
set(test_libraries OpenSSL::SSL OpenSSL::Crypto Boost::json Boost::url GTest::gtest GTest::gmock Threads::Threads)
set(light_engines "")
foreach(engine memory system crypto)
  if(TARGET parley_engine_${engine})
    list(APPEND light_engines parley_engine_${engine})
  endif()
endforeach()
set(test_needs_base parley_base)
set(test_needs_chat parley_chat)
set(test_needs_wire parley_wire)
set(test_needs_ports parley_ports parley_wire ${light_engines})
set(test_needs_client parley_client ${light_engines})
set(test_needs_node parley_node ${light_engines})
set(test_needs_gateway parley_gateway parley_node parley_client ${parley_engines})
set(test_needs_app parley_app)

add_custom_target(tests)

function(parley_test_executable name)
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES} ${CMAKE_SOURCE_DIR}/tests/test_main.cpp)
  target_compile_options(${name} PRIVATE ${PARLEY_WARNINGS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/tools ${CMAKE_SOURCE_DIR}/server)
  target_precompile_headers(${name} REUSE_FROM parley_pch_test)
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} ${test_libraries})
  add_dependencies(tests ${name})
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1 --gtest_output=xml:${CMAKE_BINARY_DIR}/results/${name}.xml
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 600)
endfunction()

foreach(layer base chat wire ports client node gateway app ${engine_dirs})
  if(IS_ABSOLUTE ${layer})
    cmake_path(GET layer FILENAME engine)
    set(dir server/engines/${engine})
    set(name parley_engine_${engine}_test)
    set(needs parley_engine_${engine} ${light_engines})
  else()
    set(dir server/${layer})
    set(name parley_${layer}_test)
    set(needs ${test_needs_${layer}})
  endif()
  parley_sources(sources DIR ${dir} TESTS)
  if(sources)
    parley_test_executable(${name} SOURCES ${sources} LABEL unit LIBRARIES ${needs})
  endif()
endforeach()

parley_sources(sources DIR tools TESTS)
if(sources)
  parley_test_executable(parley_tools_test SOURCES ${sources} LABEL unit LIBRARIES parley_tool_parley parley_tool_bench)
endif()

# A disk that fails, for whatever keeps files with RocksDB.
parley_layer(disk DIR tests/disk PRIVATE rocksdb)

parley_sources(sources DIR tests/contract TESTS)
parley_sources(helpers DIR tests/contract)
if(sources)
  parley_test_executable(parley_contract_test SOURCES ${sources} ${helpers} LABEL contract
    LIBRARIES parley_disk parley_node parley_client ${parley_engines})
endif()

# The simulator: a library, a command line of its own (parley_sim SEED...), and tests.
parley_layer(simulator DIR tests/sim DEPENDS parley_app parley_gateway parley_node parley_client ${parley_engines}
  PRIVATE parley_disk)
parley_executable(parley_sim MAIN tests/sim/main.cpp LIBRARIES parley_simulator)
if(TARGET parley_sim)
  target_include_directories(parley_sim PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  add_dependencies(tests parley_sim)
endif()
parley_sources(sources DIR tests/sim TESTS)
if(sources)
  parley_test_executable(parley_sim_test SOURCES ${sources} LABEL sim LIBRARIES parley_simulator)
endif()
parley_sources(sources DIR tests/regress TESTS)
if(sources)
  parley_test_executable(parley_regress_test SOURCES ${sources} LABEL regress LIBRARIES parley_simulator)
endif()

# Fuzzers: libFuzzer in the fuzz preset; elsewhere the same entry point replays the corpus, what some runs of the simulator
# said and stored, and some seeded mutations.
set(simulated ${CMAKE_BINARY_DIR}/simulated)
if(NOT PARLEY_FUZZ)
  add_test(NAME simulated_corpus COMMAND parley_sim --corpus ${simulated} 1 6)
  set_tests_properties(simulated_corpus PROPERTIES LABELS fuzz TIMEOUT 120 FIXTURES_SETUP simulated)
endif()
add_custom_target(fuzzers)
file(GLOB fuzz_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzz.cpp)
foreach(source IN LISTS fuzz_sources)
  cmake_path(GET source STEM name)
  set(target parley_${name})
  add_executable(${target} ${source})
  target_compile_options(${target} PRIVATE ${PARLEY_WARNINGS})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/server)
  target_precompile_headers(${target} REUSE_FROM parley_pch_light)
  target_link_libraries(${target} PRIVATE parley_gateway parley_node parley_client parley_wire parley_base)
  add_dependencies(fuzzers ${target})
  add_dependencies(tests ${target})
  if(PARLEY_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    add_test(NAME ${target} COMMAND ${target} --seed 1 --mutations 20000 ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name} ${simulated}/${name})
    set_tests_properties(${target} PROPERTIES LABELS fuzz TIMEOUT 300 FIXTURES_REQUIRED simulated)
  endif()
endforeach()

# End to end: the real binaries, driven from Python and Node.
file(GLOB_RECURSE e2e_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/e2e/test_*.py)
if(e2e_sources)
  add_test(NAME e2e COMMAND ${PARLEY_PYTHON} -m pytest -q -p no:cacheprovider --junitxml=${CMAKE_BINARY_DIR}/results/e2e.xml
    ${CMAKE_SOURCE_DIR}/tests/e2e WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(e2e PROPERTIES LABELS e2e TIMEOUT 1200 ENVIRONMENT
    "PARLEY_BIN=${CMAKE_BINARY_DIR}/bin;PARLEY_GEN=${PARLEY_GEN}/python;PARLEY_PRESET_SANITIZE=${PARLEY_SANITIZE};PYTHONDONTWRITEBYTECODE=1")
endif()

# Hostile clients: lies about the whole contract, to a server of their own.
add_test(NAME hostile COMMAND ${PARLEY_PYTHON} -m pytest -q -p no:cacheprovider
  --junitxml=${CMAKE_BINARY_DIR}/results/hostile.xml tests/hostile WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(hostile PROPERTIES LABELS e2e TIMEOUT 600 ENVIRONMENT
  "PARLEY_BIN=${CMAKE_BINARY_DIR}/bin;PARLEY_GEN=${PARLEY_GEN}/python;PARLEY_PRESET_SANITIZE=${PARLEY_SANITIZE};PYTHONPATH=${CMAKE_SOURCE_DIR}/tests;PYTHONDONTWRITEBYTECODE=1")

# The short form of the soak, beside the other end-to-end tests: it waits more than it works.
add_test(NAME soak COMMAND ${PARLEY_PYTHON} -m pytest -q -p no:cacheprovider --junitxml=${CMAKE_BINARY_DIR}/results/soak.xml
  ${CMAKE_SOURCE_DIR}/tests/soak WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(soak PROPERTIES LABELS e2e TIMEOUT 1200 ENVIRONMENT
  "PARLEY_BIN=${CMAKE_BINARY_DIR}/bin;PARLEY_PRESET_SANITIZE=${PARLEY_SANITIZE};PYTHONDONTWRITEBYTECODE=1")

# Checks of the tree itself; once is enough, so not in the sanitizer presets.
if(NOT PARLEY_SANITIZE)
  add_test(NAME check_layers COMMAND ${PARLEY_PYTHON} -B tools/build/check_layers.py WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  add_test(NAME check_generated_docs WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMAND ${PARLEY_PYTHON} -B tools/build/generate.py --proto proto --docs docs --check)
  add_test(NAME check_build_tools WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMAND ${PARLEY_PYTHON} -B -m unittest discover -s tools/build -p "*_test.py")
  set_tests_properties(check_layers check_generated_docs check_build_tools PROPERTIES LABELS check TIMEOUT 60)
endif()

# The TypeScript: unit tests of both workspaces, types, and what Biome checks. Once is enough, as above.
if(PARLEY_WEB_BUILT AND NOT PARLEY_SANITIZE)
  foreach(workspace sdk web)
    add_test(NAME ${workspace}_unit WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
      COMMAND ${PARLEY_NODE} node_modules/vitest/vitest.mjs run --root ${workspace} --maxWorkers=1 --reporter=default
        --reporter=junit --outputFile.junit=${CMAKE_BINARY_DIR}/results/${workspace}_unit.xml)
  endforeach()
  add_test(NAME web_types WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} COMMAND ${PARLEY_NODE} node_modules/typescript/bin/tsc --build sdk web)
  # What runs elsewhere than in a page: tests, the service worker, tools and stories in Node.
  foreach(project sdk/tsconfig.test.json sdk/tsconfig.examples.json web/tsconfig.sw.json web/tsconfig.node.json)
    string(MAKE_C_IDENTIFIER types_${project} name)
    add_test(NAME ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
      COMMAND ${PARLEY_NODE} node_modules/typescript/bin/tsc -p ${project})
    # One after the other: these read what the first builds.
    set_tests_properties(${name} PROPERTIES DEPENDS web_types LABELS web TIMEOUT 600)
  endforeach()
  add_test(NAME web_lint WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMAND ${PARLEY_NODE} node_modules/@biomejs/biome/bin/biome check --error-on-warnings .)
  # Every public name of the SDK is in its reference.
  add_test(NAME sdk_reference WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/sdk
    COMMAND ${PARLEY_NODE} ../node_modules/typedoc/bin/typedoc)
  # Stories of people with the app, in Debian's Chromium.
  add_test(NAME web_stories WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMAND ${PARLEY_NODE} node_modules/@playwright/test/cli.js test -c web/e2e)
  set_tests_properties(web_stories PROPERTIES LABELS web TIMEOUT 1800 ENVIRONMENT
    "PARLEY_BIN=${CMAKE_BINARY_DIR}/bin;PARLEY_JUNIT=${CMAKE_BINARY_DIR}/results/web_stories.xml")
  set_property(TEST sdk_unit APPEND PROPERTY ENVIRONMENT "PARLEY_BIN=${CMAKE_BINARY_DIR}/bin")
  set_tests_properties(sdk_unit sdk_reference web_unit web_types web_lint PROPERTIES LABELS web TIMEOUT 600)
endif()

# Told to every test: what ThreadSanitizer cannot see into, and that AddressSanitizer keeps little of what was freed,
# because some tests look at memory. Ignored by other builds.
get_property(all_tests DIRECTORY PROPERTY TESTS)
set_property(TEST ${all_tests} APPEND PROPERTY ENVIRONMENT
  "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/sanitizers/tsan-suppressions.txt;ASAN_OPTIONS=quarantine_size_mb=1:thread_local_quarantine_size_kb=64")
