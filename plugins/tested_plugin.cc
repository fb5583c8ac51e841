// facet_plugin_descriptor() of a program that holds the tests of many plugins: that of the library
// which the running test's file is named after, plugins/losses/libtriplet.so for
// plugins/losses/triplet_test.cc.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/api/component.h"
#include "core/base/check.h"

namespace {

using Function = const facet::PluginDescriptor* (*)();

Function Load(const std::string& test_file) {
  const size_t name = test_file.rfind('/') + 1, end = test_file.rfind("_test.cc");
  const std::string library =
      test_file.substr(0, name) + "lib" + test_file.substr(name, end - name) + ".so";
  void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) std::fprintf(stderr, "%s\n", ::dlerror());
  FACET_CHECK(handle != nullptr);
  return reinterpret_cast<Function>(::dlsym(handle, "facet_plugin_descriptor"));
}

}  // namespace

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor() {
  static std::map<std::string, Function> loaded;
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  FACET_CHECK(test != nullptr);
  Function& function = loaded[test->file()];
  if (function == nullptr) function = Load(test->file());
  return function();
}
