// What the files say against truth.csv, read with the readers of the stages that follow.
#include <filesystem>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "gmock/gmock.h"
#include "plugins/curators/names/candidate_names.h"
#include "plugins/curators/search/engine_results.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/lists/csv.h"
#include "plugins/lists/text_lines.h"
#include "plugins/manifest/manifest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

constexpr char kSmall[] =
    R"({"people":8,"images":20,"image_size":48,"judged":60,"html":0.05,"truncated":0.05,)"
    R"("missing":0.1,"homonyms":0.25,"impure":0.125})";

std::string FreshFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/synthetic_web_" + name;
  std::filesystem::remove_all(folder);
  return folder;
}

absl::StatusOr<CurationResult> Curate(CuratorSurroundings& surroundings,
                                      const std::string& options = kSmall) {
  FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(options));
  surroundings.context.manifest.clear();
  std::filesystem::remove(surroundings.output());
  return curator->Curate(surroundings.context);
}

std::map<std::string, std::string> Hashes(const std::string& folder) {
  std::map<std::string, std::string> hashes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = entry.path().string();
    hashes[path.substr(folder.size())] = Sha256File(path).value();
  }
  return hashes;
}

std::string MirrorFile(const std::string& folder, const std::string& url) {
  return folder + "/mirror/" + url.substr(std::string("http://").size());
}

TEST(SyntheticWeb, UrlsAnswerAsTheTruthSays) {
  CuratorSurroundings surroundings(FreshFolder("truth"));
  const auto result = Curate(surroundings);
  ASSERT_TRUE(result.ok()) << result.status();
  const std::string& folder = surroundings.context.image_folder;
  const CsvTable truth = CsvTable::Read(folder + "/truth.csv").value();
  std::map<std::string, int64_t> answers, whats;
  std::set<std::string> urls;
  for (const CsvTable::Row& row : truth.rows()) {
    const std::string &url = truth.Get(row, "url"), &what = truth.Get(row, "what");
    const std::string &answer = truth.Get(row, "answer"), path = MirrorFile(folder, url);
    ++whats[what];
    if (!urls.insert(url).second) continue;
    ++answers[answer];
    if (answer == "missing") {
      EXPECT_FALSE(std::filesystem::exists(path));
      continue;
    }
    const std::string bytes = ReadFile(path).value();
    if (answer == "html") {
      EXPECT_THAT(bytes, HasSubstr("<html>"));
      continue;
    }
    EXPECT_TRUE(absl::StartsWith(bytes, "\xff\xd8\xff"));
    EXPECT_EQ(absl::EndsWith(bytes, "\xff\xd9"), answer == "jpeg");
    if (answer != "jpeg" || truth.Get(row, "original").empty()) continue;
    const std::string original = MirrorFile(folder, truth.Get(row, "original"));
    if (!std::filesystem::exists(original)) continue;
    const std::string start = ReadFile(original).value();
    if (!absl::EndsWith(start, "\xff\xd9")) continue;
    EXPECT_EQ(bytes == start, what == "exact duplicate") << url << " " << what;
  }
  // Eight names with 20 URLs each: 5 %, 5 %, 10 % dead; 5 % no face, 5 % and 10 % repeated.
  EXPECT_EQ(urls.size(), 160u);
  EXPECT_EQ(answers["html"], 8);
  EXPECT_EQ(answers["truncated"], 8);
  EXPECT_EQ(answers["missing"], 16);
  EXPECT_EQ(answers["jpeg"], 128);
  EXPECT_EQ(whats["no face"], 8);
  EXPECT_EQ(whats["exact duplicate"], 8);
  EXPECT_EQ(whats["near duplicate"], 16);
  EXPECT_EQ(Hashes(folder + "/mirror").size(), 144u);
}

TEST(SyntheticWeb, TheStagesThatFollowReadIt) {
  CuratorSurroundings surroundings(FreshFolder("texts"));
  ASSERT_TRUE(Curate(surroundings).ok());
  const std::string& folder = surroundings.context.image_folder;
  size_t listed = 0;
  for (const char* list : {"film.csv", "music.csv", "press.json"}) {
    const auto people = ReadCandidates(absl::StrCat(folder, "/lists/", list));
    ASSERT_TRUE(people.ok()) << people.status();
    listed += people->size();
  }
  EXPECT_GT(listed, 8u);
  const auto facts = ReadCandidates(folder + "/facts.csv");
  ASSERT_TRUE(facts.ok()) << facts.status();
  // Two homonyms, one of whom has two rows; 6 % of eight have none, which is no one.
  EXPECT_EQ(facts->size(), 9u);
  for (const Candidate& row : *facts) EXPECT_NE(row.sex, "");
  const auto votes = ReadSheetVotes(folder + "/votes.csv");
  ASSERT_TRUE(votes.ok()) << votes.status();
  EXPECT_EQ(votes->size(), 8u * 2 * 2);  // sheets of 50 and 10, two annotators
  EXPECT_EQ(ReadNames(folder + "/exclude.txt").value().size(), 2u);
  SearchResults results;
  for (const char* engine : {"finda", "lookla"}) {
    const auto status = ReadEngineResults(absl::StrCat(folder, "/engines/", engine, ".json"),
                                          KnownEngineMapping("facet").value(), "", &results);
    ASSERT_TRUE(status.ok()) << status;
  }
  ASSERT_EQ(results.size(), 32u);
  std::set<std::string> found;
  for (const auto& [query, hits] : results) {
    for (size_t i = 0; i < hits.size(); ++i) {
      EXPECT_EQ(hits[i].rank, static_cast<int64_t>(i));
      found.insert(hits[i].url);
    }
  }
  EXPECT_EQ(found.size(), 160u);
}

TEST(SyntheticWeb, LeavesAManifestWithoutImages) {
  CuratorSurroundings surroundings(FreshFolder("manifest"));
  const auto result = Curate(surroundings);
  ASSERT_TRUE(result.ok()) << result.status();
  const auto manifest = Manifest::OpenFrozen(surroundings.output()).value();
  EXPECT_TRUE(manifest->CheckIntegrity().ok());
  EXPECT_EQ(manifest->Counts("synthetic_web").value().images, 0);
  EXPECT_EQ(manifest->Runs().value().at(0).stage, "synthetic_web");
  std::map<std::string, double> metrics;
  for (const Metric& metric : result->metrics) metrics[metric.name] = metric.value;
  EXPECT_EQ(metrics["urls"], 160);
  EXPECT_EQ(metrics["dead"], 32);
  ASSERT_EQ(result->sheets.size(), 4u);
  for (const ContactSheet& sheet : result->sheets) {
    EXPECT_FALSE(sheet.cells.empty()) << sheet.title;
    for (const ContactSheet::Cell& cell : sheet.cells) {
      EXPECT_TRUE(surroundings.context.read_image(cell.path).ok()) << cell.path;
    }
  }
}

TEST(SyntheticWeb, GoesOnAfterAStopAndHasTheSameBytesOnAnyThreads) {
  CuratorSurroundings whole(FreshFolder("whole")), parts(FreshFolder("parts"));
  whole.context.threads = 1;
  ASSERT_TRUE(Curate(whole).ok());
  parts.context.threads = 3;
  parts.stop_after = 1;
  EXPECT_EQ(Curate(parts).status().code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(parts.output()));
  parts.stop_after = -1;
  ASSERT_TRUE(Curate(parts).ok());
  const auto expected = Hashes(whole.context.image_folder);
  EXPECT_EQ(Hashes(parts.context.image_folder), expected);
  EXPECT_EQ(Sha256File(parts.output()).value(), Sha256File(whole.output()).value());
  // What is there is kept, what is missing is made.
  const auto is_picture = [](const auto& entry) { return absl::EndsWith(entry.first, ".jpg"); };
  const auto kept = std::find_if(expected.begin(), expected.end(), is_picture);
  const auto lost = std::find_if(std::next(kept), expected.end(), is_picture);
  const std::string& folder = parts.context.image_folder;
  ASSERT_TRUE(WriteFileAtomically(folder + kept->first, "kept").ok());
  std::filesystem::remove(folder + lost->first);
  ASSERT_TRUE(Curate(parts).ok());
  EXPECT_EQ(ReadFile(folder + kept->first).value(), "kept");
  EXPECT_EQ(Sha256File(folder + lost->first).value(), lost->second);
}

TEST(SyntheticWeb, RefusesWhatCannotBe) {
  CuratorSurroundings surroundings(FreshFolder("bad"));
  EXPECT_THAT(std::string(Curate(surroundings, R"({"near_duplicates":0.9})").status().message()),
              HasSubstr("lower wrong_people"));
  EXPECT_FALSE(MakeComponent<Curator>(R"({"face_share_min":0.6,"face_share_max":0.5})").ok());
  const auto curator = MakeComponent<Curator>(kSmall).value();
  surroundings.context.manifest = "/some/manifest.sqlite";
  EXPECT_THAT(std::string(curator->Curate(surroundings.context).status().message()),
              HasSubstr("begins a chain"));
}

}  // namespace
}  // namespace facet
