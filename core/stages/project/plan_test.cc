// What the evaluator's choice of thresholds makes of the embedding.
#include "core/stages/planner_testing.h"
#include "core/stages/project/settings.h"

namespace facet {
namespace {

class ProjectPlanTest : public PlannerTest {
 protected:
  static Experiment Embedding() {
    Experiment experiment;
    Row row = MakeRow("1");
    row.slots["embed"] = Defaults(*MakeExperimentLayout(AllStageTypes()).Find("embed"));
    row.slots["embed.loss"] = {{"use", "triplet"}};
    row.slots["embed.miner"] = {{"use", "random_violating"}};
    experiment.rows = {row};
    return experiment;
  }
};

TEST_F(ProjectPlanTest, AHeldOutFoldIsTheEvaluatorsToAskFor) {
  Experiment experiment = Embedding();
  const auto settings = [&] { return OfType(Plan(experiment), "project")[0]->settings; };
  EXPECT_FALSE(settings().contains(kThresholdHeldOut));
  Json& evaluator = experiment.rows[0].slots["test.evaluator"];
  evaluator["threshold_from"] = "other_folds";
  EXPECT_FALSE(settings().contains(kThresholdHeldOut)) << "a default changes no key";
  evaluator["threshold_from"] = "held_out_fold";
  EXPECT_EQ(settings().at(kThresholdHeldOut), true);
  // What is learned from the training set has seen none of the test set's people.
  experiment.rows[0].slots["embed"]["on"] = "train";
  EXPECT_FALSE(settings().contains(kThresholdHeldOut));
}

}  // namespace
}  // namespace facet
