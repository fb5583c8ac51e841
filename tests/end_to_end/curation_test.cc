// A data set built by all five stages, from an empty store to the table: what each stage is given,
// what is computed again and what is not, and what `facet manifest` says of the end.
#include <filesystem>
#include <regex>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using CurationTest = EndToEndTest;

// The figure of a row's column: "persons" 2, "images" 3 ... after row, label, headline, n.
int64_t Left(const std::string& table, const std::string& row) {
  std::smatch match;
  const std::regex line("\n" + row + " +\\w+ +\\d+ +[–\\d.]+ +([\\d,]+) ");
  if (!std::regex_search(table, match, line)) return -1;
  std::string digits = match[1];
  digits.erase(std::remove(digits.begin(), digits.end(), ','), digits.end());
  return std::stoll(digits);
}

TEST_F(CurationTest, FiveStagesFromNamesToACuratedSet) {
  const std::string file = DataFile("curation.toml");
  const Ending& first = CopyStoreOf("curation.toml");
  ASSERT_EQ(first.exit_code, 0) << first.err << first.out;
  EXPECT_THAT(Computed(first), Contains("train.classify"));
  const int64_t collected = Left(first.out, "collect"), purified = Left(first.out, "purify"),
                deduplicated = Left(first.out, "deduplicate"),
                annotated = Left(first.out, "annotate");
  EXPECT_GT(collected, purified) << first.out;
  EXPECT_GT(purified, deduplicated) << first.out;
  EXPECT_GE(deduplicated, annotated) << first.out;
  EXPECT_GT(annotated, 0) << first.out;

  // Nothing is computed twice; the images, gone, are collected again, and give the same manifest.
  EXPECT_THAT(Computed(Facet({"run", file, "--progress=json"})), IsEmpty());
  const fs::path kept = fs::path(store()) / "cache/v1/kept";
  int64_t folders = 0;
  for (const auto& entry : fs::directory_iterator(kept)) {
    ++folders;
    if (fs::exists(entry.path() / "lists")) continue;
    fs::remove_all(entry.path());
  }
  EXPECT_EQ(folders, 2);  // the web and what was collected of it
  const Ending again = Facet({"run", file, "--progress=json"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(Computed(again), testing::ElementsAre("curate"));
}

TEST_F(CurationTest, TheManifestAndTheReportTellWhatWasRemovedAndWhy) {
  CopyStoreOf("curation.toml");
  const Ending run = Facet({"run", DataFile("curation.toml"), "purify"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("\npurify"), HasSubstr("persons"), HasSubstr("precision")));
  // Of the files that are SQLite's, the one with the last stage's run.
  std::string manifest;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(store()) / "cache/v1/cas")) {
    if (!entry.is_regular_file()) continue;
    const absl::StatusOr<std::string> bytes = ReadFile(entry.path().string());
    if (!bytes.ok() || bytes->rfind("SQLite format 3", 0) != 0) continue;
    if (bytes->find("purify") != std::string::npos) manifest = entry.path().string();
  }
  ASSERT_NE(manifest, "");
  const Ending shown = Facet({"manifest", "show", manifest});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("collect"), HasSubstr("purify"), HasSubstr("full"),
                               HasSubstr("low score")));
  const std::string undone = folder() + "/undone.sqlite";
  const Ending undo = Facet({"manifest", "undo", manifest, "purify", "--out", undone});
  EXPECT_EQ(undo.exit_code, 0) << undo.err;
  EXPECT_TRUE(fs::exists(undone));
}

TEST_F(CurationTest, SaysWhatARowLacks) {
  const Ending none =
      Facet({"run", DataFile("curation.toml"), "purify", "--set", "purify:curation.from="});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("curation.from"));
  const Ending unknown =
      Facet({"check", DataFile("curation.toml"), "--set", "purify:curation.from=colect"});
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_THAT(unknown.err + unknown.out, HasSubstr("collect"));
}

}  // namespace
}  // namespace facet
