# The web app inside parleyd: web/ is built, packed (tools/build/web_pack.mjs) and linked in.
#   PARLEY_WEB   AUTO builds it where the npm packages are installed (tools/build/node.sh), ON insists, OFF leaves it out:
#                parleyd then shows a plain page that says so.
set(PARLEY_WEB AUTO CACHE STRING "AUTO, ON or OFF: the web app inside parleyd")
find_program(PARLEY_NODE node HINTS ${CMAKE_SOURCE_DIR}/build/tools/node/bin)
file(GLOB npm_packages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/node_modules/.package-lock.json)
set(PARLEY_WEB_BUILT OFF)
if(PARLEY_WEB STREQUAL "AUTO" AND PARLEY_NODE AND npm_packages)
  set(PARLEY_WEB_BUILT ON)
elseif(PARLEY_WEB STREQUAL "AUTO")
  message(STATUS "parleyd without the web app: tools/build/node.sh installs what it needs")
elseif(PARLEY_WEB)
  set(PARLEY_WEB_BUILT ON)
  if(NOT PARLEY_NODE OR NOT npm_packages)
    message(FATAL_ERROR "PARLEY_WEB=ON needs Node and the npm packages: run tools/build/node.sh")
  endif()
endif()

if(PARLEY_WEB_BUILT)
  set(pack ${CMAKE_BINARY_DIR}/web.pack)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/public/*
    ${CMAKE_SOURCE_DIR}/web/tools/*.ts
    ${CMAKE_SOURCE_DIR}/sdk/src/*)
  list(FILTER sources EXCLUDE REGEX "\\.test\\.tsx?$")
  add_custom_command(OUTPUT ${pack}
    COMMAND ${PARLEY_NODE} node_modules/vite/bin/vite.js build web --outDir ${CMAKE_BINARY_DIR}/web --emptyOutDir --logLevel warn
    COMMAND ${PARLEY_NODE} tools/build/web_pack.mjs ${CMAKE_BINARY_DIR}/web ${pack}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    DEPENDS ${sources} web/index.html web/vite.config.ts web/package.json sdk/package.json package-lock.json ${npm_packages}
      ${CMAKE_SOURCE_DIR}/tools/build/web_pack.mjs
    COMMENT "Building the web app" VERBATIM)
else()
  set(pack ${CMAKE_BINARY_DIR}/no_web.pack)
  file(CONFIGURE OUTPUT ${pack} CONTENT "")
endif()

# Not through ccache, which does not see what .incbin reads.
set(object ${CMAKE_BINARY_DIR}/web_pack.o)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/web_pack.s CONTENT "\
.section .rodata
.balign 16
.global parley_web_pack
parley_web_pack:
.incbin \"@pack@\"
.global parley_web_pack_end
parley_web_pack_end:
.section .note.GNU-stack,\"\",%progbits
" @ONLY)
add_custom_command(OUTPUT ${object}
  COMMAND ${CMAKE_CXX_COMPILER} -c ${CMAKE_BINARY_DIR}/web_pack.s -o ${object}
  DEPENDS ${CMAKE_BINARY_DIR}/web_pack.s ${pack} COMMENT "Putting the web app into an object" VERBATIM)
if(TARGET parleyd)
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  target_sources(parleyd PRIVATE ${object})
endif()
