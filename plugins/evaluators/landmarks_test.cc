#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// points9 of a face whose eyes' centres are 19 px apart and whose outer corners 28 px.
const std::vector<Point> kShape = {{0, 0},   {9, 0},   {19, 0}, {28, 0}, {10, 12},
                                   {15, 12}, {20, 12}, {7, 19}, {23, 19}};

struct Scene {
  DatasetContents data;
  std::vector<FoundLandmarks> found;

  void Add(const Landmarks& truth, const Landmarks& got) {
    Sample sample;
    sample.key = std::to_string(data.samples.size());
    sample.landmarks = truth;
    data.samples.push_back(sample);
    FoundLandmarks one;
    one.has_face = true;
    one.box = {0, 0, 50, 50};
    one.alignment.landmarks = got;
    found.push_back(one);
  }
  // A face whose points all lie `px` beside the truth.
  void AddShifted(double px) {
    std::vector<Point> points = kShape;
    for (Point& p : points) p.x += px;
    Add({LandmarkScheme::kPoints9, kShape}, {LandmarkScheme::kPoints9, points});
  }
  EvaluationInput Input() const {
    EvaluationInput input;
    input.data = &data;
    input.landmarks = found;
    input.seed = 7;
    return input;
  }
};

Evaluation Evaluate(const Scene& scene, const std::string& options = "{}") {
  auto evaluation = MakeComponent<Evaluator>(options).value()->Evaluate(scene.Input());
  EXPECT_TRUE(evaluation.ok()) << evaluation.status();
  return evaluation.ok() ? *std::move(evaluation) : Evaluation();
}

std::string ErrorOf(const Scene& scene, const std::string& options = "{}") {
  return std::string(
      MakeComponent<Evaluator>(options).value()->Evaluate(scene.Input()).status().message());
}

TEST(Landmarks, TheThreeLengths) {
  Scene scene;
  scene.AddShifted(1.9);
  // 1.9 px over 19, 28 and 50 px.
  EXPECT_NEAR(Evaluate(scene).metrics[2].value, 10, 1e-12);
  EXPECT_NEAR(Evaluate(scene, R"({"normalise": "outer_eyes"})").metrics[2].value, 190.0 / 28,
              1e-12);
  EXPECT_NEAR(Evaluate(scene, R"({"normalise": "box"})").metrics[2].value, 190.0 / 50, 1e-12);
}

TEST(Landmarks, FiguresAreThoseOfNaiveLoops) {
  Scene scene;
  Random random(3);
  std::vector<double> errors;
  for (int i = 0; i < 40; ++i) {
    std::vector<Point> points = kShape;
    double sum = 0;
    for (size_t k = 0; k < points.size(); ++k) {
      points[k].x += 1.5 * random.Normal();
      points[k].y += 1.5 * random.Normal();
      sum += std::hypot(points[k].x - kShape[k].x, points[k].y - kShape[k].y);
    }
    errors.push_back(sum / 9 / 19);
    scene.Add({LandmarkScheme::kPoints9, kShape}, {LandmarkScheme::kPoints9, points});
  }
  const Evaluation evaluation = Evaluate(scene, R"({"failure": 0.11})");
  double mean = 0, failures = 0;
  for (const double error : errors) {
    mean += error / 40;
    failures += (error > 0.11) / 40.0;
  }
  // The area by a sum over a fine grid of limits.
  double area = 0;
  for (int step = 0; step < 20000; ++step) {
    const double limit = 0.11 * (step + 0.5) / 20000;
    for (const double error : errors) area += (error <= limit) / 40.0 / 20000;
  }
  EXPECT_NEAR(evaluation.metrics[2].value, 100 * mean, 1e-9);
  EXPECT_NEAR(evaluation.metrics[1].value, 100 * failures, 1e-9);
  EXPECT_NEAR(evaluation.metrics[0].value, 100 * area, 100.0 / 20000);  // the grid's step
  // The mean's standard error is sigma / sqrt(n); 1000 draws know a deviation to 1 / sqrt(2000),
  // four of which are 9 %.
  double squares = 0;
  for (const double error : errors) squares += (error - mean) * (error - mean);
  const double expected = 100 * std::sqrt(squares / 40 / 40);
  EXPECT_NEAR(evaluation.metrics[2].standard_error, expected, 0.09 * expected);
  EXPECT_EQ(evaluation.replicates.size(), 1000u);
  const Curve& curve = evaluation.curves[0];
  ASSERT_EQ(curve.x.size(), 101u);
  for (size_t i = 0; i < curve.x.size(); ++i) {
    const auto below = std::count_if(errors.begin(), errors.end(),
                                     [&](double error) { return error <= curve.x[i]; });
    EXPECT_NEAR(curve.y[i], static_cast<double>(below) / 40, 1e-12);
  }
}

TEST(Landmarks, MissingFacesAreFailuresOrNothing) {
  Scene scene;
  for (int i = 0; i < 3; ++i) scene.AddShifted(0.19);
  scene.AddShifted(0);
  scene.found[3] = {};
  scene.AddShifted(0);
  scene.data.samples[4].landmarks = {};  // no truth
  const Evaluation fail = Evaluate(scene);
  EXPECT_NEAR(fail.metrics[2].value, 1, 1e-12);
  EXPECT_EQ(fail.metrics[2].count, 3);
  EXPECT_NEAR(fail.metrics[1].value, 25, 1e-12);
  EXPECT_EQ(fail.metrics[1].count, 4);
  EXPECT_NEAR(fail.metrics[0].value, 75 * 0.9, 1e-9);
  ASSERT_EQ(fail.notices.size(), 2u);
  EXPECT_THAT(fail.notices[0], HasSubstr("1 samples have no true landmarks"));
  EXPECT_THAT(fail.notices[1],
              HasSubstr("For 1 of 4 faces the detector gave no face; they are failures"));
  const Evaluation ignore = Evaluate(scene, R"({"missing": "ignore"})");
  EXPECT_NEAR(ignore.metrics[1].value, 0, 1e-12);
  EXPECT_NEAR(ignore.metrics[0].value, 90, 1e-9);
  EXPECT_EQ(ignore.metrics[0].count, 3);
}

// Each by hand of five faces: two found (one of them wrong), one refused, one missed, another
// taken.
TEST(Landmarks, WhatDetectorAndAlignerFailAtIsCountedApart) {
  Scene scene;
  scene.AddShifted(0.19);
  scene.AddShifted(3.8);  // an error of 0.2
  for (int i = 0; i < 3; ++i) scene.AddShifted(0);
  scene.found[2].alignment.landmarks = {};
  scene.found[3] = {};
  scene.found[4].box.x = 400;
  const Evaluation fail = Evaluate(scene);
  const auto expect = [&](size_t i, const std::string& name, double value, int64_t count) {
    EXPECT_EQ(fail.metrics[i].name, name);
    EXPECT_NEAR(fail.metrics[i].value, value, 1e-9) << name;
    EXPECT_EQ(fail.metrics[i].count, count) << name;
  };
  expect(0, "AUC up to 0.1", 90.0 / 5, 5);
  expect(1, "failures above 0.1", 80, 5);
  expect(2, "NME, pupils", (1.0 + 20.0) / 2, 2);
  expect(3, "faces not detected", 40, 5);
  expect(4, "failures above 0.1 of detected faces", 200.0 / 3, 3);
  EXPECT_THAT(fail.notices,
              testing::ElementsAre(HasSubstr("For 1 of 5 faces the detector gave no face"),
                                   HasSubstr("For 1 of 5 faces the detector took another face"),
                                   HasSubstr("For 1 of 5 faces the aligner found no landmarks")));
  // What the aligner refuses is a failure where what the detector misses is not counted.
  const Evaluation ignore = Evaluate(scene, R"({"missing": "ignore"})");
  EXPECT_NEAR(ignore.metrics[0].value, 30, 1e-9);
  EXPECT_NEAR(ignore.metrics[1].value, 200.0 / 3, 1e-9);
  EXPECT_EQ(ignore.metrics[1].count, 3);
}

// An aligner that gives up on its worst faces, then on more and more: no limit, no kind of missing
// makes its headline better, while its NME falls.
TEST(Landmarks, RefusingHardFacesImprovesNoHeadline) {
  for (const std::string missing : {"fail", "ignore"}) {
    for (const double failure : {0.02, 0.1, 1.0}) {
      double headline = 101, failures = -1, nme = 1e9;
      for (int refused = 0; refused < 10; ++refused) {
        Scene scene;
        for (int i = 0; i < 10; ++i) scene.AddShifted(0.4 * (i + 1));
        for (int i = 0; i < refused; ++i)
          scene.found[static_cast<size_t>(9 - i)].alignment.landmarks = {};
        const Evaluation evaluation = Evaluate(
            scene, absl::StrCat(R"({"missing": ")", missing, R"(", "failure": )", failure, "}"));
        EXPECT_LE(evaluation.metrics[0].value, headline + 1e-9) << missing << failure << refused;
        EXPECT_GE(evaluation.metrics[1].value, failures - 1e-9) << missing << failure << refused;
        EXPECT_LT(evaluation.metrics[2].value, nme);
        EXPECT_EQ(evaluation.metrics[2].count, 10 - refused);
        headline = evaluation.metrics[0].value;
        failures = evaluation.metrics[1].value;
        nme = evaluation.metrics[2].value;
      }
    }
  }
}

TEST(Landmarks, AnotherFaceIsAMissedOne) {
  Scene scene;
  scene.AddShifted(0.19);
  scene.AddShifted(400);
  scene.found[1].box.x = 400;
  const Evaluation evaluation = Evaluate(scene);
  EXPECT_NEAR(evaluation.metrics[2].value, 1, 1e-12);
  EXPECT_NEAR(evaluation.metrics[1].value, 50, 1e-12);
}

TEST(Landmarks, SchemesMeetDownwards) {
  Scene scene;
  // Five points against nine: the eyes are the corners' middles.
  scene.Add(
      {LandmarkScheme::kPoints9, kShape},
      {LandmarkScheme::kPoints5, {{4.5, 1.9}, {23.5, 1.9}, {15, 13.9}, {7, 20.9}, {23, 20.9}}});
  EXPECT_NEAR(Evaluate(scene).metrics[2].value, 10, 1e-12);
  EXPECT_NEAR(Evaluate(scene, R"({"scheme": "eyes2"})").metrics[2].value, 10, 1e-12);
  EXPECT_THAT(ErrorOf(scene, R"({"scheme": "points9"})"), HasSubstr("cannot be made from points5"));
}

TEST(Landmarks, BadInputIsRefused) {
  Scene empty;
  empty.AddShifted(1);
  empty.data.samples[0].landmarks = {};
  EXPECT_THAT(ErrorOf(empty), HasSubstr("the test data has no landmarks"));
  Scene lost;
  lost.AddShifted(1);
  lost.found[0].alignment.landmarks = {};
  EXPECT_THAT(ErrorOf(lost), HasSubstr("the aligner found none"));
  Scene nan;
  nan.AddShifted(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(ErrorOf(nan), HasSubstr("not a number"));
  Scene uneven;
  uneven.AddShifted(1);
  uneven.found.clear();
  EXPECT_THAT(ErrorOf(uneven), HasSubstr("landmarks of 0 samples, the data has 1"));
}

}  // namespace
}  // namespace facet
