// Against counting at every threshold.
#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "plugins/evaluators/evaluator_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// 30 people of 4 images in the plane.
Scene People() {
  Random random(11);
  Scene scene;
  for (int person = 0; person < 30; ++person) {
    const double x = 3 * random.Normal(), y = 3 * random.Normal();
    for (int image = 0; image < 4; ++image) {
      scene.AddTemplate("p" + std::to_string(person), x + random.Normal(), y + random.Normal());
    }
  }
  return scene;
}

double NaiveTar(const Scene& scene, double far) {
  struct Item {
    double distance;
    bool genuine;
  };
  std::vector<Item> items;
  const size_t count = scene.values.size() / 2;
  double genuine = 0, impostor = 0;
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = i + 1; j < count; ++j) {
      const bool same = scene.data.samples[i].identity == scene.data.samples[j].identity;
      const float x = scene.values[2 * i] - scene.values[2 * j];
      const float y = scene.values[2 * i + 1] - scene.values[2 * j + 1];
      items.push_back({std::sqrt(x * x + y * y), same});
      (same ? genuine : impostor) += 1;
    }
  }
  double best = 0;
  for (const Item& threshold : items) {
    double right = 0, wrong = 0;
    for (const Item& item : items) {
      if (item.distance > threshold.distance) continue;
      (item.genuine ? right : wrong) += 1;
    }
    if (wrong / impostor <= far) best = std::max(best, right / genuine);
  }
  return best;
}

TEST(TarAtFar, AllPairsAgreeWithCounting) {
  const Scene scene = People();
  const auto evaluation = MakeEvaluator(R"({"pairs": "all", "normalize": false, "draws": 100})")
                              ->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  // 120 * 119 / 2 pairs, of which 30 * 6 are genuine: 6,960 impostor pairs show 1e-3, not 1e-4.
  EXPECT_EQ(evaluation->metrics[0].name, "TAR at FAR 0.001");
  EXPECT_EQ(evaluation->metrics[0].count, 7140);
  EXPECT_EQ(evaluation->metrics.size(), 3U);
  for (const double far : {1e-3, 1e-2, 1e-1}) {
    const Metric& metric = MetricNamed(*evaluation, absl::StrCat("TAR at FAR ", far));
    EXPECT_NEAR(metric.value, 100 * NaiveTar(scene, far), 1e-9) << far;
    EXPECT_GT(metric.standard_error, 0);
    EXPECT_THAT(metric.error_kind,
                HasSubstr("bootstrap over 30 people, 100 draws, 95 % interval ["));
  }
  EXPECT_EQ(evaluation->notices.size(), 3U);
  EXPECT_THAT(evaluation->notices[0],
              HasSubstr("FAR 1e-06 needs at least 1000000 impostor pairs, there are 6960"));
}

// Distances 1 genuine, 2 impostor, 2 genuine, 3 genuine, 4 impostor: 2 and 2 fall together.
TEST(TarAtFar, PairsOfEqualDistanceAreAcceptedTogether) {
  Scene scene(Protocol::Kind::kSplit, 2);
  scene.AddPair(0, true, 1);
  scene.AddPair(0, false, 2);
  scene.AddPair(1, true, 2);
  scene.AddPair(1, true, 3);
  scene.AddPair(1, false, 4);
  const auto tar = [&](double far) {
    const auto evaluation =
        MakeEvaluator(absl::StrCat(R"({"normalize": false, "draws": 100, "far": [)", far, "]}"))
            ->Evaluate(scene.Input());
    EXPECT_TRUE(evaluation.ok()) << evaluation.status();
    return evaluation->metrics[0].value;
  };
  EXPECT_NEAR(tar(0.5), 100, 1e-9);  // all below 4
  EXPECT_NEAR(tar(0.9), 100, 1e-9);
  EXPECT_NEAR(tar(1.0), 100, 1e-9);
  const auto none = MakeEvaluator(R"({"normalize": false, "far": [0.3]})")->Evaluate(scene.Input());
  EXPECT_THAT(std::string(none.status().message()),
              HasSubstr("2 impostor pairs cannot show FAR 0.3 or less; give far of 0.5 (1 / 2) or "
                        "more"));
}

TEST(TarAtFar, DefaultsOfWhichNoneCanBeShownAreAnErrorForNothingElseIsMeasured) {
  Scene scene(Protocol::Kind::kSplit, 2);
  for (int64_t fold = 0; fold < 2; ++fold) {
    scene.AddPair(fold, true, 1);
    scene.AddPair(fold, false, 2);
  }
  const auto evaluation = MakeEvaluator(R"({"normalize": false})")->Evaluate(scene.Input());
  EXPECT_EQ(std::string(evaluation.status().message()),
            "2 impostor pairs cannot show FAR 0.1 or less; give far of 0.5 (1 / 2) or more, or "
            "take a test set with more impostor pairs");
}

TEST(TarAtFar, AHeadlineThatIsNotMeasuredIsReplacedAloud) {
  const Scene scene = People();
  const auto evaluate = [&scene](const std::string& options) {
    return *MakeEvaluator(R"({"pairs": "all", "draws": 100, )" + options + "}")
                ->Evaluate(scene.Input());
  };
  for (const char* options :
       {R"("far": [0.1, 0.01])", R"("far": [0.1, 1e-6, 0.01], "headline": 1e-6)"}) {
    const Evaluation other = evaluate(options);
    EXPECT_EQ(other.metrics[0].name, "TAR at FAR 0.01");
    EXPECT_THAT(other.notices.back(), HasSubstr("TAR at FAR 0.01 heads the table: headline = "));
  }
  EXPECT_TRUE(evaluate(R"("far": [0.1, 0.01], "headline": 0.1)").notices.empty());
}

TEST(TarAtFar, OneProjectionPerFoldNeedsTheProtocolsPairs) {
  const Scene scene = People();
  EvaluationInput input = scene.Input();
  input.descriptors.push_back(input.descriptors[0]);
  const auto evaluation = MakeEvaluator(R"({"pairs": "all"})")->Evaluate(input);
  EXPECT_THAT(std::string(evaluation.status().message()), HasSubstr("pairs = \"protocol\""));
}

}  // namespace
}  // namespace facet
