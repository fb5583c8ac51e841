// Closed and open set by hand, and against loops over a random gallery.
#include <cmath>
#include <cstdio>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "plugins/evaluators/evaluator_testing.h"
#include "plugins/evaluators/identification_trial.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// Probes at 1.5 (of a, nearest a at 0), 9 (of a, nearer to b at 10), a stranger at 4.
TEST(IdentificationTrial, RanksAndRejectsByHand) {
  IdentificationTrial trial;
  trial.mated = {{0, 1, 1.5}, {0, 2, 9.0}, {1, 1, 3.0}};
  trial.unmated = {{2, 2.0}, {3, 4.0}};
  trial.num_people = 4;
  EXPECT_DOUBLE_EQ(trial.HitRate(1, {}), 2. / 3);
  EXPECT_DOUBLE_EQ(trial.HitRate(2, {}), 1);
  // FPIR 0: the threshold is 2, so the probe at 1.5 alone is found. FPIR 1/2: the threshold is 4.
  EXPECT_DOUBLE_EQ(trial.Fnir(0.1, {}), 2. / 3);
  EXPECT_DOUBLE_EQ(trial.Fnir(0.5, {}), 1. / 3);
  EXPECT_DOUBLE_EQ(trial.Fnir(1.0, {}), 1. / 3);
  // Person 0 drawn three times, person 3 never: the first non-mated probe is all there are.
  EXPECT_DOUBLE_EQ(trial.HitRate(1, {3, 1, 1, 0}), 4. / 7);
  EXPECT_DOUBLE_EQ(trial.Fnir(0.5, {3, 1, 1, 0}), 4. / 7);
}

Scene People(int people, int images, double spread) {
  Random random(5);
  Scene scene;
  for (int person = 0; person < people; ++person) {
    const double angle = 6.28 * person / people;
    for (int image = 0; image < images; ++image) {
      const double at = angle + spread * random.Normal();
      scene.AddTemplate("p" + std::to_string(person), std::cos(at), std::sin(at));
    }
  }
  return scene;
}

TEST(IdentificationTrial, AgreesWithLoopsWhereTheGalleryIsKnown) {
  // Two images each, none unknown: one is in the gallery, which of the two is drawn.
  const Scene scene = People(12, 2, 0.3);
  const auto trial = RunTrial(scene.Input(), {false, 1, 0.0}, 9);
  ASSERT_TRUE(trial.ok()) << trial.status();
  EXPECT_EQ(trial->gallery_size, 12);
  EXPECT_EQ(trial->mated.size(), 12U);
  EXPECT_TRUE(trial->unmated.empty());
  for (const auto& probe : trial->mated) {
    // The own distance tells nothing of the draw: it is that of the person's two images.
    const auto i = static_cast<size_t>(2 * probe.person);
    const float x = scene.values[2 * i] - scene.values[2 * i + 2];
    const float y = scene.values[2 * i + 1] - scene.values[2 * i + 3];
    EXPECT_NEAR(probe.distance, std::sqrt(x * x + y * y), 1e-6);
    EXPECT_GE(probe.rank, 1);
    EXPECT_LE(probe.rank, 12);
  }
}

TEST(Identification, PeopleFarApartAreFound) {
  const Scene scene = People(20, 4, 0.01);
  const auto evaluation =
      MakeEvaluator(R"({"distance": "l2", "draws": 100, "unknown": 0.5})")->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->metrics[0].name, "rank-1 identification");
  EXPECT_EQ(evaluation->metrics[0].value, 100);
  // 10 galleries of 10 people, 3 probes of each
  EXPECT_EQ(evaluation->metrics[0].count, 300);
  EXPECT_EQ(MetricNamed(*evaluation, "FNIR at FPIR 0.1").value, 0);
  EXPECT_EQ(MetricNamed(*evaluation, "FNIR at FPIR 0.1").count, 400);
  // 40 non-mated probes a gallery.
  EXPECT_THAT(evaluation->notices[0],
              HasSubstr("FPIR 0.01 needs at least 100 non-mated probes, there are 40: left out"));
  EXPECT_EQ(evaluation->curves[0].y[0], 1);
}

TEST(Identification, ChanceIsOneOfTheGallery) {
  Random random(8);
  Scene scene;
  for (int i = 0; i < 400; ++i) {
    scene.AddTemplate("p" + std::to_string(i % 40), random.Normal(), random.Normal());
  }
  const auto evaluation =
      MakeEvaluator(R"({"distance": "l2", "draws": 100, "unknown": 0, "ranks": [1, 20]})")
          ->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  // 40 identities: 1 / 40 and 20 / 40; four standard errors, bootstrapped.
  for (const auto& [name, share] :
       {std::pair("rank-1 identification", 2.5), std::pair("rank-20 identification", 50.0)}) {
    const Metric& metric = MetricNamed(*evaluation, name);
    EXPECT_NEAR(metric.value, share, 4 * metric.standard_error) << name;
  }
}

// People, their images and galleries drawn anew each time: how much the figure varies is what its
// standard error must say. Few images of very different quality, so that the draw of the gallery
// matters; with a single gallery it is most of the error.
TEST(Identification, TheErrorIsThatOfDrawingPeopleAndGalleriesAgain) {
  for (const int64_t trials : {1, 10}) {
    constexpr int kWorlds = 300;
    std::vector<double> values;
    double squares = 0, mean = 0;
    for (int world = 0; world < kWorlds; ++world) {
      Random random(static_cast<uint64_t>(1000 * trials + world));
      Scene scene;
      for (int person = 0; person < 25; ++person) {
        const double x = random.Normal(), y = random.Normal();
        for (int image = 0; image < 3; ++image) {
          const double spread = image == 0 ? 1.5 : 0.1;  // one of three is a bad one
          scene.AddTemplate("p" + std::to_string(person), x + spread * random.Normal(),
                            y + spread * random.Normal());
        }
      }
      EvaluationInput input = scene.Input();
      input.seed = static_cast<uint64_t>(world);
      const auto evaluation =
          MakeEvaluator(
              absl::StrCat(
                  R"({"distance": "l2", "unknown": 0, "fpir": [], "draws": 100, "trials": )",
                  trials, "}"))
              ->Evaluate(input);
      ASSERT_TRUE(evaluation.ok()) << evaluation.status();
      const Metric& rank1 = evaluation->metrics[0];
      values.push_back(rank1.value);
      mean += rank1.value / kWorlds;
      squares += rank1.standard_error * rank1.standard_error / kWorlds;
    }
    double variance = 0;
    for (const double value : values) variance += (value - mean) * (value - mean) / (kWorlds - 1);
    RecordProperty(absl::StrCat("spread_of_", trials), std::to_string(std::sqrt(variance)));
    std::printf("%d galleries: spread %.2f, error %.2f\n", static_cast<int>(trials),
                std::sqrt(variance), std::sqrt(squares));
    // 300 worlds know a spread to 4.1 %: three of those, and what the bootstrap counts twice.
    EXPECT_NEAR(std::sqrt(squares) / std::sqrt(variance), 1.0, 0.15) << trials;
  }
}

// In a gallery of 10 every probe has a rank of at most 10.
TEST(Identification, RanksThatTheGalleryCannotMissAreLeftOut) {
  const Scene scene = People(20, 4, 1.0);
  const auto evaluate = [&scene](const std::string& options) {
    return MakeEvaluator(R"({"distance": "l2", "draws": 100, "unknown": 0.5, )" + options + "}")
        ->Evaluate(scene.Input());
  };
  const auto some = evaluate(R"("fpir": [], "ranks": [1000, 1, 9, 10])");
  ASSERT_TRUE(some.ok()) << some.status();
  ASSERT_EQ(some->metrics.size(), 2U);
  EXPECT_EQ(some->metrics[0].name, "rank-1 identification");
  EXPECT_EQ(some->metrics[1].name, "rank-9 identification");
  EXPECT_EQ(some->notices[0],
            "rank 1000 needs a gallery of more identities, there are 10 (whoever is in it is "
            "found): left out");
  EXPECT_THAT(some->notices[1], HasSubstr("rank 10 needs"));
  EXPECT_EQ(evaluate(R"("fpir": [0.1], "ranks": [10])")->metrics[0].name, "FNIR at FPIR 0.1");
  EXPECT_THAT(std::string(evaluate(R"("fpir": [], "ranks": [10])").status().message()),
              HasSubstr("there is nothing to measure: rank 10 needs"));
}

TEST(Identification, NeedsIdentitiesWithTwoTemplatesAndOneMatrix) {
  const Scene single = People(5, 1, 0);
  EXPECT_THAT(std::string(MakeEvaluator("{}")->Evaluate(single.Input()).status().message()),
              HasSubstr("no identity has two templates"));
  const Scene scene = People(5, 2, 0.1);
  EvaluationInput input = scene.Input();
  input.descriptors.push_back(input.descriptors[0]);
  EXPECT_THAT(std::string(MakeEvaluator("{}")->Evaluate(input).status().message()),
              HasSubstr("embed.on = \"train\""));
}

}  // namespace
}  // namespace facet
