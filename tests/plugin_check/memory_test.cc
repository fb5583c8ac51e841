// What only a look at the memory shows: under AddressSanitizer, ThreadSanitizer and valgrind. The
// host that starts them is compiled with none of them.
#include <cstdlib>

#include "tests/plugin_check/plugin_check.h"

namespace facet {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class MemoryTest : public PluginCheckTest {};

TEST_F(MemoryTest, AddressSanitizerSeesTheLibrary) {
  const Json document = CheckJson("tests/plugin_check/libplanted_memory_asan.so", 1);
  EXPECT_EQ(document.at("memory").at("by"), "AddressSanitizer");
  EXPECT_EQ(document.at("memory").at("state"), "broken");
  EXPECT_EQ(StateOf(document, "right"), "kept");
  EXPECT_THAT(BrokenOf(document, "reads_past_the_end"),
              Contains(HasSubstr("AddressSanitizer: heap-buffer-overflow")));
  EXPECT_THAT(BrokenOf(document, "writes_after_free"),
              Contains(HasSubstr("AddressSanitizer: heap-use-after-free")));
  const Ending right =
      Check("tests/plugin_check/libplanted_memory_asan.so", {"--component", "right"});
  EXPECT_EQ(right.exit_code, 0) << right.out << right.err;
  EXPECT_THAT(right.out, HasSubstr("memory: checked by AddressSanitizer\n"));
}

TEST_F(MemoryTest, ThreadSanitizerSeesTheLibrary) {
  const Json document = CheckJson("tests/plugin_check/libplanted_races_tsan.so", 1);
  EXPECT_THAT(document.at("races").at("by").get<std::string>(), HasSubstr("ThreadSanitizer: "));
  EXPECT_EQ(document.at("races").at("state"), "broken");
  EXPECT_EQ(document.at("memory").at("state"), "not checked");
  EXPECT_EQ(StateOf(document, "right"), "kept");
  EXPECT_THAT(BrokenOf(document, "counts_visits"),
              Contains(HasSubstr("two threads: ThreadSanitizer: data race")));
  EXPECT_THAT(BrokenOf(document, "sums_in_threads"),
              Contains(HasSubstr("ThreadSanitizer: data race")));
}

TEST_F(MemoryTest, ValgrindSeesAPlainLibrary) {
  if (std::system("command -v valgrind > /dev/null") != 0) GTEST_SKIP() << "valgrind is missing";
  const Json document = CheckJson("tests/plugin_check/libplanted_memory.so", 1, {"--valgrind"});
  EXPECT_EQ(document.at("memory").at("by"), "valgrind (memcheck)");
  EXPECT_THAT(BrokenOf(document, "right"), IsEmpty());
  EXPECT_THAT(BrokenOf(document, "reads_past_the_end"),
              Contains(HasSubstr("memory: Invalid read of size 1: ")));
  EXPECT_THAT(BrokenOf(document, "writes_after_free"),
              Contains(HasSubstr("memory: Invalid write of size 4: ")));
  EXPECT_THAT(BrokenOf(document, "reads_before_it_writes"),
              Contains(HasSubstr("depends on uninitialised value(s): ")));
}

TEST_F(MemoryTest, ValgrindIsForPlainLibrariesAndMayBeMissing) {
  if (std::system("command -v valgrind > /dev/null") != 0) GTEST_SKIP() << "valgrind is missing";
  const Ending both = Check("tests/plugin_check/libplanted_memory_asan.so", {"--valgrind"});
  EXPECT_EQ(both.exit_code, 8);
  EXPECT_THAT(both.err,
              HasSubstr("is compiled with a sanitizer, which does not run under valgrind"));
  const std::string path = std::getenv("PATH");
  ASSERT_EQ(::setenv("PATH", folder().c_str(), 1), 0);
  const Ending missing = Check("tests/plugin_check/libplanted_memory.so", {"--valgrind"});
  ASSERT_EQ(::setenv("PATH", path.c_str(), 1), 0);
  EXPECT_EQ(missing.exit_code, 8);
  EXPECT_THAT(missing.err, HasSubstr("valgrind is not installed; run: sudo apt install valgrind"));
}

// Without a sanitizer and without valgrind such faults pass: the report says what it cannot see.
TEST_F(MemoryTest, WhatIsNotCoveredIsNamed) {
  const Json document =
      CheckJson("tests/plugin_check/libplanted_memory.so", 0, {"--component", "right"});
  EXPECT_EQ(document.at("memory").at("reason"), "compile with -fsanitize=address, or --valgrind");
  EXPECT_EQ(document.at("races").at("reason"), "compile with -fsanitize=thread");
}

}  // namespace
}  // namespace facet
