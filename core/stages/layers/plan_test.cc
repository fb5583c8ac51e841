// What the stage takes of a row, and what it says where there is nothing to take.
#include <string>
#include <vector>

#include "core/pipeline/planner.h"
#include "core/stages/planner_testing.h"
#include "gmock/gmock.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

class LayersPlanTest : public PlannerTest {
 protected:
  absl::StatusOr<StageGraph> Layers(const Row& row, int64_t classes) {
    experiment_.rows = {row};
    return PlanRequest(experiment_, experiment_.rows[0], kLayers, {{"classes", classes}}, types_,
                       catalogue_, machine_);
  }

  Experiment experiment_;
  std::vector<StageType> types_ = AllStageTypes();
};

// No data set is read and nothing is trained: the network's size does not depend on them.
TEST_F(LayersPlanTest, TakesTheNetworkAloneAndTheLossWithClasses) {
  const auto graph = Layers(MakeRow("1"), 0);
  ASSERT_TRUE(graph.ok()) << graph.status();
  ASSERT_EQ(graph->stages.size(), 1U);
  EXPECT_EQ(graph->stages[0].components.size(), 1U);
  EXPECT_EQ(graph->stages[0].components.at("architecture").name, "vgg");
  const auto with_loss = Layers(MakeRow("1"), 2622);
  ASSERT_TRUE(with_loss.ok()) << with_loss.status();
  EXPECT_EQ(with_loss->stages[0].components.at("loss").name, "softmax");
}

TEST_F(LayersPlanTest, RowsWithoutANetworkOrALossAreToldSo) {
  Row row = MakeRow("1");
  row.slots.erase("train.loss");
  EXPECT_TRUE(Layers(row, 0).ok());
  EXPECT_THAT(std::string(Layers(row, 10).status().message()), HasSubstr("no train.loss"));
  row.slots.erase("train.architecture");
  EXPECT_THAT(std::string(Layers(row, 0).status().message()), HasSubstr("has no network"));
}

}  // namespace
}  // namespace facet
