# Runs at build time: writes OUTPUT from TEMPLATE with the hash of the clone at SOURCE, only when it changed.
find_package(Git QUIET)
set(GIT_HASH "")
if(GIT_FOUND AND EXISTS "${SOURCE}/.git")
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty --abbrev=12 --exclude=*
    WORKING_DIRECTORY "${SOURCE}" OUTPUT_VARIABLE GIT_HASH OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT GIT_HASH)
  set(GIT_HASH unknown)
endif()
configure_file("${TEMPLATE}" "${OUTPUT}" @ONLY)
