// Hand-made pictures, and random ones against plain loops over all thresholds.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/api/evaluator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/evaluators/detection_scores.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Face At(double x, double score, double side = 10) {
  Face face;
  face.box = {x, 0, side, side};
  face.score = score;
  return face;
}

// What a test is about: images with truths at x and detections.
struct Picture {
  std::vector<double> truths;
  std::vector<Face> faces;
};

struct Input {
  DatasetContents data;
  EvaluationInput input;
};

void Fill(const std::vector<Picture>& pictures, Input* made) {
  for (size_t i = 0; i < pictures.size(); ++i) {
    for (const double x : pictures[i].truths) {
      Sample sample;
      sample.path = std::to_string(i) + ".jpg";
      sample.key = sample.path + std::to_string(x);
      sample.box = Box{x, 0, 10, 10};
      made->data.samples.push_back(sample);
      made->input.detections.push_back({true, 100, 100, pictures[i].faces});
    }
  }
  made->input.data = &made->data;
  made->input.seed = 7;
}

absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input, const std::string& options) {
  return MakeComponent<Evaluator>(options).value()->Evaluate(input);
}

std::map<std::string, double> Metrics(const std::vector<Picture>& pictures,
                                      const std::string& options = "{}") {
  Input made;
  Fill(pictures, &made);
  const Evaluation evaluation = Evaluate(made.input, options).value();
  std::map<std::string, double> values;
  for (const Metric& metric : evaluation.metrics) {
    values[metric.name] = metric.value;
  }
  return values;
}

// Four faces in three images. By score: 0.9 true, 0.8 false, 0.7 true, 0.6 a second detection of a
// face that was found, so false, 0.5 true; one face is never found.
const std::vector<Picture> kByHand = {
    {{0, 50}, {At(0, 0.9), At(0, 0.6), At(30, 0.8)}},
    {{0}, {At(2, 0.7)}},  // overlap 80 / 120
    {{0}, {At(0, 0.5)}},
};

TEST(Detection, FiguresByHand) {
  std::map<std::string, double> metrics = Metrics(kByHand, R"({"false_per_image": [0]})");
  // Recall 1/4, 2/4, 3/4 at precisions 1, 2/3, 3/5; none is below a later one.
  EXPECT_NEAR(metrics["average precision"], 100 * (1 + 2 / 3.0 + 3 / 5.0) / 4, 1e-9);
  EXPECT_NEAR(metrics["precision"], 60.0, 1e-9);
  EXPECT_NEAR(metrics["recall"], 75.0, 1e-9);
  EXPECT_NEAR(metrics["F1"], 2 * 60 * 75 / 135.0, 1e-9);
  EXPECT_NEAR(metrics["mean overlap of matches"], 100 * (1 + 2 / 3.0 + 1) / 3, 1e-9);
  // None allowed: those above 0.8.
  EXPECT_NEAR(metrics["recall at 0 false per image"], 25.0, 1e-9);

  metrics = Metrics(kByHand, R"({"min_score": 0.7, "false_per_image": [0.34]})");
  EXPECT_NEAR(metrics["precision"], 100 * 2 / 3.0, 1e-9);
  EXPECT_NEAR(metrics["recall"], 50.0, 1e-9);
  EXPECT_NEAR(metrics["recall at 0.34 false per image"], 50.0, 1e-9);
  // Every score counts for the average precision, whatever the threshold.
  EXPECT_NEAR(metrics["average precision"], 100 * (1 + 2 / 3.0 + 3 / 5.0) / 4, 1e-9);
}

TEST(Detection, CurvesByHand) {
  Input made;
  Fill(kByHand, &made);
  const Evaluation evaluation = Evaluate(made.input, "{}").value();
  ASSERT_EQ(evaluation.curves.size(), 2u);
  EXPECT_THAT(evaluation.curves[0].x, ElementsAre(0.25, 0.25, 0.5, 0.5, 0.75));
  EXPECT_THAT(evaluation.curves[0].y, ElementsAre(1, 0.5, 2 / 3.0, 0.5, 0.6));
  EXPECT_THAT(evaluation.curves[1].x, ElementsAre(0, 0, 1, 1, 2, 2));
  EXPECT_THAT(evaluation.curves[1].y, ElementsAre(0, 0.25, 0.25, 0.5, 0.5, 0.75));
}

TEST(Detection, ADetectionTakesTheTruthItOverlapsMost) {
  // Both faces overlap by more than half; the second detection still finds the first face.
  const std::vector<Picture> crowd = {{{0, 3}, {At(3, 0.9), At(0, 0.8)}}};
  EXPECT_NEAR(Metrics(crowd)["average precision"], 100.0, 1e-9);
  // The overlap of 7/13 is a match at 0.5, not at 0.6.
  const std::vector<Picture> loose = {{{0}, {At(3, 0.9)}}};
  EXPECT_NEAR(Metrics(loose)["recall"], 100.0, 1e-9);
  EXPECT_NEAR(Metrics(loose, R"({"min_overlap": 0.6})")["recall"], 0.0, 1e-9);
}

TEST(Detection, EqualScoresAreAcceptedTogether) {
  // A true and a false detection of one score in either order: precision 1/2 at recall 1.
  EXPECT_NEAR(Metrics({{{0}, {At(0, 1)}}, {{50}, {At(0, 1), At(50, 1)}}})["average precision"],
              100 * 2 / 3.0, 1e-9);
  EXPECT_NEAR(Metrics({{{50}, {At(0, 1), At(50, 1)}}, {{0}, {At(0, 1)}}})["average precision"],
              100 * 2 / 3.0, 1e-9);
}

TEST(Detection, SmallFacesAreNeitherMissedNorFalse) {
  Input made;
  Fill({{{0}, {At(0, 0.9), At(50, 0.8, 4), At(70, 0.7, 4), At(90, 0.6, 20)}}}, &made);
  Sample small = made.data.samples[0];
  small.box = Box{50, 0, 4, 4};
  made.data.samples.push_back(small);
  made.input.detections.push_back(made.input.detections[0]);
  const auto strict = Evaluate(made.input, "{}").value();
  EXPECT_NEAR(strict.metrics[1].value, 50.0, 1e-9);  // precision: 2 of 4
  const auto lenient = Evaluate(made.input, R"({"min_side_px": 8})").value();
  EXPECT_NEAR(lenient.metrics[1].value, 50.0, 1e-9);  // 1 of 2: the large false one counts
  EXPECT_EQ(lenient.metrics[1].count, 2);
  EXPECT_NEAR(lenient.metrics[2].value, 100.0, 1e-9);
  EXPECT_THAT(std::string(Evaluate(made.input, R"({"min_side_px": 30})").status().message()),
              HasSubstr("min_side_px = 30"));
}

TEST(Detection, WithoutAnyDetectionTheAveragePrecisionIsZero) {
  Input made;
  Fill({{{0}, {}}, {{0}, {}}}, &made);
  const Evaluation evaluation = Evaluate(made.input, "{}").value();
  EXPECT_EQ(evaluation.metrics[0].value, 0.0);
  for (const Metric& metric : evaluation.metrics) EXPECT_NE(metric.name, "precision");
  EXPECT_THAT(evaluation.notices, testing::Contains(HasSubstr("precision is not defined")));
}

// Random scenes, small whole-number scores so that there are ties. For each threshold everything is
// matched anew, image by image, and counted.
TEST(Detection, AgreesWithPlainLoopsOverThresholds) {
  Random random(11);
  for (int scene = 0; scene < 20; ++scene) {
    std::vector<Picture> pictures(1 + random.Index(6));
    double num_truths = 0;
    for (Picture& picture : pictures) {
      for (uint64_t i = 0; i <= random.Index(3); ++i) picture.truths.push_back(25.0 * i);
      num_truths += static_cast<double>(picture.truths.size());
      for (uint64_t i = 0; i < random.Index(6); ++i) {
        picture.faces.push_back(At(random.Uniform(0, 80), static_cast<double>(random.Index(5))));
      }
    }
    std::vector<std::pair<double, double>> recall_precision;
    for (int threshold = 4; threshold >= 0; --threshold) {
      double num_true = 0, num_found = 0;
      for (const Picture& picture : pictures) {
        std::vector<bool> taken(picture.truths.size(), false);
        for (int score = 4; score >= threshold; --score) {
          for (const Face& face : picture.faces) {
            if (face.score != score) continue;
            ++num_found;
            int best = -1;
            double best_overlap = 0.5;
            for (size_t t = 0; t < picture.truths.size(); ++t) {
              const double common = std::max(0.0, 10 - std::abs(face.box.x - picture.truths[t]));
              const double overlap = common / (20 - common);
              if (taken[t] || overlap < best_overlap) continue;
              best = static_cast<int>(t);
              best_overlap = overlap;
            }
            if (best < 0) continue;
            taken[static_cast<size_t>(best)] = true;
            ++num_true;
          }
        }
      }
      if (num_found > 0) recall_precision.push_back({num_true / num_truths, num_true / num_found});
    }
    double area = 0, before = 0;
    for (size_t i = 0; i < recall_precision.size(); ++i) {
      double best = 0;
      for (size_t j = i; j < recall_precision.size(); ++j) {
        best = std::max(best, recall_precision[j].second);
      }
      area += (recall_precision[i].first - before) * best;
      before = recall_precision[i].first;
    }
    EXPECT_NEAR(Metrics(pictures)["average precision"], 100 * area, 1e-9) << "scene " << scene;
  }
}

TEST(Detection, TheStandardErrorIsThatOfDrawingImagesAgain) {
  // One face per image, found in 30 of 40 images, nothing false: recall is a mean of independent
  // draws, whose bootstrap error is sqrt(p (1 - p) / n).
  std::vector<Picture> pictures(40, {{0}, {At(0, 1)}});
  for (size_t i = 0; i < 10; ++i) pictures[i].faces.clear();
  Input made;
  Fill(pictures, &made);
  const Evaluation evaluation = Evaluate(made.input, R"({"draws": 4000})").value();
  const Metric& recall = evaluation.metrics[2];
  EXPECT_EQ(recall.name, "recall");
  // A deviation over 4000 draws is known to 1 in 89 (standard error); four of those.
  EXPECT_NEAR(recall.standard_error, 100 * std::sqrt(0.75 * 0.25 / 40),
              100 * std::sqrt(0.75 * 0.25 / 40) * 0.045);
  EXPECT_THAT(recall.error_kind, HasSubstr("bootstrap over 40 images"));
  EXPECT_EQ(evaluation.replicates.size(), 4000u);
  EXPECT_EQ(evaluation.replicate_kind, "bootstrap");
  made.input.seed = 8;
  EXPECT_NE(Evaluate(made.input, R"({"draws": 4000})").value().replicates, evaluation.replicates);
}

TEST(Detection, OneImageGivesNoStandardError) {
  Input made;
  Fill({{{0}, {At(0, 1)}}}, &made);
  const Evaluation evaluation = Evaluate(made.input, "{}").value();
  EXPECT_LT(evaluation.metrics[0].standard_error, 0);
  EXPECT_TRUE(evaluation.replicate_kind.empty());
}

TEST(Detection, WhatIsLeftOutIsSaid) {
  Input made;
  Fill({{{0}, {At(0, 1)}}, {{0}, {}}, {{0}, {At(0, 1)}}}, &made);
  made.input.detections[1].readable = false;
  made.data.samples[2].box.reset();
  const Evaluation evaluation = Evaluate(made.input, "{}").value();
  EXPECT_EQ(evaluation.metrics[0].count, 2);
  EXPECT_NEAR(evaluation.metrics[0].value, 50.0, 1e-9);
  EXPECT_THAT(
      evaluation.notices,
      ElementsAre("1 samples have no box and are not counted",
                  HasSubstr("1 of 2 marked faces lie in images that could not be read; "
                            "they count as missed"),
                  HasSubstr("FPPI 0.1 needs at least 10 readable images, there are 1: left out")));
  made.data.samples[0].box.reset();
  EXPECT_EQ(Evaluate(made.input, "{}").status().code(), absl::StatusCode::kFailedPrecondition);
  made.data.samples[1].box.reset();
  EXPECT_THAT(std::string(Evaluate(made.input, "{}").status().message()),
              HasSubstr("no sample has a box"));
}

// A detector whose images fail one after the other, however hard the faces in them are.
TEST(Detection, RefusingImagesImprovesNoHeadline) {
  std::vector<Picture> pictures(6, {{0}, {At(0, 1), At(50, 2)}});
  pictures[0].faces = {At(50, 3)};  // the hardest: missed, and something false
  double before = 101;
  for (size_t refused = 0; refused < 6; ++refused) {
    Input made;
    Fill(pictures, &made);
    for (size_t i = 0; i < refused; ++i) made.input.detections[i] = {};
    const Evaluation evaluation = Evaluate(made.input, R"({"false_per_image": [1]})").value();
    const double recall = evaluation.metrics[2].value;
    EXPECT_EQ(evaluation.metrics[2].name, "recall");
    EXPECT_NEAR(recall, 100.0 * static_cast<double>(refused == 0 ? 5 : 6 - refused) / 6, 1e-9);
    EXPECT_LE(recall, before);
    before = recall;
  }
}

TEST(Detection, FalsePositivesPerImageThatTheImagesCannotShowAreLeftOut) {
  const std::vector<Picture> twelve(12, {{0}, {At(0, 1)}});
  EXPECT_EQ(Metrics(twelve).count("recall at 0.1 false per image"), 1U);
  const auto some = Metrics(twelve, R"({"false_per_image": [0.08, 0.09, 2]})");
  EXPECT_EQ(some.count("recall at 0.08 false per image"), 0U);
  EXPECT_EQ(some.count("recall at 0.09 false per image"), 1U);
  Input made;
  Fill(twelve, &made);
  EXPECT_THAT(
      std::string(Evaluate(made.input, R"({"false_per_image": [0.05, 0.08]})").status().message()),
      HasSubstr("12 readable images cannot show FPPI 0.08 or less; give false_per_image of 0.084 "
                "(1 / 12) or more"));
}

// Faces at scores 9 ... 5 in five images, false ones at 6.5 and 5.5: 0.2 per image allows the first
// (4 faces found), 0.4 both (5).
TEST(Detection, UnreadableImagesAllowNoFalsePositives) {
  std::vector<Picture> pictures;
  for (int i = 0; i < 5; ++i) pictures.push_back({{0}, {At(0, 9 - i)}});
  pictures[2].faces.push_back(At(50, 6.5));
  pictures[3].faces.push_back(At(50, 5.5));
  const std::string options = R"({"false_per_image": [0.1, 0.2, 0.4]})";
  for (const int unreadable : {0, 5, 95}) {
    std::vector<Picture> all = pictures;
    all.insert(all.end(), static_cast<size_t>(unreadable), {{0}, {}});
    Input made;
    Fill(all, &made);
    for (size_t i = 5; i < all.size(); ++i) made.input.detections[i] = {};
    const Evaluation evaluation = Evaluate(made.input, options).value();
    EXPECT_THAT(evaluation.notices,
                testing::Contains("FPPI 0.1 needs at least 10 readable images, there are 5: left "
                                  "out"));
    const double faces = 5 + unreadable;  // those in unreadable images are missed
    const auto& metrics = evaluation.metrics;
    ASSERT_EQ(metrics.size(), 7U);
    EXPECT_EQ(metrics[5].name, "recall at 0.2 false per image");
    EXPECT_NEAR(metrics[5].value, 100 * 4 / faces, 1e-9) << unreadable;
    EXPECT_NEAR(metrics[6].value, 100 * 5 / faces, 1e-9) << unreadable;
  }
}

TEST(Detection, RenderedSamplesOfOneRenderAreOneImage) {
  Input made;
  Fill({{{0, 50}, {At(0, 1), At(50, 1)}}}, &made);
  for (Sample& sample : made.data.samples) {
    sample.path.clear();
    sample.render = 3;
  }
  EXPECT_NEAR(Evaluate(made.input, "{}").value().metrics[1].value, 100.0, 1e-9);  // precision
}

TEST(Detection, WhatIsNotFiniteIsRefused) {
  Input made;
  Fill({{{0}, {At(0, std::nan(""))}}}, &made);
  EXPECT_EQ(Evaluate(made.input, "{}").status().code(), absl::StatusCode::kInvalidArgument);
  made.input.detections.clear();
  EXPECT_THAT(std::string(Evaluate(made.input, "{}").status().message()),
              HasSubstr("detections for 0 of 1 samples"));
}

}  // namespace
}  // namespace facet
