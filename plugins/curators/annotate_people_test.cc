// The oracle and the log of decisions on a manifest of the test's own; expected values are counted
// by hand. The web page has tests of its own (plugins/curators/annotation).
#include <map>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// Four people, shown in two sheets of ten: Ann has 25 images, of the first 20 by rank two are wrong
// and of the others all (90 %); Bob 20, three of them wrong; Cid 12 right ones and twelve rows more
// that share a file of his; Dan 5.
class AnnotatePeopleTest : public testing::Test {
 protected:
  AnnotatePeopleTest()
      : folder_(testing::TempDir() + "/annotate_people_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    surroundings_ = std::make_unique<CuratorSurroundings>(folder_);
    const auto manifest = Manifest::Create(folder_ + "/working").value();
    std::vector<int64_t> wrong;
    const auto add = [&](const std::string& name, int count, int num_files, auto is_wrong) {
      ManifestIdentity identity;
      identity.name = name;
      const int64_t person = manifest->AddIdentity(identity).value();
      // Ids against the order of ranks, so that ranking is seen.
      for (int rank = count - 1; rank >= 0; --rank) {
        ManifestImage image;
        image.identity = person;
        image.rank = rank;
        image.path = absl::StrCat(name, "/", rank % num_files);
        const int64_t id = manifest->AddImage(image).value();
        if (is_wrong(rank)) wrong.push_back(id);
      }
    };
    add("Ann", 25, 25, [](int rank) { return rank == 3 || rank == 12 || rank >= 20; });
    add("Bob", 20, 20, [](int rank) { return rank < 3; });
    add("Cid", 24, 12, [](int) { return false; });
    add("Dan", 5, 5, [](int) { return false; });
    const int64_t truth = manifest->StartRun(kTruthStage, "{}").value();
    for (const int64_t image : wrong) {
      ManifestMark mark;
      mark.image = image;
      mark.reason = kTruthWrongPerson;
      mark.removes = false;
      EXPECT_TRUE(manifest->Mark(truth, mark).ok());
    }
    EXPECT_TRUE(manifest->FinishRun(truth, "{}").ok());
    EXPECT_TRUE(manifest->Freeze(surroundings_->context.manifest).ok());
  }

  absl::StatusOr<CurationResult> Run(const Json& more = Json::object()) {
    Json options = {{"sheets", 2}, {"sheet_size", 10}, {"min_images", 10}, {"oracle_seconds", 6}};
    options.update(more);
    std::filesystem::remove(surroundings_->output());
    FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(Dump(options)));
    return curator->Curate(surroundings_->context);
  }
  // name -> "reason: detail" of those removed.
  std::map<std::string, std::string> Removed() const {
    const auto manifest = Manifest::OpenFrozen(surroundings_->output()).value();
    SqliteStatement row = manifest->database()
                              .Prepare(
                                  "SELECT i.name, r.reason, m.detail FROM identity_marks AS m "
                                  "JOIN identities AS i ON i.id = m.identity "
                                  "JOIN reasons AS r ON r.id = m.reason")
                              .value();
    std::map<std::string, std::string> removed;
    while (row.Step().value()) removed[row.Text(0)] = row.Text(1) + ": " + row.Text(2);
    return removed;
  }
  static double Value(const CurationResult& result, const std::string& name) {
    for (const Metric& metric : result.metrics) {
      if (metric.name == name) return metric.value;
    }
    ADD_FAILURE() << "no metric " << name;
    return -1;
  }
  // As curators/annotation/blocks.h defines it.
  static std::string DigestOf(const std::string& name, int num_files) {
    std::vector<std::string> lines;
    for (int i = 0; i < num_files; ++i) lines.push_back(absl::StrCat(name, "/", i, "\t\n"));
    std::sort(lines.begin(), lines.end());
    std::string text = name + "\n";
    for (const std::string& line : lines) text += line;
    return Sha256Hex(text);
  }

  const std::string folder_;
  std::unique_ptr<CuratorSurroundings> surroundings_;
};

// 18 of 20 are 90 %, which is enough; what lies behind the sheets does not count, and no network's
// scores are asked for.
TEST_F(AnnotatePeopleTest, PeopleByThePurityOfTheirSheets) {
  const auto result = Run();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(Removed(), ElementsAre(Pair("Bob", "impure: 2 sheets, 20 images, purity 0.850"),
                                     Pair("Dan", "too few images: 5 of 10")));
  EXPECT_EQ(Value(*result, "persons"), 2);
  EXPECT_EQ(Value(*result, "images"), 49);  // all of Ann and Cid
  EXPECT_EQ(Value(*result, "people accepted"), 2);
  EXPECT_EQ(Value(*result, "people rejected"), 1);
  EXPECT_EQ(Value(*result, "too few images"), 1);
  EXPECT_EQ(Value(*result, "images judged"), 52);  // 20, 20, and a file of Cid once
  EXPECT_EQ(Value(*result, "sheets shown"), 6);
  EXPECT_EQ(Value(*result, "verdicts right"), 100);
  EXPECT_DOUBLE_EQ(Value(*result, "purity of those rejected"), 85);
  EXPECT_DOUBLE_EQ(Value(*result, "purity of those accepted"), 95);
  // Six sheets of 6 s.
  EXPECT_DOUBLE_EQ(Value(*result, "effort"), 36 / 3600.0);
  EXPECT_DOUBLE_EQ(Value(*result, "time per person"), 12);
}

TEST_F(AnnotatePeopleTest, WhatWasJudgedIsKeptWithThePerson) {
  ASSERT_TRUE(Run().ok());
  const auto manifest = Manifest::OpenFrozen(surroundings_->output()).value();
  const ManifestIdentity ann = *manifest->FindIdentity("Ann").value();
  EXPECT_EQ(ann.images_judged, 20);
  EXPECT_EQ(ann.images_right, 18);
  EXPECT_EQ(manifest->FindIdentity("Dan").value()->images_judged, -1);
  EXPECT_EQ(manifest->Counts("people").value().identities, 2);
}

// The paper's 4 days of 8 hours for 5,000 people of four sheets.
TEST_F(AnnotatePeopleTest, ADefaultSheetTakesWhatThePaperSays) {
  const auto result = Run({{"oracle_seconds", 5.76}});
  ASSERT_TRUE(result.ok());
  const double per_sheet_s = 3600 * Value(*result, "effort") / Value(*result, "sheets shown");
  EXPECT_NEAR(per_sheet_s * 4 * 5000, 4 * 8 * 3600, 1e-6);
  const auto made = MakeComponent<Curator>("{}");
  EXPECT_TRUE(made.ok()) << made.status();
}

TEST_F(AnnotatePeopleTest, AnAlwaysMistakenOracleInvertsAllVerdicts) {
  const auto result = Run({{"oracle_error", 1}});
  ASSERT_TRUE(result.ok()) << result.status();
  const auto removed = Removed();
  EXPECT_EQ(removed.count("Ann") + removed.count("Cid") + removed.count("Dan"), 3u);
  EXPECT_EQ(removed.count("Bob"), 0u);
  EXPECT_EQ(Value(*result, "verdicts right"), 0);
}

TEST_F(AnnotatePeopleTest, WebNeedsAFileOfDecisions) {
  const auto made = MakeComponent<Curator>(R"({"annotator": "web"})");
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(made.status().message(), HasSubstr("decisions"));
}

// What people decided is used without a page where the log says that they finished: resumed work.
// The estimate of the purity is the share of images not marked, also of those who are rejected.
TEST_F(AnnotatePeopleTest, DecisionsOfAFinishedLog) {
  const std::string log = folder_ + "/decisions.jsonl";
  const Json web = {{"annotator", "web"}, {"decisions", log}};
  surroundings_->stop_after = 1;
  ASSERT_EQ(Run(web).status().code(), absl::StatusCode::kCancelled);
  surroundings_->stop_after = -1;
  const auto line = [](Json event) {
    event["annotator"] = "eve";
    event["time"] = "2026-01-01T00:00:00Z";
    event["rank"] = 0;
    event["identity"] = "";
    return Dump(event) + "\n";
  };
  const std::string ann = DigestOf("Ann", 20), bob = DigestOf("Bob", 20), cid = DigestOf("Cid", 12);
  const std::string text =
      line({{"action", "accept"}, {"block", ann}, {"seconds", 20}, {"shown", 20}}) +
      line({{"action", "mark"}, {"block", bob}, {"images", {"Bob/0", "Bob/7"}}, {"seconds", 5}}) +
      line({{"action", "reject"}, {"block", bob}, {"seconds", 10}}) +
      line({{"action", "accept"}, {"block", cid}, {"seconds", 4}}) +
      line({{"action", "finish"}, {"seconds", 1}});
  ASSERT_TRUE(WriteFileAtomically(log, text).ok());
  const auto result = Run(web);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(Removed(), ElementsAre(Pair("Bob", "impure: 2 sheets, 20 images, purity 0.900"),
                                     Pair("Dan", "too few images: 5 of 10")));
  EXPECT_DOUBLE_EQ(Value(*result, "effort"), 40 / 3600.0);
  EXPECT_EQ(result->notices.size(), 0u);
}

}  // namespace
}  // namespace facet
