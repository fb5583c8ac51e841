#include "core/base/line_journal.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <vector>

#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string FreshPath(const std::string& name) {
  const std::string path = testing::TempDir() + "/" + name;
  std::filesystem::remove(path);
  return path;
}

absl::StatusOr<std::unique_ptr<LineJournal>> Open(const std::string& path,
                                                  std::vector<std::string>* lines) {
  return LineJournal::Open(
      path, "somebody has it",
      [lines](int64_t number, const std::string& line) -> absl::StatusOr<bool> {
        lines->push_back(line);
        if (line == "stale") return false;
        if (line != "bad") return true;
        return absl::DataLossError("line " + std::to_string(number));
      });
}

TEST(LineJournal, LinesComeBackAndATornOneIsCutOff) {
  const std::string path = FreshPath("torn");
  std::vector<std::string> lines;
  {
    const auto journal = Open(path, &lines);
    ASSERT_TRUE(journal.ok()) << journal.status();
    ASSERT_TRUE((*journal)->Append("one").ok());
    ASSERT_TRUE((*journal)->Append("").ok());
  }
  std::ofstream(path, std::ios::app) << "tor";
  {
    const auto journal = Open(path, &lines);
    ASSERT_TRUE(journal.ok()) << journal.status();
    EXPECT_THAT(lines, ElementsAre("one", ""));
    ASSERT_TRUE((*journal)->Append("three").ok());
  }
  EXPECT_EQ(*ReadFile(path), "one\n\nthree\n");
}

TEST(LineJournal, OneHolderAtATime) {
  const std::string path = FreshPath("held");
  std::vector<std::string> lines;
  const auto journal = Open(path, &lines);
  const absl::Status second = Open(path, &lines).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr("is in use: somebody has it"));
}

TEST(LineJournal, ALineThatIsRefusedEndsIt) {
  const std::string path = FreshPath("refused");
  ASSERT_TRUE(WriteFileAtomically(path, "good\nbad\nlast\n").ok());
  std::vector<std::string> lines;
  EXPECT_EQ(Open(path, &lines).status().message(), "line 2");
  EXPECT_EQ(*ReadFile(path), "good\nbad\nlast\n");
}

TEST(LineJournal, WhatIsNotTakenIsCutOff) {
  const std::string path = FreshPath("stale");
  ASSERT_TRUE(WriteFileAtomically(path, "good\nstale\nlast\n").ok());
  std::vector<std::string> lines;
  const auto journal = Open(path, &lines);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_THAT(lines, ElementsAre("good", "stale"));
  ASSERT_TRUE((*journal)->Append("anew").ok());
  EXPECT_EQ(*ReadFile(path), "good\nanew\n");
}

TEST(LineJournal, WhatDoesNotFitIsTakenBack) {
  const std::string path = FreshPath("full");
  std::vector<std::string> lines;
  const auto journal = Open(path, &lines);
  ASSERT_TRUE((*journal)->Append("kept").ok());
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit limit = before;
  limit.rlim_cur = 12;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const absl::Status full = (*journal)->Append("more than there is room for");
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(std::string(full.message()), HasSubstr("cannot write to " + path));
  EXPECT_EQ(*ReadFile(path), "kept\n");
  ASSERT_TRUE((*journal)->Append("then").ok());
  EXPECT_EQ(*ReadFile(path), "kept\nthen\n");
}

// It would be read without end.
TEST(LineJournal, APipeIsNoJournal) {
  const std::string path = FreshPath("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::vector<std::string> lines;
  EXPECT_THAT(std::string(Open(path, &lines).status().message()), HasSubstr("pipe is a pipe, "));
}

}  // namespace
}  // namespace facet
