// Small lists whose outcome can be counted by hand.
#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/manifest/manifest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::string FreshFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/candidates_" + name;
  std::filesystem::remove_all(folder);
  return folder;
}

void Write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  ASSERT_TRUE(WriteFileAtomically(path, text).ok());
}

// Ann, Bea, Cid, Dan, Eve, Fay, Gus: in two lists, two spellings of three of them.
void WriteTables(const std::string& folder) {
  Write(folder + "/lists/a.csv", "rank,name\n0,Ann Lee\n1,Bea_Ray\n2,Cid Poe\n4,Eve Fox\n");
  Write(folder + "/lists/b.json",
        R"(["ann lee", "Dan Orr", "Bea Ray", "Fay Day", "Gus Kim", "CID_POE"])");
  Write(folder + "/facts.csv",
        "name,sex,born\nann lee,f,1970\nBea Ray,f,1971\nCid Poe,m,1972\nDan Orr,m,1973\n"
        "Dan Orr,m,1950\nFay Day,f,1975\nGus Kim,m,1976\n");
  Write(folder + "/votes.csv",
        "name,sheet,annotator,shown,right\nAnn Lee,0,x,10,9\nAnn Lee,0,y,10,9\n"
        "Bea Ray,0,x,10,8\nBea Ray,0,y,10,9\nCid Poe,0,x,10,10\nDan Orr,0,x,10,10\n"
        "Gus Kim,0,x,9,9\n");
  Write(folder + "/exclude.txt", "# LFW\nCID POE\nNobody Else\n");
}

absl::StatusOr<CurationResult> Curate(CuratorSurroundings& surroundings, const Json& options) {
  FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(Dump(options)));
  std::filesystem::remove(surroundings.output());
  return curator->Curate(surroundings.context);
}

// name -> reason for which it was removed; empty: left.
std::map<std::string, std::string> Outcome(const std::string& path) {
  const auto manifest = Manifest::OpenFrozen(path).value();
  std::map<std::string, std::string> outcome;
  const auto all = manifest->Identities("").value();
  const auto left = manifest->Identities("candidates").value();
  for (const ManifestIdentity& each : all) outcome[each.name] = "gone";
  for (const ManifestIdentity& each : left) outcome[each.name] = "";
  SqliteStatement row = manifest->database()
                            .Prepare(
                                "SELECT identities.name, reasons.reason FROM identity_marks "
                                "JOIN identities ON identities.id = identity_marks.identity "
                                "JOIN reasons ON reasons.id = identity_marks.reason")
                            .value();
  while (row.Step().value()) {
    EXPECT_EQ(outcome[row.Text(0)], "gone");
    outcome[row.Text(0)] = row.Text(1);
  }
  return outcome;
}

using Names = std::map<std::string, std::string>;

TEST(Candidates, FindsTheTablesOfTheStageBefore) {
  CuratorSurroundings surroundings(FreshFolder("found"));
  WriteTables(surroundings.context.image_folder);
  surroundings.context.manifest.clear();
  const auto result =
      Curate(surroundings, {{"women", 2}, {"men", 2}, {"images_judged", 10}, {"sheet_size", 10}});
  ASSERT_TRUE(result.ok()) << result.status();
  // Ranks: Ann 0, Dan 1 (b), Bea 1 (a), Cid 2, Fay 3, Eve 4, Gus 4. No facts of Eve, two rows of
  // Dan; women Ann and Bea, men Cid and Gus, so Fay's rank is too low; Bea's 17 of 20 are 85 %,
  // Gus has nine images; Cid is in the benchmark. Votes for Dan are passed over.
  EXPECT_EQ(Outcome(surroundings.output()), (Names{{"Ann Lee", ""},
                                                   {"Bea_Ray", "impure"},
                                                   {"Cid Poe", "in the benchmarks"},
                                                   {"Dan Orr", "homonyms"},
                                                   {"Eve Fox", "no facts"},
                                                   {"Fay Day", "rank"},
                                                   {"Gus Kim", "too few images"}}));
  std::map<std::string, double> metrics;
  for (const Metric& metric : result->metrics) metrics[metric.name] = metric.value;
  EXPECT_EQ(metrics["people after start"], 7);
  EXPECT_EQ(metrics["people after intersect"], 5);
  EXPECT_EQ(metrics["people after balance"], 4);
  EXPECT_EQ(metrics["people after purity"], 2);
  EXPECT_EQ(metrics["people after exclude"], 1);
  EXPECT_EQ(metrics["women"], 1);
  EXPECT_EQ(metrics["men"], 0);
  ASSERT_EQ(result->histograms.size(), 1u);
  EXPECT_EQ(result->histograms[0].counts, (std::vector<int64_t>{7, 5, 4, 2, 1}));
  EXPECT_EQ(result->histograms[0].edges.size(), 6u);
  const auto manifest = Manifest::OpenFrozen(surroundings.output()).value();
  const ManifestIdentity ann = manifest->FindIdentity("Ann Lee").value().value();
  EXPECT_EQ(ann.sex, "female");
  EXPECT_EQ(ann.rank, 0);
  EXPECT_EQ(ann.images_judged, 20);
  EXPECT_EQ(ann.images_right, 18);
  EXPECT_EQ(ann.attributes, R"({"born":"1970"})");
}

TEST(Candidates, LeavesOutStepsWithoutTables) {
  CuratorSurroundings surroundings(FreshFolder("steps"));
  surroundings.context.manifest.clear();
  const std::string folder = surroundings.context.work_folder;
  Write(folder + "/l/a.csv", "name\nAnn\nBob\n");
  const auto result = Curate(surroundings, {{"lists", folder + "/l"}, {"women", 1}, {"men", 1}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Outcome(surroundings.output()), (Names{{"Ann", ""}, {"Bob", ""}}));
  EXPECT_TRUE(result->notices.empty());
  // Several benchmarks, by name.
  Write(folder + "/benchmarks/lfw.txt", "Bob\n");
  Write(folder + "/benchmarks/ytf.txt", "Ann\n");
  const auto excluded =
      Curate(surroundings, {{"lists", folder + "/l"}, {"exclude_lists", folder + "/benchmarks"}});
  ASSERT_TRUE(excluded.ok()) << excluded.status();
  EXPECT_EQ(Outcome(surroundings.output()), (Names{{"Ann", "in ytf"}, {"Bob", "in lfw"}}));
}

TEST(Candidates, GoesOnWithAManifestThatHasNobody) {
  CuratorSurroundings surroundings(FreshFolder("after"));
  WriteTables(surroundings.context.image_folder);
  const auto input = Manifest::Create(surroundings.context.work_folder + "/input").value();
  const int64_t run = input->StartRun("synthetic_web", "{}").value();
  ASSERT_TRUE(input->FinishRun(run, "{}").ok());
  ASSERT_TRUE(input->Freeze(surroundings.context.manifest).ok());
  const Json options = {{"images_judged", 10}, {"sheet_size", 10}};
  ASSERT_TRUE(Curate(surroundings, options).ok());
  const auto manifest = Manifest::OpenFrozen(surroundings.output()).value();
  EXPECT_EQ(manifest->SnapshotRuns("candidates").value().size(), 2u);
  // After itself: there are people.
  std::filesystem::copy_file(surroundings.output(), surroundings.context.manifest,
                             std::filesystem::copy_options::overwrite_existing);
  const absl::Status again = Curate(surroundings, options).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(again.message()), HasSubstr("7 people already"));
}

TEST(Candidates, SaysWhatIsWrong) {
  CuratorSurroundings surroundings(FreshFolder("bad"));
  surroundings.context.manifest.clear();
  const std::string folder = surroundings.context.image_folder;
  EXPECT_THAT(std::string(Curate(surroundings, Json::object()).status().message()),
              HasSubstr("lists = \"FOLDER\""));
  Write(folder + "/lists/notes.md", "no list");
  EXPECT_EQ(Curate(surroundings, Json::object()).status().code(), absl::StatusCode::kNotFound);
  Write(folder + "/lists/a.csv", "name,sex\nAnn,female\nBob,both\n");
  EXPECT_THAT(std::string(Curate(surroundings, Json::object()).status().message()),
              HasSubstr("a.csv:3"));
  Write(folder + "/lists/a.csv", "name,sex\nAnn,female\n");
  Write(folder + "/votes.csv", "name,sheet,annotator,shown,right\nAnne,0,x,10,9\n");
  const absl::Status typo = Curate(surroundings, Json::object()).status();
  EXPECT_EQ(typo.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(typo.message()), HasSubstr("\"Anne\""));
}

}  // namespace
}  // namespace facet
