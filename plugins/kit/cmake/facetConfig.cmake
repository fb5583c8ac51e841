# find_package(facet): writing a plugin outside facet's tree with CMake.
#
#   find_package(facet REQUIRED)
#   facet_add_plugin(my_loss TORCH)
#   facet_add_plugin(my_detector OPENCV imgproc)
#
# facet_add_plugin(NAME [TORCH] [CURATION] [OPENCV module...] [LIBRARIES library...]) makes of NAME.cc, where CURATION is
# what curators do around their work (plugins/curators/stage/run.h),
#   libNAME.so      with libNAME.schema.json beside it: what the host reads instead of loading it, and
#                   libNAME.manual.txt, the first comment of NAME.cc, which `facet plugins describe` shows. The build
#                   folder is a plugin folder: facet run --plugin-path build EXPERIMENT
#   NAME_test       from NAME_test.cc where there is one: GoogleTest, linked to the plugin's own objects
# and two tests for ctest: that program, and `facet plugins check` on the library.
# -DFACET_SANITIZE=address (or thread) compiles with that sanitizer; `facet plugins check` then runs under it.
#
# LIBTORCH_HOME (environment or -D) is another LibTorch than the compiler's default folders have; it must be the release
# that facet itself was built with (`facet version`). facet::api is the target with the headers and libfacet.so;
# FACET_PROGRAM is the host.

get_filename_component(FACET_HOME "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(FACET_PROGRAM "${FACET_HOME}/bin/facet")
set(FACET_SANITIZE "" CACHE STRING "address, thread, or empty")

include(CMakeFindDependencyMacro)
find_dependency(absl)

if(NOT TARGET facet::api)
  add_library(facet::api SHARED IMPORTED)
  set_target_properties(facet::api PROPERTIES
    IMPORTED_LOCATION "${FACET_HOME}/lib/libfacet.so"
    IMPORTED_SONAME libfacet.so
    INTERFACE_INCLUDE_DIRECTORIES "${FACET_HOME}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_17
    INTERFACE_LINK_LIBRARIES "absl::status;absl::statusor;absl::str_format;absl::strings;absl::time")
endif()

macro(_facet_find_torch)
  if(NOT TARGET facet::torch)
    if(NOT LIBTORCH_HOME)
      set(LIBTORCH_HOME "$ENV{LIBTORCH_HOME}")
    endif()
    find_path(FACET_TORCH_INCLUDE torch/version.h torch/csrc/api/include/torch/version.h
      HINTS "${LIBTORCH_HOME}/include")
    foreach(_name torch torch_cpu c10)
      find_library(FACET_LIB_${_name} ${_name} HINTS "${LIBTORCH_HOME}/lib")
      if(NOT FACET_LIB_${_name} OR NOT FACET_TORCH_INCLUDE)
        message(FATAL_ERROR "LibTorch is missing: install libtorch-dev, or set LIBTORCH_HOME to the one that facet "
          "was built with (${FACET_PROGRAM} version)")
      endif()
    endforeach()
    add_library(facet::torch INTERFACE IMPORTED)
    set_target_properties(facet::torch PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${FACET_TORCH_INCLUDE};${FACET_TORCH_INCLUDE}/torch/csrc/api/include"
      INTERFACE_LINK_LIBRARIES "${FACET_LIB_torch};${FACET_LIB_torch_cpu};${FACET_LIB_c10}")
  endif()
endmacro()

function(facet_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TORCH;CURATION" "" "OPENCV;LIBRARIES")
  set(libraries facet::api ${arg_LIBRARIES})
  if(arg_TORCH)
    _facet_find_torch()
    list(APPEND libraries facet::torch)
  endif()
  if(arg_CURATION)
    find_library(FACET_SQLITE sqlite3)
    if(NOT FACET_SQLITE)
      message(FATAL_ERROR "SQLite is missing: install libsqlite3-dev")
    endif()
    foreach(_part stage manifest lists image_format)
      list(APPEND libraries "${FACET_HOME}/lib/curation/lib${_part}.a")
    endforeach()
    list(APPEND libraries ${FACET_SQLITE} absl::throw_delegate)
  endif()
  if(arg_OPENCV)
    find_package(OpenCV REQUIRED COMPONENTS ${arg_OPENCV})
    list(APPEND libraries ${OpenCV_LIBS})
  endif()

  add_library(${name}_objects OBJECT ${name}.cc)
  # As facet itself is compiled. A unique symbol would pin a library and tie two plugins' inline statics together.
  target_compile_options(${name}_objects PRIVATE -fno-gnu-unique -fvisibility=hidden -fvisibility-inlines-hidden)
  set_target_properties(${name}_objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(${name}_objects PUBLIC ${libraries})
  if(FACET_SANITIZE)
    target_compile_options(${name}_objects PUBLIC -fsanitize=${FACET_SANITIZE} -g -fno-omit-frame-pointer)
    target_link_options(${name}_objects PUBLIC -fsanitize=${FACET_SANITIZE})
  endif()

  add_library(${name} MODULE)
  target_link_libraries(${name} PRIVATE ${name}_objects)
  # -z defs: what is missing is told here, not when the plugin is opened. Sanitizers bring their symbols when they run.
  if(NOT FACET_SANITIZE)
    target_link_options(${name} PRIVATE -Wl,-z,defs)
    add_custom_command(TARGET ${name} POST_BUILD VERBATIM
      COMMAND "${FACET_HOME}/bin/facet-worker" describe $<TARGET_FILE:${name}>
        > $<TARGET_FILE_DIR:${name}>/lib${name}.schema.json
      COMMAND sed -n -e "\\|^//|!q" -e "s|^// \\{0,1\\}||p" "${CMAKE_CURRENT_SOURCE_DIR}/${name}.cc"
        > $<TARGET_FILE_DIR:${name}>/lib${name}.manual.txt)
  endif()

  add_test(NAME ${name}_check COMMAND "${FACET_PROGRAM}" plugins check $<TARGET_FILE:${name}>)
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${name}_test.cc")
    find_package(GTest)
    if(TARGET GTest::gtest_main)
      add_executable(${name}_test ${name}_test.cc)
      target_link_libraries(${name}_test PRIVATE ${name}_objects GTest::gtest_main)
      add_test(NAME ${name}_test COMMAND ${name}_test)
    else()
      message(STATUS "${name}_test is left out: GoogleTest is missing (libgtest-dev)")
    endif()
  endif()
endfunction()
