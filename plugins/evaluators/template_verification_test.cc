// What it adds to `verification`, whose figures it must give: how the host shall pool.
#include "gmock/gmock.h"
#include "plugins/evaluators/evaluator_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

Scene TwoFolds() {
  Scene scene(Protocol::Kind::kFolds, 2);
  for (int64_t fold = 0; fold < 2; ++fold) {
    for (const double d : {1., 2., 3.}) scene.AddPair(fold, true, d);
    for (const double d : {2.5, 4., 5.}) scene.AddPair(fold, false, d);
  }
  return scene;
}

TEST(TemplateVerification, AsksForTheBestKFrames) {
  EXPECT_EQ(MakeEvaluator("{}")->pooling().top_k, 100);  // the paper's Table 6
  const auto evaluator = MakeEvaluator(R"({"top_k": 25, "normalize_frames": true})");
  EXPECT_EQ(evaluator->pooling().top_k, 25);
  EXPECT_TRUE(evaluator->pooling().normalize_each);
  EXPECT_EQ(MakeEvaluator(R"({"top_k": 0})")->pooling().top_k, 0);
}

TEST(TemplateVerification, GivesVerificationsFigures) {
  const Scene scene = TwoFolds();
  const auto evaluation = MakeEvaluator(R"({"normalize": "none"})")->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  // Of 3 genuine and 3 impostor pairs a fold, at the threshold 2.75 one of each kind is wrong.
  EXPECT_NEAR(MetricNamed(*evaluation, "100%-EER, pooled").value, 200. / 3, 1e-9);
  EXPECT_THAT(evaluation->notices[0],
              HasSubstr("FAR 0.01 needs at least 100 impostor pairs, there are 6: left out"));
  EXPECT_THAT(evaluation->notices.back(), HasSubstr("24 templates of 24 images; 24 have fewer"));
}

}  // namespace
}  // namespace facet
