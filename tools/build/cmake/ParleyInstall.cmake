# make install: binaries, man pages, completions, and what docs/ and deploy/ hold for an operator.
include(GNUInstallDirs)
foreach(name parleyd parley parley-bench)
  if(TARGET ${name})
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.yaml")
install(FILES ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/deploy/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

if(NOT PARLEY_SANITIZE AND TARGET parleyd AND TARGET parley AND TARGET parley-bench)
  set(share ${CMAKE_BINARY_DIR}/share)
  add_custom_command(OUTPUT ${share}/man/man8/parleyd.8
    COMMAND ${PARLEY_PYTHON} -B ${CMAKE_SOURCE_DIR}/tools/build/man_pages.py --bin ${CMAKE_BINARY_DIR}/bin
      --docs ${CMAKE_SOURCE_DIR}/docs --out ${share}
    DEPENDS parleyd parley parley-bench ${CMAKE_SOURCE_DIR}/tools/build/man_pages.py
      ${CMAKE_SOURCE_DIR}/docs/operations.md ${CMAKE_SOURCE_DIR}/docs/cli.md
    COMMENT "Writing man pages and completions" VERBATIM)
  add_custom_target(man_pages ALL DEPENDS ${share}/man/man8/parleyd.8)
  install(DIRECTORY ${share}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR})
  install(DIRECTORY ${share}/bash-completion/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion)
endif()
