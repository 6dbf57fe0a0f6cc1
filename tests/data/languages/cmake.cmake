cmake_minimum_required(VERSION 3.20)
project(bakery LANGUAGES CXX)

include(cmake/warnings.cmake)
add_subdirectory(src/oven)

option(WITH_OVEN "Bake, too" ON)
set(BAKERY_SOURCES mixer.cpp shelf.cpp)
set(local_value 1)

# What all programs share.
add_library(dough STATIC
  flour.cpp
  water.cpp
  ${BAKERY_SOURCES})
add_executable(counter main.cpp)
target_link_libraries(counter PRIVATE dough)

#[[
Adds a kind of loaf.
]]
function(add_loaf name)
  set(grams 500)
  add_executable(${name} ${ARGN})
endfunction()

macro(check_oven)
  message(STATUS "hot")
endmacro()

if(WITH_OVEN)
  add_custom_target(bake
    COMMAND oven
    DEPENDS dough
    COMMENT "Bakes")
endif()

add_loaf(rye rye.cpp)
add_test(NAME taste COMMAND counter)
