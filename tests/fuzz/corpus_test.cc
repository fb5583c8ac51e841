// A target on its corpus, and on each file's first half: what fuzzers found once stays mended.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <vector>

#include "core/base/file.h"
#include "gtest/gtest.h"
#include "tests/fuzz/fuzz.h"

namespace facet {
namespace {

TEST(Corpus, HasNoFinding) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::getenv("FACET_FUZZ_CORPUS"))) {
    files.push_back(entry.path());
  }
  ASSERT_FALSE(files.empty());
  std::sort(files.begin(), files.end());
  Fuzz("");
  for (const std::filesystem::path& file : files) {
    std::cout << file << std::endl;  // the last one is the one that crashed
    const absl::StatusOr<std::string> bytes = ReadFile(file.string());
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    Fuzz(*bytes);
    Fuzz(bytes->substr(0, bytes->size() / 2));
  }
}

}  // namespace
}  // namespace facet
