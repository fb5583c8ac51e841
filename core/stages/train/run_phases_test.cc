// The train stage in phases, with groups of tensors, micro-batches and averaged weights.
#include <algorithm>
#include <cmath>

#include "core/base/json_lines.h"
#include "core/stages/train/train_testing.h"
#include "core/training/weights_file.h"
#include "gmock/gmock.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

using Tensors = std::map<std::string, StoredTensor>;

Tensors WeightsOf(const std::string& folder) {
  return ReadTensors(folder + "/weights.safetensors")->tensors;
}

// The largest difference of two values over the largest value.
double Distance(const Tensors& a, const Tensors& b) {
  double difference = 0, size = 0;
  EXPECT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) {
    const std::vector<float>& other = b.at(name).values;
    for (size_t i = 0; i < other.size(); ++i) {
      difference = std::max(difference, std::abs(double{tensor.values[i]} - double{other[i]}));
      size = std::max(size, std::abs(double{other[i]}));
    }
  }
  return difference / size;
}

Use PlateauAt(double rate) {
  return {"plugins/schedules/libplateau.so", "schedule", "plateau", {{"rates", {rate}}}};
}

const Json kFreezeCopied = {
    {{"name", "old"}, {"settings", {{"origin", "copied"}, {"frozen", true}}}}};

class PhasesTest : public TrainTest {
 protected:
  // Network B from a trained A, whose layers wait in the first phase.
  std::unique_ptr<FakeContext> TwoPhases(const std::string& name) {
    if (start_.empty()) {
      auto from = Context("from");
      EXPECT_TRUE(RunTrain(*from).ok());
      start_ = from->output_;
    }
    auto uses = kUses;
    uses["architecture"].options["config"] = "B";
    uses["phases.new.schedule"] = PlateauAt(0.02);
    uses["phases.all.schedule"] = PlateauAt(0.002);
    auto context = Context(name, uses);
    context->inputs_["start"] = start_;
    context->settings_["phases"] = {{{"name", "new"},
                                     {"settings", {{"epochs", 1}}},
                                     {"groups", kFreezeCopied},
                                     {"schedule", true}},
                                    {{"name", "all"},
                                     {"settings", {{"epochs", 2}}},
                                     {"groups", Json::array()},
                                     {"schedule", true}}};
    return context;
  }
  std::string start_;
};

TEST_F(PhasesTest, TheNewLayersFirst) {
  auto context = TwoPhases("both");
  const absl::Status status = RunTrain(*context);
  ASSERT_TRUE(status.ok()) << status;
  const std::vector<Json> log = *ReadJsonLines(context->output_ + "/log.jsonl");
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[0].at("phase"), "new");
  EXPECT_EQ(log[2].at("phase"), "all");
  EXPECT_EQ(log[0].at("rate"), 0.02);
  EXPECT_EQ(log[1].at("rate"), 0.002);
  EXPECT_EQ(log[2].at("epoch"), 3);
  EXPECT_EQ(context->done_, context->total_) << "progress counts all phases";

  auto first = TwoPhases("first");
  first->settings_["phases"].erase(1);
  ASSERT_TRUE(RunTrain(*first).ok());
  const Tensors start = WeightsOf(start_), after = WeightsOf(first->output_),
                whole = WeightsOf(context->output_);
  for (const auto& [name, tensor] : start) {
    EXPECT_EQ(after.at(name).values, tensor.values) << name << " waits";
    EXPECT_NE(whole.at(name).values, tensor.values) << name << " learns in the second";
  }
}

TEST_F(PhasesTest, GoOnInTheMiddleOfEachWithTheSameBits) {
  // 4 steps an epoch: in the first, at its end, in the second and after one of its epochs.
  for (const int64_t stop : {2, 4, 7, 8}) {
    SCOPED_TRACE(stop);
    ExpectSameBitsAfterStop(
        [&](const std::string& name) { return TwoPhases(name + std::to_string(stop)); }, stop);
  }
}

TEST_F(PhasesTest, SayWhatDoesNotFitBeforeTheFirstStep) {
  auto group = TwoPhases("group");
  group->settings_["phases"][1]["groups"] = {
      {{"name", "x"}, {"settings", {{"tensors", {"fc9*"}}}}}};
  EXPECT_THAT(std::string(RunTrain(*group).message()),
              HasSubstr("train.phases.all.groups.x has no tensor"));
  auto schedule = TwoPhases("schedule");
  schedule->uses_["phases.all.schedule"] = {"plugins/schedules/libstep.so",
                                            "schedule",
                                            "step",
                                            {{"rates", {0.1, 0.01}}, {"milestones", {2.0}}}};
  EXPECT_THAT(std::string(RunTrain(*schedule).message()), HasSubstr("train.phases.all.schedule"));
  EXPECT_EQ(group->steps_ + schedule->steps_, 0);
}

// Sums in another order: some roundings of 6e-8, which five steps carry on. The memory and the
// tuples of a miner are those of the whole batch.
TEST_F(PhasesTest, MicroBatchesGiveTheGradientOfTheBatch) {
  for (const bool tuples : {false, true}) {
    auto uses = kUses;
    uses["architecture"].options["dropout"] = 0.0;
    uses["schedule"] = PlateauAt(tuples ? 1e-4 : 1e-2);
    if (tuples) {
      uses["loss"] = {"plugins/losses/libtriplet.so", "loss", "triplet"};
      uses["miner"] = {"plugins/miners/libbatch_hard.so", "miner", "batch_hard"};
    }
    std::vector<Tensors> weights;
    for (const int64_t micro_batch : {0, 3, 8}) {
      auto context = Context(absl::StrCat("micro", tuples, micro_batch), uses);
      context->settings_["loop"].update({{"micro_batch", micro_batch}, {"epochs", 2}});
      context->settings_["loop"]["validation_share"] = 0.0;
      if (tuples) context->settings_["memory"] = {{"size", 20}, {"start_step", 2}};
      const absl::Status status = RunTrain(*context);
      ASSERT_TRUE(status.ok()) << status;
      weights.push_back(WeightsOf(context->output_));
    }
    EXPECT_LT(Distance(weights[0], weights[1]), 1e-5);
    EXPECT_EQ(Distance(weights[0], weights[2]), 0) << "as large as the batch: the same path";
  }
}

TEST_F(PhasesTest, TheNetworkMayBeTheAverageOfItsSteps) {
  std::vector<Tensors> weights;
  std::vector<std::vector<Json>> logs;
  for (const double decay : {0.0, 1e-12, 0.99}) {
    auto context = Context(absl::StrCat("average", decay));
    context->settings_["loop"]["average_decay"] = decay;
    ASSERT_TRUE(RunTrain(*context).ok());
    weights.push_back(WeightsOf(context->output_));
    logs.push_back(*ReadJsonLines(context->output_ + "/log.jsonl"));
  }
  EXPECT_LT(Distance(weights[0], weights[1]), 1e-7) << "it forgets at once";
  EXPECT_GT(Distance(weights[0], weights[2]), 1e-4);
  for (size_t i = 0; i < logs[0].size(); ++i) {
    EXPECT_EQ(logs[0][i].at("loss"), logs[2][i].at("loss")) << "the steps are the same";
  }
}

// Without a climb it is sgd (a climb of 1e-12 is lost in the roundings of float32).
TEST_F(PhasesTest, AnOptimiserThatClimbsTakesTwoGradients) {
  std::vector<Tensors> weights;
  for (const double rho : {0.0, 1e-12, 0.5}) {
    auto uses = kUses;
    uses["architecture"].options["batch_norm"] = true;
    if (rho > 0) {
      uses["optimizer"] = {"plugins/optimizers/libsam.so", "optimizer", "sam", {{"rho", rho}}};
    }
    auto context = Context(absl::StrCat("rho", rho), uses);
    ASSERT_TRUE(RunTrain(*context).ok());
    weights.push_back(WeightsOf(context->output_));
  }
  EXPECT_LT(Distance(weights[0], weights[1]), 1e-5);
  EXPECT_GT(Distance(weights[0], weights[2]), 1e-3);
}

}  // namespace
}  // namespace facet
