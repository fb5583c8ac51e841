#include "plugins/curators/download/journal.h"

#include <filesystem>
#include <fstream>

#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::string FreshPath(const std::string& name) {
  const std::string path = testing::TempDir() + "/" + name;
  std::filesystem::remove(path);
  return path;
}

DownloadResult Good(const std::string& id) {
  DownloadResult result;
  result.id = id;
  result.url = "http://a/\"quoted\"\n";
  result.outcome = DownloadOutcome::kOk;
  result.final_url = "http://b/";
  result.http_status = 206;
  result.attempts = 2;
  result.file = id + ".jpg";
  result.size = 12345678901;
  result.sha256 = "00ff";
  return result;
}

TEST(DownloadJournal, EveryOutcomeComesBack) {
  for (int i = 0; i <= static_cast<int>(DownloadOutcome::kStopped); ++i) {
    const auto outcome = static_cast<DownloadOutcome>(i);
    EXPECT_EQ(OutcomeOf(OutcomeName(outcome)), outcome);
  }
  EXPECT_EQ(OutcomeOf("fine"), std::nullopt);
  const std::string line = ToJournalLine(Good("a"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto result = FromJournalLine(line);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(ToJournalLine(*result), line);
  EXPECT_EQ(result->url, Good("a").url);
  EXPECT_EQ(result->size, 12345678901);
}

TEST(DownloadJournal, LastLineHoldsAndATornOneIsCutOff) {
  const std::string path = FreshPath("torn.jsonl");
  {
    auto journal = DownloadJournal::Open(path);
    ASSERT_TRUE(journal.ok()) << journal.status();
    DownloadResult bad = Good("a");
    bad.outcome = DownloadOutcome::kTimeout;
    ASSERT_TRUE((*journal)->Append(bad).ok());
    ASSERT_TRUE((*journal)->Append(Good("b")).ok());
    ASSERT_TRUE((*journal)->Append(Good("a")).ok());
  }
  const std::string whole = *ReadFile(path);
  // A kill at every place within the last line.
  const size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (size_t length = last; length <= whole.size(); ++length) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, length);
    auto journal = DownloadJournal::Open(path);
    ASSERT_TRUE(journal.ok()) << journal.status();
    EXPECT_EQ((*journal)->results().size(), 2u);
    const bool is_whole = length == whole.size();
    EXPECT_EQ((*journal)->results().at("a").outcome,
              is_whole ? DownloadOutcome::kOk : DownloadOutcome::kTimeout);
    ASSERT_TRUE((*journal)->Append(Good("c")).ok());
    EXPECT_EQ(*ReadFile(path),
              whole.substr(0, is_whole ? length : last) + ToJournalLine(Good("c")) + "\n");
  }
}

TEST(DownloadJournal, RefusesASecondWriterAndOtherContent) {
  const std::string path = FreshPath("locked.jsonl");
  {
    const auto first = DownloadJournal::Open(path);
    ASSERT_TRUE(first.ok());
    const auto second = DownloadJournal::Open(path);
    EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(second.status().message()), HasSubstr("another process"));
  }
  std::ofstream(path) << ToJournalLine(Good("a")) << "\n{\"id\":\"b\"}\n";
  const auto journal = DownloadJournal::Open(path);
  EXPECT_EQ(journal.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(journal.status().message()), HasSubstr("locked.jsonl:2: "));
}

}  // namespace
}  // namespace facet
