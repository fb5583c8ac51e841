#include "core/app/failed_rows.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class FailedRowsTest : public testing::Test {
 protected:
  // With the checksum that a run gives each whole line.
  void WriteEvents(const std::string& run, const std::string& events) {
    std::string sealed;
    for (const absl::string_view line : absl::StrSplit(events, '\n', absl::SkipEmpty())) {
      absl::StatusOr<Json> event = ParseJson(std::string(line), "event");
      if (event.ok()) (*event)["checksum"] = Sha256Hex(Dump(*event)).substr(0, 16);
      absl::StrAppend(&sealed, event.ok() ? Dump(*event) : std::string(line), "\n");
    }
    const std::string folder = store_ + "/runs/table/" + run;
    std::filesystem::create_directories(folder);
    ASSERT_TRUE(WriteFileAtomically(folder + "/events.jsonl", sealed).ok());
    ASSERT_TRUE(WriteFileAtomically(folder + "/plan.json", "{}").ok());
  }
  const std::string store_ = TestFolder();
};

TEST_F(FailedRowsTest, AreThoseOfTheLastRunAlone) {
  EXPECT_TRUE(absl::IsNotFound(LastFailedRows(store_, "some/table.toml").status()));
  WriteEvents("20261130T101112Z-aaaaaa",
              R"({"event":"stage","rows":["old"],"stage":"train","state":"failed"})"
              "\n");
  WriteEvents("20261130T101113Z-000000",
              R"({"event":"stage","rows":["b","a"],"stage":"train","state":"failed"})"
              "\n"
              R"({"event":"stage","rows":["a"],"stage":"test.align","state":"failed"})"
              "\n"
              R"({"event":"stage","rows":["c"],"stage":"describe","state":"blocked"})"
              "\n"
              R"({"event":"stage","rows":["d"],"st)");  // the host was killed as it wrote
  auto failed = LastFailedRows(store_, "some/table.toml");
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_THAT(failed->rows, ElementsAre("a", "b"));
  EXPECT_EQ(failed->run, store_ + "/runs/table/20261130T101113Z-000000");

  WriteEvents("20261130T101114Z-000000", R"({"event":"end","exit_code":0})"
                                         "\n");
  failed = LastFailedRows(store_, "some/table.toml");
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_THAT(failed->rows, IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(LastFailedRows(store_, "other.toml").status()));
}

// Emptied by a full disk, or lost: what the rows say at the end of a run counts.
TEST_F(FailedRowsTest, AreKnownWithoutEvents) {
  WriteEvents("20261130T101112Z-aaaaaa", "");
  const std::string run = store_ + "/runs/table/20261130T101112Z-aaaaaa";
  const auto said = LastFailedRows(store_, "table.toml").status();
  EXPECT_TRUE(absl::IsDataLoss(said));
  EXPECT_THAT(std::string(said.message()), StartsWith(run + "/events.jsonl holds no event: "));
  for (const char* const id : {"a", "b", "c/1"}) {
    const std::string folder = absl::StrCat(run, "/rows/", std::string(id, 1));
    std::filesystem::create_directories(folder);
    const Json row = {{"row", id}, {"state", *id == 'b' ? "done" : "failed"}};
    ASSERT_TRUE(WriteFileAtomically(folder + "/metrics.json", Dump(row)).ok());
  }
  std::filesystem::create_directories(run + "/rows/d/metrics.json");
  std::filesystem::remove(run + "/events.jsonl");
  const auto failed = LastFailedRows(store_, "table.toml");
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_THAT(failed->rows, ElementsAre("a", "c/1"));
}

}  // namespace
}  // namespace facet
