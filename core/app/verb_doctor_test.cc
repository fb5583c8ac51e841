#include "core/app/verb_doctor.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "core/app/finding.h"
#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/graph/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Level = Finding::Level;

std::vector<std::string> TextsOf(const Findings& findings) {
  std::vector<std::string> texts;
  for (const Finding& finding : findings) texts.push_back(finding.text);
  return texts;
}

TEST(DoctorTest, WhatAProcessorHasAndLacksIsNamedOnce) {
  const InstructionSets few = FindInstructionSets({"avx2", "fma", "avx512f", "sse2"});
  EXPECT_THAT(few.has, ElementsAre("AVX2", "FMA", "AVX-512"));
  EXPECT_THAT(few.lacks, ElementsAre("AVX-512 BF16", "AMX"));
  EXPECT_THAT(FindInstructionSets({}).lacks, ElementsAre("AVX2", "FMA", "AVX-512", "AMX"));
  const InstructionSets all =
      FindInstructionSets({"avx2", "fma", "avx512f", "avx512_bf16", "amx_tile", "amx_bf16"});
  EXPECT_EQ(all.has.size(), 6u);
  EXPECT_TRUE(all.lacks.empty());
}

TEST(DoctorTest, ABusyMachineIsAWarning) {
  EXPECT_EQ(CheckLoad(1.9, 2).level, Level::kOk);
  const Finding busy = CheckLoad(2.4, 2);
  EXPECT_EQ(busy.level, Level::kWarning);
  EXPECT_THAT(busy.cure, HasSubstr("trainings slow down"));
}

TEST(DoctorTest, AContainersLimitAndLittleMemoryAreSaid) {
  constexpr int64_t kGib = int64_t{1} << 30;
  EXPECT_THAT(CheckMemoryRoom(64 * kGib, 8 * kGib, 4 * kGib).text,
              AllOf(HasSubstr("64.0 GiB with swap"), HasSubstr("container may have 8.0 GiB")));
  EXPECT_THAT(CheckMemoryRoom(64 * kGib, 64 * kGib, 4 * kGib).text, Not(HasSubstr("container")));
  EXPECT_EQ(CheckMemoryRoom(64 * kGib, -1, 4 * kGib).level, Level::kOk);
  EXPECT_EQ(CheckMemoryRoom(64 * kGib, -1, kGib / 2).level, Level::kWarning);
}

TEST(DoctorTest, DataIsLookedForWhereTheExperimentsTakeItFrom) {
  const std::string folder = TestFolder();
  std::filesystem::create_directories(folder + "/data/lfw");
  ASSERT_TRUE(WriteFileAtomically(folder + "/a.toml",
                                  "root = \"${DOCTOR_TEST_DATA}/lfw\"\n"
                                  "list = \"${DOCTOR_TEST_DATA}/lfw/people.txt\"\n")
                  .ok());
  ASSERT_TRUE(
      WriteFileAtomically(folder + "/b.toml", "root = '${DOCTOR_TEST_DATA:-/x}/lfw'\n").ok());
  ::unsetenv("DOCTOR_TEST_DATA");
  Findings findings = ExamineData(folder);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].level, Level::kOk);
  EXPECT_THAT(findings[0].text, HasSubstr("DOCTOR_TEST_DATA is not set; 2 of the experiments"));
  ::setenv("DOCTOR_TEST_DATA", (folder + "/data").c_str(), 1);
  findings = ExamineData(folder);
  EXPECT_EQ(findings[0].level, Level::kWarning);
  EXPECT_THAT(findings[0].text,
              AllOf(HasSubstr(": 1 of 2 files"), HasSubstr("not lfw/people.txt")));
  ::setenv("DOCTOR_TEST_DATA", (folder + "/nowhere").c_str(), 1);
  findings = ExamineData(folder);
  EXPECT_EQ(findings[0].level, Level::kProblem);
  EXPECT_FALSE(findings[0].cure.empty());
  ::unsetenv("DOCTOR_TEST_DATA");
}

TEST(DoctorTest, TheLocksOfAStoreAreSaidWithoutTakingThem) {
  const std::string folder = TestFolder() + "/.facet";
  EXPECT_THAT(TextsOf(ExamineStore(folder)), Contains(HasSubstr("not there yet")));
  EXPECT_FALSE(std::filesystem::exists(folder));
  const auto store = Store::Open(folder);
  ASSERT_TRUE(store.ok());
  std::string holder;
  const auto lock = (*store)->TryLock(std::string(64, 'a'), &holder);
  const auto free = (*store)->TryLock(std::string(64, 'b'), &holder);
  ASSERT_TRUE(lock.ok() && free.ok());
  const Findings findings = ExamineStore(folder);
  EXPECT_THAT(TextsOf(findings), Contains("can be written"));
  EXPECT_THAT(TextsOf(findings), Contains(HasSubstr("free on the disk")));
  if (std::filesystem::exists("/proc/locks")) {
    EXPECT_THAT(TextsOf(findings), Contains(HasSubstr("lock of aaaaaaaaaaaa: held by process " +
                                                      std::to_string(::getpid()))));
  }
}

std::vector<std::string> ProblemsOf(const std::string& store) {
  std::vector<std::string> texts;
  for (const Finding& finding : ExamineStore(store)) {
    if (finding.level != Level::kProblem) continue;
    texts.push_back(finding.text);
    EXPECT_FALSE(finding.cure.empty());
  }
  return texts;
}

TEST(DoctorTest, WhatStandsInThePlaceOfAPartOfTheStoreIsAProblem) {
  namespace fs = std::filesystem;
  const std::string store = TestFolder() + "/.facet";
  for (const char* part : {"", "/runs", "/cache/v1", "/cache/v1/ac", "/cache/v1/cas",
                           "/cache/v1/tmp", "/cache/v1/checkpoints", "/cache/v1/locks"}) {
    for (const bool is_pipe : {true, false}) {
      fs::remove_all(store);
      ASSERT_TRUE(Store::Open(store).ok());
      ASSERT_THAT(ProblemsOf(store), ElementsAre());
      fs::remove_all(store + part);
      if (is_pipe) {
        ASSERT_EQ(::mkfifo((store + part).c_str(), 0600), 0);
      } else {
        ASSERT_TRUE(WriteFileAtomically(store + part, "no folder").ok());
      }
      EXPECT_THAT(ProblemsOf(store),
                  ElementsAre(store + part + " is no folder, where facet has one"));
    }
  }
  for (const char* file : {"in_use.lock", "entries.sqlite", "index.sqlite"}) {
    fs::remove_all(store);
    ASSERT_TRUE(Store::Open(store).ok());
    const std::string path = store + "/cache/v1/" + file;
    fs::remove(path);
    ASSERT_TRUE(fs::create_directory(path));
    EXPECT_THAT(ProblemsOf(store),
                ElementsAre(path + " is a folder, where facet has a file: remove it"));
    fs::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_THAT(ProblemsOf(store),
                ElementsAre(path + " is a pipe, where facet has a file: remove it"));
  }
}

TEST(DoctorTest, ThePageCountsWhatIsWrong) {
  const Findings findings = {{Level::kOk, "store", "fine", "no cure"},
                             {Level::kWarning, "store", "slow", "buy a disk"},
                             {Level::kProblem, "libraries", "not \x1b[31mthere", "install it"}};
  EXPECT_EQ(RenderFindings(findings, false),
            "store\n  ok       fine\n  warning  slow\n           buy a disk\n"
            "libraries\n  problem  not \\x1b[31mthere\n           install it\n"
            "\n1 problem, 1 warning\n");
}

}  // namespace
}  // namespace facet
