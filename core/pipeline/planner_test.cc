// What the planner promises of any stages: the stages here are made up.
#include "core/pipeline/planner.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/pipeline/slots.h"

namespace facet {
namespace {

constexpr PortType kGrain = {"grain"};
constexpr PortType kFlour = {"flour"};

int num_planned = 0;  // stages, each time that one is planned

absl::StatusOr<int> PlanField(Planner& planner, const Demand& demand) {
  ++num_planned;
  return planner.Add(NewStage("field", "field"), demand.row);
}

absl::StatusOr<int> PlanMill(Planner& planner, const Demand& demand) {
  ++num_planned;
  StageSpec mill = NewStage("mill", "mill");
  FACET_ASSIGN_OR_RETURN(mill.inputs["grain"], planner.Make(kGrain, demand));
  return planner.Add(std::move(mill), demand.row);
}

// Takes what it makes: it steps in between the mill and the oven.
absl::StatusOr<int> PlanSieve(Planner& planner, const Demand& demand) {
  ++num_planned;
  StageSpec sieve = NewStage("sieve", "sieve");
  FACET_ASSIGN_OR_RETURN(sieve.inputs["flour"], planner.Make(kFlour, demand));
  return planner.Add(std::move(sieve), demand.row);
}
bool HasSieve(const Planner&, const Demand& demand) {
  return Planner::Find(demand.row, "sieve") != nullptr;
}

// With the flour of another row, if the row names one.
absl::StatusOr<int> PlanOven(Planner& planner, const Demand& demand) {
  ++num_planned;
  StageSpec oven = NewStage("oven", "oven");
  FACET_ASSIGN_OR_RETURN(const Row* other, planner.FindRow(demand.row, "leaven"));
  if (other != nullptr) {
    FACET_ASSIGN_OR_RETURN(oven.inputs["leaven"], planner.Make(kEvaluation, {*other, ""}));
  }
  const bool wrong = Planner::Find(demand.row, "wrong") != nullptr;
  FACET_ASSIGN_OR_RETURN(oven.inputs["flour"], planner.Make(wrong ? kGrain : kFlour, demand));
  return planner.Add(std::move(oven), demand.row);
}

StageType Type(std::string name, std::vector<Port> inputs, PortType output,
               absl::StatusOr<int> (*plan)(Planner&, const Demand&)) {
  StageType type;
  type.name = std::move(name);
  type.inputs = std::move(inputs);
  type.output = output;
  type.plan = plan;
  return type;
}

class PlannerOfAnyStagesTest : public testing::Test {
 protected:
  PlannerOfAnyStagesTest() {
    num_planned = 0;
    types_ = {
        Type("field", {}, kGrain, &PlanField), Type("mill", {{"grain", kGrain}}, kFlour, &PlanMill),
        Type("sieve", {{"flour", kFlour}}, kFlour, &PlanSieve),
        Type("oven", {{"flour", kFlour}, {"leaven", kEvaluation, true}}, kEvaluation, &PlanOven)};
    types_[2].applies = &HasSieve;
  }
  Row& AddRow(const std::string& id) {
    Row row;
    row.id = id;
    row.slots = {{"seed", 1}, {"threads", 1}, {"device", "cpu"}, {"precision", "float32"}};
    experiment_.rows.push_back(row);
    return experiment_.rows.back();
  }
  absl::StatusOr<RowPlan> Plan() {
    std::vector<const Row*> rows;
    for (const Row& row : experiment_.rows) rows.push_back(&row);
    return PlanExperiment(experiment_, rows, types_, catalogue_, machine_);
  }

  Experiment experiment_;
  std::vector<StageType> types_;
  Catalogue catalogue_;
  Machine machine_ = {1, false};
};

TEST_F(PlannerOfAnyStagesTest, AStageStepsInBetweenTwoOthersThatKnowNothingOfIt) {
  AddRow("plain");
  AddRow("sieved").slots["sieve"] = true;
  const RowPlan plan = *Plan();
  const auto before_oven = [&](const char* row) {
    return plan.At(plan.At(plan.results.at(row)).inputs.at("flour"));
  };
  EXPECT_EQ(before_oven("plain").type, "mill");
  EXPECT_EQ(before_oven("sieved").type, "sieve");
  EXPECT_EQ(plan.At(before_oven("sieved").inputs.at("flour")).type, "mill");
  // Field and mill are both rows'.
  EXPECT_EQ(plan.graph.stages.size(), 5u);
  EXPECT_EQ(plan.At(plan.Find("plain", kFlour)).users.size(), 2u);
  EXPECT_EQ(plan.At(plan.Find("sieved", kFlour)).type, "sieve");
  EXPECT_EQ(plan.Find("sieved", kEvaluation), plan.results.at("sieved"));
}

// A stage of several rows may take what the most generous of them allows; 0 is no limit.
TEST_F(PlannerOfAnyStagesTest, AStageHasTheWidestLimitsOfItsRows) {
  AddRow("1").slots["limits"] = {{"memory_gib", 1.5}, {"hours", 2.0}};
  AddRow("2").slots["limits"] = {{"memory_gib", 0.5}, {"hours", 3.0}};
  RowPlan plan = *Plan();
  for (const StageSpec& stage : plan.graph.stages) {
    EXPECT_EQ(stage.users.size(), 2u);
    EXPECT_EQ(stage.limits.memory_bytes, int64_t{3} << 29);
    EXPECT_EQ(stage.limits.seconds, 3 * 3600.0);
  }
  AddRow("3").slots["limits"] = {{"hours", 1.0}};
  plan = *Plan();
  for (const StageSpec& stage : plan.graph.stages) {
    EXPECT_EQ(stage.limits.memory_bytes, 0);
    EXPECT_EQ(stage.limits.seconds, 3 * 3600.0);
  }
}

// Not 0, which is none; nor more than a number of bytes can be.
TEST_F(PlannerOfAnyStagesTest, TheLeastAndTheLargestLimitAreLimits) {
  AddRow("1").slots["limits"] = {{"memory_gib", 1e-12}, {"hours", 1e-12}};
  EXPECT_EQ(Plan()->graph.stages.front().limits.memory_bytes, 1);
  EXPECT_GT(Plan()->graph.stages.front().limits.seconds, 0.0);
  AddRow("2").slots["limits"] = {{"memory_gib", 1e300}, {"hours", 1e307}};
  EXPECT_EQ(Plan()->graph.stages.front().limits.memory_bytes, int64_t{1'000'000'000'000'000'000});
  EXPECT_EQ(Plan()->graph.stages.front().limits.seconds, 1e18);
}

TEST_F(PlannerOfAnyStagesTest, APortTakesItsOwnTypeAlone) {
  AddRow("1").slots["wrong"] = true;
  const absl::Status status = Plan().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_NE(status.message().find("stage oven: its port flour takes flour, but field makes grain"),
            std::string::npos)
      << status;
}

TEST_F(PlannerOfAnyStagesTest, RowsInACircleAreNamed) {
  AddRow("a").slots["leaven"] = "b";
  AddRow("b").slots["leaven"] = "a";
  const absl::Status status = Plan().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find(
                "in a circle: row \"a\" (oven) -> row \"b\" (oven) -> row \"a\" (oven)"),
            std::string::npos)
      << status;
}

// Each row rests on all before it.
TEST_F(PlannerOfAnyStagesTest, AStageOfManyRowsIsPlannedOnceAndHasThemAllAsUsers) {
  constexpr int kRows = 400;
  for (int i = 0; i < kRows; ++i) {
    Row& row = AddRow(std::to_string(i));
    row.slots["sieve"] = true;
    if (i > 0) row.slots["leaven"] = std::to_string(i - 1);
  }
  const RowPlan plan = *Plan();
  EXPECT_EQ(num_planned, 4 * kRows);  // oven, sieve, mill and field of each
  EXPECT_EQ(plan.graph.stages.size(), 3u + kRows);
  std::vector<std::string> users;
  for (int i = kRows - 1; i >= 0; --i) {
    users.insert(users.begin(), std::to_string(i));
    EXPECT_EQ(plan.At(plan.results.at(std::to_string(i))).users, users) << i;
  }
  for (int i = 0; i < kRows; ++i) {
    EXPECT_EQ(plan.At(plan.Find(std::to_string(i), kGrain)).users, users) << i;
  }
}

TEST_F(PlannerOfAnyStagesTest, ARowThatIsAddedTwiceIsOneUser) {
  AddRow("a");
  AddRow("b");
  Planner planner(experiment_, types_, catalogue_, machine_);
  for (const size_t row : {0, 1, 0}) ASSERT_TRUE(planner.AddRow(experiment_.rows[row]).ok());
  EXPECT_EQ(planner.Take().At(0).users, (std::vector<std::string>{"a", "b"}));
}

TEST_F(PlannerOfAnyStagesTest, ACircleIsOneMistakeWhicheverRowsOfItAreAdded) {
  AddRow("leads there").slots["leaven"] = "a";
  AddRow("a").slots["leaven"] = "b";
  AddRow("b").slots["leaven"] = "a";
  AddRow("beside");
  Planner planner(experiment_, types_, catalogue_, machine_);
  std::set<std::string> told;
  for (const Row& row : experiment_.rows) {
    const absl::Status added = planner.AddRow(row);
    EXPECT_EQ(added.ok(), row.id == "beside") << added;
    if (!added.ok()) told.insert(std::string(added.message()));
  }
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(*told.begin(),
            "rows need each other in a circle: row \"a\" (oven) -> row \"b\" (oven) -> row \"a\" "
            "(oven)");
  EXPECT_EQ(planner.Take().results.size(), 1u);
}

TEST_F(PlannerOfAnyStagesTest, WhatNoStageMakesIsSaid) {
  types_.erase(types_.begin());
  AddRow("1");
  EXPECT_NE(Plan().status().message().find("row \"1\" has nothing that makes grain"),
            std::string::npos);
}

}  // namespace
}  // namespace facet
