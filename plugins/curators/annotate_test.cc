// The oracle on a manifest of the test's own; expected values are counted by hand. The web page has
// tests of its own (plugins/curators/annotation).
#include <map>
#include <set>

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
using ::testing::UnorderedElementsAre;

// Ann has 50 images with scores: of the best 20 one is wrong (95 %), of the next 20 none, of the
// last 10 five; two more without a score, and one that an earlier stage removed. Bob has three,
// one of them without a file and all removed unseen but the first.
class AnnotateTest : public testing::Test {
 protected:
  AnnotateTest()
      : folder_(testing::TempDir() + "/annotate_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    surroundings_ = std::make_unique<CuratorSurroundings>(folder_);
    manifest_ = Manifest::Create(folder_ + "/working").value();
    ann_ = AddPerson("Ann");
    // Ids against the order of scores, so that ranking is seen.
    for (int i = 49; i >= 0; --i)
      ann_images_[i] = AddImage(ann_, absl::StrCat("Ann/", i), -0.1 * i);
    faceless_ = {AddImage(ann_, "Ann/none1", {}), AddImage(ann_, "Ann/none2", {})};
    const int64_t removed = AddImage(ann_, "Ann/gone", -0.01);
    const int64_t bob = AddPerson("Bob");
    bob_image_ = AddImage(bob, "Bob/0", -3);
    faceless_.insert(AddImage(bob, "Bob/none", {}));
    faceless_.insert(AddImage(bob, "", {}));

    const int64_t truth = Start(kTruthStage);
    for (const int wrong : {7, 41, 43, 45, 47, 49}) {
      Mark(truth, ann_images_[wrong], kTruthWrongPerson, false);
    }
    Finish(truth);
    const int64_t earlier = Start("deduplicate");
    Mark(earlier, removed, "near duplicate", true);
    Finish(earlier);
  }

  int64_t AddPerson(const std::string& name) {
    ManifestIdentity identity;
    identity.name = name;
    return manifest_->AddIdentity(identity).value();
  }
  int64_t AddImage(int64_t identity, const std::string& path, std::optional<double> score) {
    ManifestImage image;
    image.identity = identity;
    image.path = path;
    const int64_t id = manifest_->AddImage(image).value();
    if (score.has_value()) surroundings_->context.scores.push_back({id, *score});
    return id;
  }
  int64_t Start(const std::string& stage) { return manifest_->StartRun(stage, "{}").value(); }
  void Finish(int64_t run) { ASSERT_TRUE(manifest_->FinishRun(run, "{}").ok()); }
  void Mark(int64_t run, int64_t image, const std::string& reason, bool removes) {
    ManifestMark mark;
    mark.image = image;
    mark.reason = reason;
    mark.removes = removes;
    ASSERT_TRUE(manifest_->Mark(run, mark).ok());
  }

  absl::StatusOr<CurationResult> Run(const std::string& options) {
    if (manifest_ != nullptr) {
      EXPECT_TRUE(manifest_->Freeze(surroundings_->context.manifest).ok());
      manifest_.reset();
    }
    std::filesystem::remove(surroundings_->output());
    FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(options));
    return curator->Curate(surroundings_->context);
  }
  // Images by the reason for which the last run removes them.
  std::map<std::string, std::set<int64_t>> Removed() {
    const auto manifest = Manifest::OpenFrozen(surroundings_->output()).value();
    const int64_t run = manifest->Runs().value().back().id;
    std::map<std::string, std::set<int64_t>> removed;
    for (int64_t image = 1; image <= 56; ++image) {
      const std::vector<ManifestMark> marks = manifest->Marks(image).value();
      for (const ManifestMark& mark : marks) {
        if (mark.run == run) removed[mark.reason].insert(image);
      }
    }
    return removed;
  }
  std::set<int64_t> Ann(int first, int last) const {
    std::set<int64_t> images;
    for (int i = first; i <= last; ++i) images.insert(ann_images_.at(i));
    return images;
  }
  static double Value(const CurationResult& result, const std::string& name) {
    for (const Metric& metric : result.metrics) {
      if (metric.name == name) return metric.value;
    }
    ADD_FAILURE() << "no metric " << name;
    return -1;
  }

  const std::string folder_;
  std::unique_ptr<CuratorSurroundings> surroundings_;
  std::unique_ptr<Manifest> manifest_;
  int64_t ann_ = 0, bob_image_ = 0;
  std::map<int, int64_t> ann_images_;  // by place in the order of scores
  std::set<int64_t> faceless_;
};

TEST_F(AnnotateTest, BlocksByPurity) {
  const auto result = Run(R"({"block_size": 20, "oracle_seconds": 36})");
  ASSERT_TRUE(result.ok()) << result.status();
  // 19 of 20 are 95 %, not above it; what follows a rejected block is judged like any other.
  std::set<int64_t> impure = Ann(0, 19), last = Ann(40, 49);
  impure.insert(last.begin(), last.end());
  EXPECT_THAT(Removed(), UnorderedElementsAre(std::pair("impure block", impure),
                                              std::pair("no face found", faceless_)));
  EXPECT_EQ(Value(*result, "images"), 21);
  EXPECT_EQ(Value(*result, "persons"), 2);
  EXPECT_EQ(Value(*result, "precision"), 100);
  EXPECT_DOUBLE_EQ(Value(*result, "effort"), 4 * 36 / 3600.0);
  EXPECT_EQ(Value(*result, "blocks accepted"), 2);
  EXPECT_EQ(Value(*result, "blocks rejected"), 2);
  EXPECT_EQ(Value(*result, "images judged"), 51);
  EXPECT_EQ(Value(*result, "verdicts right"), 100);

  ASSERT_EQ(result->curves.size(), 4u);
  EXPECT_EQ(result->curves[0].name, "purity by block");
  EXPECT_THAT(result->curves[0].x, ElementsAre(1, 2, 3));
  // First blocks: Ann's 19 of 20 and Bob's one.
  EXPECT_THAT(result->curves[0].y, ElementsAre(testing::DoubleEq(100 * 20 / 21.0), 100, 50));
  EXPECT_EQ(result->curves[1].name, "purity by score rank");
  EXPECT_THAT(result->curves[1].x, ElementsAre(50));
  EXPECT_THAT(result->curves[1].y, ElementsAre(testing::DoubleEq(100 * 45 / 51.0)));
  EXPECT_EQ(result->curves[2].name, "left by block");
  EXPECT_THAT(result->curves[2].y, ElementsAre(testing::DoubleEq(100 * 1 / 21.0), 100, 0));

  ASSERT_EQ(result->histograms.size(), 1u);
  const Histogram& seconds = result->histograms[0];
  ASSERT_EQ(seconds.edges.size(), seconds.counts.size() + 1);
  for (size_t i = 0; i < seconds.counts.size(); ++i) {
    EXPECT_EQ(seconds.counts[i], seconds.edges[i] <= 36 && 36 < seconds.edges[i + 1] ? 4 : 0);
  }
  std::vector<std::string> titles;
  for (const ContactSheet& sheet : result->sheets) titles.push_back(sheet.title);
  EXPECT_THAT(titles,
              UnorderedElementsAre("removed: impure block (30)", "removed: no face found (4)",
                                   "accepted blocks (21)", "right images in rejected blocks (24)"));

  const auto manifest = Manifest::OpenFrozen(surroundings_->output()).value();
  const ManifestRun run = manifest->Runs().value().back();
  EXPECT_EQ(run.stage, "annotate");
  EXPECT_EQ(run.effort_seconds, 144);
  EXPECT_THAT(manifest->Snapshots().value(), ElementsAre("curated"));
  EXPECT_EQ(manifest->Counts("curated").value().images, 21);
  ManifestQuery query;
  query.score_run = run.id;
  query.identity = ann_;
  query.order = ManifestQuery::Order::kScore;
  ManifestImages images = manifest->Images(query).value();
  ManifestImage first;
  ASSERT_TRUE(images.Next(&first).value());
  EXPECT_EQ(first.path, "Ann/0");
  EXPECT_EQ(images.score(), 0);
}

TEST_F(AnnotateTest, LimitAndMarks) {
  const auto result =
      Run(R"({"block_size": 20, "min_purity": 0.94, "oracle_marks": true, "snapshot": "c2"})");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(Removed(), UnorderedElementsAre(std::pair("impure block", Ann(40, 49)),
                                              std::pair("rejected", Ann(7, 7)),
                                              std::pair("no face found", faceless_)));
  EXPECT_EQ(Value(*result, "blocks accepted"), 3);
  EXPECT_EQ(Manifest::OpenFrozen(surroundings_->output()).value()->Counts("c2").value().images, 40);
}

TEST_F(AnnotateTest, WrongImagesInAcceptedBlocksAreShown) {
  const auto result = Run(R"({"block_size": 20, "min_purity": 0.4})");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_DOUBLE_EQ(Value(*result, "precision"), 100 * 45 / 51.0);
  for (const ContactSheet& sheet : result->sheets) {
    if (sheet.title != "wrong images in accepted blocks (6)") continue;
    EXPECT_EQ(sheet.cells[0].path, "Ann/7");
    EXPECT_EQ(sheet.cells[0].caption, "Ann: block 1 of 3, -0.70; wrong person");
    return;
  }
  FAIL() << "no sheet of wrong images";
}

TEST_F(AnnotateTest, ImagesWithoutAFaceMayComeLast) {
  const auto result = Run(R"({"block_size": 52, "min_purity": 0.1, "unscored": "last"})");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Value(*result, "images judged"), 54);
  const auto removed = Removed();
  ASSERT_EQ(removed.size(), 1u);  // the one without a file
  EXPECT_EQ(removed.at("no face found").size(), 1u);
}

TEST_F(AnnotateTest, AnAlwaysMistakenOracleInvertsAllVerdicts) {
  const auto result = Run(R"({"block_size": 20, "oracle_error": 1})");
  ASSERT_TRUE(result.ok()) << result.status();
  std::set<int64_t> impure = Ann(20, 39);
  impure.insert(bob_image_);
  EXPECT_EQ(Removed().at("impure block"), impure);
  EXPECT_EQ(Value(*result, "verdicts right"), 0);
}

// Blocks of one image, so that there are 51 verdicts.
TEST_F(AnnotateTest, MistakesFollowTheSeed) {
  const std::string options = R"({"block_size": 1, "oracle_error": 0.3})";
  const auto first = Run(options);
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string bytes = ReadFile(surroundings_->output()).value();
  const double right = Value(*first, "verdicts right");
  // 51 draws with 0.7: standard deviation 6.4 %, three of them to either side.
  EXPECT_NEAR(right, 70, 19);
  surroundings_->context.threads = 1;
  ASSERT_TRUE(Run(options).ok());
  EXPECT_EQ(ReadFile(surroundings_->output()).value(), bytes);
  surroundings_->context.seed = 2;
  ASSERT_TRUE(Run(options).ok());
  EXPECT_NE(ReadFile(surroundings_->output()).value(), bytes);
}

TEST_F(AnnotateTest, WithoutTruthTheOracleSaysWhatToDo) {
  manifest_ = Manifest::Create(folder_ + "/bare").value();
  AddImage(AddPerson("Ann"), "Ann/1", -1);
  const auto result = Run("{}");
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(result.status().message(), HasSubstr("annotator = \"web\""));
}

TEST_F(AnnotateTest, WebNeedsAFileOfDecisions) {
  const auto made = MakeComponent<Curator>(R"({"annotator": "web"})");
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(made.status().message(), HasSubstr("decisions"));
}

TEST_F(AnnotateTest, StopsWhenAsked) {
  surroundings_->stop_after = 2;
  EXPECT_EQ(Run(R"({"block_size": 20})").status().code(), absl::StatusCode::kCancelled);
  surroundings_->stop_after = -1;
  EXPECT_TRUE(Run(R"({"block_size": 20})").ok());
}

// What people decided earlier is used without a page: the log says that they finished.
TEST_F(AnnotateTest, DecisionsOfAFinishedLog) {
  const std::string log = folder_ + "/decisions.jsonl";
  const std::string options =
      Dump({{"annotator", "web"}, {"block_size", 1000}, {"decisions", log}});
  surroundings_->stop_after = 1;
  ASSERT_EQ(Run(options).status().code(), absl::StatusCode::kCancelled);
  surroundings_->stop_after = -1;
  // Digests as annotation_blocks.h defines them.
  const std::string digest_of_bob = Sha256Hex("Bob\nBob/0\t\n");
  std::string ann = "Ann\n";
  std::set<std::string> lines;
  for (int i = 0; i < 50; ++i) lines.insert(absl::StrCat("Ann/", i, "\t\n"));
  for (const std::string& line : lines) ann += line;
  const auto line = [](Json event) {
    event["annotator"] = "eve";
    event["time"] = "2026-01-01T00:00:00Z";
    event["rank"] = 0;
    event["identity"] = "";
    return Dump(event) + "\n";
  };
  const std::string digest = Sha256Hex(ann);
  std::string text =
      line({{"action", "mark"}, {"block", digest}, {"images", {"Ann/3"}}, {"seconds", 2.5}}) +
      line({{"action", "accept"}, {"block", digest}, {"seconds", 30}}) +
      line({{"action", "accept"}, {"block", std::string(64, '0')}, {"seconds", 1}}) +
      line({{"action", "reject"}, {"block", digest_of_bob}, {"seconds", 4}}) +
      line({{"action", "finish"}, {"seconds", 0.5}});
  ASSERT_TRUE(WriteFileAtomically(log, text).ok());
  const auto result = Run(options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(Removed(), UnorderedElementsAre(std::pair("impure block", std::set{bob_image_}),
                                              std::pair("rejected", Ann(3, 3)),
                                              std::pair("no face found", faceless_)));
  EXPECT_DOUBLE_EQ(Value(*result, "effort"), 38 / 3600.0);
  ASSERT_EQ(result->notices.size(), 1u);
  EXPECT_THAT(result->notices[0], HasSubstr("1 decision"));
}

}  // namespace
}  // namespace facet
