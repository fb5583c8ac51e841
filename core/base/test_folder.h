// Where a test may write.
#ifndef FACET_CORE_BASE_TEST_FOLDER_H_
#define FACET_CORE_BASE_TEST_FOLDER_H_

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace facet {

// A path in a folder of the running test, which is made if it is not there.
inline std::string TestPath(const std::string& name) {
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder =
      absl::StrCat(testing::TempDir(), "/", test->test_suite_name(), ".", test->name());
  std::filesystem::create_directories(folder);
  return absl::StrCat(folder, "/", name);
}

// That folder, emptied.
inline std::string TestFolder() {
  const std::string folder = std::filesystem::path(TestPath("x")).parent_path().string();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace facet

#endif  // FACET_CORE_BASE_TEST_FOLDER_H_
