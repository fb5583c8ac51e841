// Numbers against plain loops over what the test itself put into the manifest.
#include "plugins/curators/stage/summary.h"

#include <filesystem>
#include <map>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<Manifest> MakeManifest() {
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string path = absl::StrCat(testing::TempDir(), "/", test->name(), ".sqlite");
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  return Manifest::Create(path).value();
}

int64_t AddPerson(Manifest& manifest, const std::string& name) {
  ManifestIdentity identity;
  identity.name = name;
  return manifest.AddIdentity(identity).value();
}

int64_t AddImage(Manifest& manifest, int64_t identity) {
  ManifestImage image;
  image.identity = identity;
  return manifest.AddImage(image).value();
}

void Mark(Manifest& manifest, int64_t run, int64_t image, const std::string& reason,
          bool removes = true, int64_t other = -1, const std::string& detail = "") {
  ManifestMark mark;
  mark.image = image;
  mark.reason = reason;
  mark.removes = removes;
  mark.other = other;
  mark.detail = detail;
  ASSERT_TRUE(manifest.Mark(run, mark).ok());
}

std::vector<std::string> Names(const std::vector<Metric>& metrics) {
  std::vector<std::string> names;
  for (const Metric& metric : metrics) names.push_back(metric.name);
  return names;
}

double Value(const std::vector<Metric>& metrics, const std::string& name) {
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric.value;
  }
  ADD_FAILURE() << "no metric " << name;
  return 0.0;
}

TEST(CurationSummary, CountsASmallManifestByHand) {
  const auto manifest = MakeManifest();
  const int64_t ada = AddPerson(*manifest, "Ada"), ben = AddPerson(*manifest, "Ben");
  AddPerson(*manifest, "Cleo");                          // without images
  for (int i = 0; i < 5; ++i) AddImage(*manifest, ada);  // 1 .. 5
  for (int i = 0; i < 3; ++i) AddImage(*manifest, ben);  // 6 .. 8
  const int64_t truth = manifest->StartRun(kTruthStage, "{}").value();
  Mark(*manifest, truth, 2, kTruthWrongPerson, false, -1, "Dan");
  Mark(*manifest, truth, 5, kTruthNearDuplicate, false, 1, "cropped");
  Mark(*manifest, truth, 6, kTruthNoFace, false);
  ASSERT_TRUE(manifest->FinishRun(truth, "{}").ok());
  const int64_t purify = manifest->StartRun("purify", "{}").value();
  Mark(*manifest, purify, 2, "low score");
  Mark(*manifest, purify, 3, "low score");
  Mark(*manifest, purify, 4, "several faces", false);  // a flag removes nothing
  EXPECT_EQ(SummariseRun(*manifest, purify).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(manifest->FinishRun(purify, "{}").ok());
  const int64_t annotate = manifest->StartRun("annotate", "{}").value();
  ASSERT_TRUE(manifest->MarkIdentity(annotate, ben, "too few images").ok());
  ASSERT_TRUE(manifest->FinishRun(annotate, "{}", {}, 5400.0).ok());

  // Left: 1 4 5 of Ada, 6 7 8 of Ben; right of these: all but 6. Given and right:
  // 1 3 4 7 8, of which 5 repeats the first.
  const std::vector<Metric> after_purify = SummariseRun(*manifest, purify).value();
  EXPECT_THAT(Names(after_purify), ElementsAre("persons", "images per person", "images", "effort",
                                               "precision", "recall"));
  EXPECT_EQ(Value(after_purify, "persons"), 2);
  EXPECT_EQ(Value(after_purify, "images per person"), 3);
  EXPECT_EQ(Value(after_purify, "images"), 6);
  EXPECT_EQ(Value(after_purify, "effort"), 0);
  EXPECT_DOUBLE_EQ(Value(after_purify, "precision"), 100.0 * 5 / 6);
  EXPECT_DOUBLE_EQ(Value(after_purify, "recall"), 80);
  EXPECT_EQ(after_purify[4].count, 6);

  // Left: 1 4 5; given and right: 1 4 7 8.
  const std::vector<Metric> after_annotate = SummariseRun(*manifest, annotate).value();
  EXPECT_EQ(Value(after_annotate, "persons"), 1);
  EXPECT_EQ(Value(after_annotate, "images"), 3);
  EXPECT_EQ(Value(after_annotate, "effort"), 1.5);
  EXPECT_EQ(Value(after_annotate, "precision"), 100);
  EXPECT_EQ(Value(after_annotate, "recall"), 50);
  EXPECT_EQ(after_annotate[5].count, 4);
  EXPECT_EQ(after_annotate[3].unit, "h");

  // Undone, purify neither takes from what annotate was given nor from what is left.
  ASSERT_TRUE(manifest->Undo(purify).ok());
  EXPECT_EQ(Value(SummariseRun(*manifest, annotate).value(), "images"), 5);
  EXPECT_EQ(Value(SummariseRun(*manifest, annotate).value(), "precision"), 80);
  // Without truth nothing is said of it.
  ASSERT_TRUE(manifest->Undo(truth).ok());
  EXPECT_THAT(Names(SummariseRun(*manifest, annotate).value()),
              ElementsAre("persons", "images per person", "images", "effort"));
  EXPECT_FALSE(ReadTruth(*manifest).value().has_value());
  EXPECT_EQ(SummariseRun(*manifest, 9).status().code(), absl::StatusCode::kNotFound);
}

TEST(CurationSummary, NothingLeftGivesNoMeans) {
  const auto manifest = MakeManifest();
  const int64_t candidates = manifest->StartRun("candidates", "{}").value();
  AddPerson(*manifest, "Ada");
  ASSERT_TRUE(manifest->FinishRun(candidates, "{}").ok());
  const int64_t truth = manifest->StartRun(kTruthStage, "{}").value();
  ASSERT_TRUE(manifest->FinishRun(truth, "{}").ok());
  EXPECT_THAT(Names(SummariseRun(*manifest, candidates).value()),
              ElementsAre("persons", "images", "effort"));
  EXPECT_EQ(Value(SummariseRun(*manifest, candidates).value(), "persons"), 1);
  EXPECT_TRUE(ReadTruth(*manifest).value().has_value());  // known: nothing is flagged
}

TEST(CurationSummary, ReadsFlagsOfTheTruth) {
  const auto manifest = MakeManifest();
  const int64_t ada = AddPerson(*manifest, "Ada");
  for (int i = 0; i < 8; ++i) AddImage(*manifest, ada);
  const int64_t truth = manifest->StartRun(kTruthStage, "{}").value();
  Mark(*manifest, truth, 2, kTruthWrongPerson, false, -1, "Dan");
  Mark(*manifest, truth, 3, kTruthNoFace, false, -1, "a car");
  Mark(*manifest, truth, 4, kTruthExactDuplicate, false, 1);
  Mark(*manifest, truth, 5, kTruthNearDuplicate, false, 1, "cropped");
  // A copy of a wrong image is wrong, and a copy.
  Mark(*manifest, truth, 6, kTruthNearDuplicate, false, 2, "resized");
  Mark(*manifest, truth, 6, kTruthWrongPerson, false, -1, "Dan");
  Mark(*manifest, truth, 7, kTruthWrongPerson, false, -1, "Dan");
  ASSERT_TRUE(manifest->FinishRun(truth, "{}").ok());
  ASSERT_TRUE(manifest->SetUndone(truth, 7, kTruthWrongPerson, true).ok());
  const int64_t other = manifest->StartRun("purify", "{}").value();
  Mark(*manifest, other, 8, kTruthNoFace, false);  // what a curator says is not the truth
  ASSERT_TRUE(manifest->FinishRun(other, "{}").ok());

  const auto truths = ReadTruth(*manifest).value().value();
  EXPECT_EQ(truths.size(), 5u);
  EXPECT_FALSE(truths.at(2).right);
  EXPECT_EQ(truths.at(2).original, -1);
  EXPECT_EQ(truths.at(2).detail, "Dan");
  EXPECT_FALSE(truths.at(3).right);
  EXPECT_EQ(truths.at(3).reason, kTruthNoFace);
  EXPECT_TRUE(truths.at(4).right);
  EXPECT_TRUE(truths.at(4).exact);
  EXPECT_EQ(truths.at(4).original, 1);
  EXPECT_TRUE(truths.at(5).right);
  EXPECT_FALSE(truths.at(5).exact);
  EXPECT_EQ(truths.at(5).detail, "cropped");
  EXPECT_FALSE(truths.at(6).right);
  EXPECT_EQ(truths.at(6).original, 2);
  EXPECT_EQ(truths.at(6).reason, kTruthWrongPerson);
}

// Random marks of several runs, some undone, with and without their run.
TEST(CurationSummary, AgreesWithPlainLoops) {
  const auto manifest = MakeManifest();
  std::mt19937 random(11);
  constexpr int kPersons = 25, kImages = 500, kRuns = 6, kTruth = 3, kUndone = 4;
  std::vector<int64_t> person_of = {0};
  std::map<std::pair<int64_t, int64_t>, bool> removed, removed_person;  // (run, row): in force
  std::set<int64_t> wrong, copies;                                      // of the first image
  ASSERT_TRUE(
      manifest
          ->InTransaction([&]() -> absl::Status {
            for (int i = 0; i < kPersons; ++i) AddPerson(*manifest, absl::StrCat("p", i));
            for (int i = 0; i < kImages; ++i) {
              person_of.push_back(1 + random() % kPersons);
              AddImage(*manifest, person_of.back());
            }
            for (int64_t run = 1; run <= kRuns; ++run) {
              const bool is_truth = run == kTruth;
              FACET_RETURN_IF_ERROR(
                  manifest->StartRun(is_truth ? kTruthStage : "stage", "{}").status());
              for (int k = 0; k < 70; ++k) {
                const int64_t image = 1 + random() % kImages;
                if (is_truth && k % 4 == 0) {
                  Mark(*manifest, run, image, kTruthExactDuplicate, false, 1);
                  copies.insert(image);
                } else if (is_truth) {
                  Mark(*manifest, run, image, k % 4 == 1 ? kTruthNoFace : kTruthWrongPerson, false);
                  wrong.insert(image);
                } else {
                  Mark(*manifest, run, image, "bad");
                  removed[{run, image}] = true;
                }
              }
              for (int k = 0; k < 2 && !is_truth; ++k) {
                const int64_t person = 1 + random() % kPersons;
                FACET_RETURN_IF_ERROR(manifest->MarkIdentity(run, person, "few"));
                removed_person[{run, person}] = true;
              }
              FACET_RETURN_IF_ERROR(manifest->FinishRun(run, "{}"));
            }
            for (auto& [mark, in_force] : removed) {
              if (random() % 4 != 0) continue;
              in_force = false;
              FACET_RETURN_IF_ERROR(manifest->SetUndone(mark.first, mark.second, "bad", true));
            }
            return manifest->Undo(kUndone);
          })
          .ok());
  const auto left_by = [&](int64_t image, int64_t last) {
    for (int64_t run = 1; run <= last; ++run) {
      if (run == kUndone) continue;
      const auto mark = removed.find({run, image});
      if (mark != removed.end() && mark->second) return false;
      if (removed_person.count({run, person_of[image]}) > 0) return false;
    }
    return true;
  };
  for (int64_t run = 1; run <= kRuns; ++run) {
    int64_t images = 0, right = 0;
    std::set<int64_t> persons, given, left;
    for (int64_t image = 1; image <= kImages; ++image) {
      const bool is_right = wrong.count(image) == 0;
      const int64_t picture = copies.count(image) > 0 ? 1 : image;
      if (is_right && left_by(image, run - 1)) given.insert(picture);
      if (!left_by(image, run)) continue;
      if (is_right) left.insert(picture);
      ++images;
      right += is_right;
      persons.insert(person_of[image]);
    }
    const std::vector<Metric> metrics = SummariseRun(*manifest, run).value();
    EXPECT_EQ(Value(metrics, "persons"), persons.size()) << run;
    EXPECT_EQ(Value(metrics, "images"), images) << run;
    EXPECT_DOUBLE_EQ(Value(metrics, "images per person"),
                     static_cast<double>(images) / static_cast<double>(persons.size()));
    EXPECT_DOUBLE_EQ(Value(metrics, "precision"), 100.0 * right / images) << run;
    EXPECT_DOUBLE_EQ(Value(metrics, "recall"), 100.0 * left.size() / given.size()) << run;
  }
}

}  // namespace
}  // namespace facet
