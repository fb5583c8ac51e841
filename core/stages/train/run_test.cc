// The train stage with softmax: the same bits again and after a stop, where it starts, what it
// says.
#include <ATen/ATen.h>

#include <functional>

#include "core/base/json_lines.h"
#include "core/stages/train/train_testing.h"
#include "core/training/model.h"
#include "gmock/gmock.h"

namespace facet {
namespace {

using ::testing::Contains;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

TEST_F(TrainTest, LearnsAndGivesTheSameBitsAgain) {
  for (const char* precision : {"float32", "bfloat16"}) {
    auto first = Context(std::string("a") + precision),
         second = Context(std::string("b") + precision);
    for (FakeContext* context : {first.get(), second.get()}) {
      context->precision_ = precision;
      context->settings_["loop"]["epochs"] = 12;
      ScheduleOf(*context)["rates"] = {0.005};
      context->uses_["architecture"].options["dropout"] = 0.0;
      const absl::Status status = RunTrain(*context);
      ASSERT_TRUE(status.ok()) << status;
    }
    EXPECT_EQ(Result(*first), Result(*second));
    const std::vector<Json> log = *ReadJsonLines(first->output_ + "/log.jsonl");
    ASSERT_EQ(log.size(), 12u);
    EXPECT_LT(log.back().at("loss").get<double>(), 0.9 * std::log(4.0)) << precision;
    EXPECT_EQ(first->counts_.at("identities"), 4);
    EXPECT_EQ(first->counts_.at("training images"), 36);
    EXPECT_EQ(first->counts_.at("validation images"), 4);
  }
}

TEST_F(TrainTest, GoesOnAfterAStopWithTheSameBits) {
  for (const char* precision : {"float32", "bfloat16"}) {
    auto whole = Context(std::string("whole") + precision);
    whole->precision_ = precision;
    ASSERT_TRUE(RunTrain(*whole).ok());
    // 4 steps an epoch: in the middle of one, and after the last step of one.
    for (const int64_t stop : {6, 8}) {
      auto stopped = Context(std::string("stopped") + precision + std::to_string(stop));
      stopped->precision_ = precision;
      stopped->stop_after_ = stop;
      EXPECT_EQ(RunTrain(*stopped).code(), absl::StatusCode::kCancelled);
      EXPECT_FALSE(std::filesystem::exists(stopped->output_ + "/model.json"));
      stopped->stop_after_ = -1;
      ASSERT_TRUE(RunTrain(*stopped).ok());
      EXPECT_EQ(stopped->steps_, whole->steps_) << "it went on, it did not begin anew";
      EXPECT_EQ(Result(*stopped), Result(*whole));
    }
  }
}

TEST_F(TrainTest, GoesOnWithTheSameBitsWhateverItsParts) {
  struct Case {
    const char* precision;
    Json loop;
    std::map<std::string, Use> uses;
  };
  const auto optimizer = [](const std::string& name, const Json& options = Json::object()) {
    return Use{"plugins/optimizers/lib" + name + ".so", "optimizer", name, options};
  };
  const auto schedule = [](const std::string& name, const Json& options) {
    return Use{"plugins/schedules/lib" + name + ".so", "schedule", name, options};
  };
  const std::vector<Case> cases = {
      {"float32",
       {{"clip_norm", 1.0}, {"average_decay", 0.9}},
       {{"optimizer", optimizer("sgd", {{"nesterov", true}})},
        {"schedule", schedule("step", {{"rates", {0.01, 0.001}}})}}},
      {"float32",
       {{"warmup_epochs", 1.6}, {"clip_norm", 0.5}, {"micro_batch", 3}},
       {{"optimizer", optimizer("adam")}, {"schedule", schedule("cosine", {{"rate", 0.001}})}}},
      {"bfloat16",
       {{"decay_vectors", false}, {"average_decay", 0.9}},
       {{"optimizer", optimizer("adamw")},
        {"schedule", schedule("plateau", {{"rates", {0.001}}})}}},
      {"float32",
       {{"micro_batch", 4}},
       {{"optimizer", optimizer("sam")}, {"schedule", schedule("plateau", {{"rates", {0.001}}})}}}};
  for (const Case& each : cases) {
    SCOPED_TRACE(Dump(each.loop));
    SetUp();
    ExpectSameBitsAfterStop(
        [&](const std::string& name) {
          auto context = Context(name);
          context->precision_ = each.precision;
          context->settings_["loop"]["epochs"] = 2;
          context->settings_["loop"].update(each.loop);
          for (const auto& [role, use] : each.uses) context->uses_[role] = use;
          for (const char* step : {"brightness", "erase", "zoom"}) {
            context->settings_["augmentation"].push_back(step);
            context->uses_[std::string("augmentation.") + step] = {
                "plugins/augmentations/lib" + std::string(step) + ".so", "augmentation", step};
          }
          return context;
        },
        /*stop=*/6);
  }
}

TEST_F(TrainTest, StepsAreClipped) {
  std::vector<std::vector<float>> weights;
  for (const double rate : {1e-3, 1e-3, 2e-3}) {
    auto context = Context("clipped" + std::to_string(weights.size()));
    Json& loop = context->settings_["loop"];
    loop["epochs"] = 1;
    loop["batch"] = 36;  // one step
    loop["clip_norm"] = weights.empty() ? 2e-3 : 1e-3;
    ScheduleOf(*context)["rates"] = {rate};
    OptimizerOf(*context)["weight_decay"] = 0.0;
    ASSERT_TRUE(RunTrain(*context).ok());
    const StoredTensors stored = *ReadTensors(context->output_ + "/weights.safetensors");
    weights.push_back(stored.tensors.at("loss.bias").values);  // zeros before the step
  }
  for (size_t i = 0; i < weights[0].size(); ++i) {
    EXPECT_NE(weights[0][i], 0.0f);
    // A step is rate * clip_norm long: half the norm, twice the rate. One rounding each.
    EXPECT_NEAR(weights[1][i], weights[0][i] / 2, 1e-6 * std::abs(weights[0][i]));
    EXPECT_NEAR(weights[2][i], weights[0][i], 1e-6 * std::abs(weights[0][i]));
  }
}

TEST_F(TrainTest, StartsFromLayersThatAgree) {
  auto from = Context("from");
  ASSERT_TRUE(RunTrain(*from).ok());
  auto uses = kUses;
  uses["architecture"].options["config"] = "B";
  auto to = Context("to", uses);
  to->inputs_["start"] = from->output_;
  ScheduleOf(*to)["rates"] = {1e-30};  // the start is what is left
  OptimizerOf(*to)["weight_decay"] = 0.0;
  ASSERT_TRUE(RunTrain(*to).ok());
  EXPECT_THAT(to->notices_, Contains(HasSubstr("drawn anew: conv1_2, conv2_2; not used: none.")));
  const StoredTensors a = *ReadTensors(from->output_ + "/weights.safetensors");
  const StoredTensors b = *ReadTensors(to->output_ + "/weights.safetensors");
  EXPECT_EQ(b.tensors.size(), a.tensors.size() + 4);
  for (const auto& [name, tensor] : a.tensors) EXPECT_EQ(tensor.values, b.tensors.at(name).values);
}

TEST_F(TrainTest, TakesNoBiasWithoutItsWeights) {
  auto from = Context("from");
  ASSERT_TRUE(RunTrain(*from).ok());
  const std::string path = from->output_ + "/weights.safetensors";
  StoredTensors edited = *ReadTensors(path);
  edited.tensors.erase("conv2_1.weight");
  edited.tensors.at("fc6.weight").shape.push_back(1);
  ASSERT_TRUE(WriteTensors(path, SourcesOf(edited)).ok());
  auto to = Context("to"), fresh = Context("fresh");
  to->inputs_["start"] = from->output_;
  for (FakeContext* context : {to.get(), fresh.get()}) {
    ScheduleOf(*context)["rates"] = {1e-30};
    OptimizerOf(*context)["weight_decay"] = 0.0;
    ASSERT_TRUE(RunTrain(*context).ok());
  }
  EXPECT_THAT(to->notices_,
              Contains(HasSubstr("drawn anew: conv2_1, fc6; not used: conv2_1, fc6.")));
  EXPECT_THAT(to->notices_, Contains(HasSubstr("Of conv2_1, fc6 the start network has some tensors "
                                               "and not all")));
  const StoredTensors a = *ReadTensors(path),
                      b = *ReadTensors(fresh->output_ + "/weights.safetensors"),
                      c = *ReadTensors(to->output_ + "/weights.safetensors");
  for (const auto& [name, tensor] : c.tensors) {
    const bool is_new = name.rfind("conv2_1.", 0) == 0 || name.rfind("fc6.", 0) == 0;
    // Biases begin as zeros, and a step of that rate is what they are then.
    EXPECT_THAT(tensor.values,
                Pointwise(FloatNear(1e-20f), (is_new ? b : a).tensors.at(name).values))
        << name;
  }
}

TEST_F(TrainTest, LeavesTheClassifierBehindIfThePeopleDiffer) {
  auto from = Context("from");
  ASSERT_TRUE(RunTrain(*from).ok());
  std::string json = *ReadFile(from->output_ + "/model.json");
  json.replace(json.find("person 0"), 8, "person 9");
  ASSERT_TRUE(WriteFileAtomically(from->output_ + "/model.json", json).ok());
  auto to = Context("to");
  to->inputs_["start"] = from->output_;
  ASSERT_TRUE(RunTrain(*to).ok());
  EXPECT_THAT(to->notices_, Contains(HasSubstr("drawn anew: loss; not used: loss.")));
}

TEST_F(TrainTest, SaysWhereItDiverged) {
  auto context = Context("out");
  ScheduleOf(*context)["rates"] = {1e18};
  const absl::Status status = RunTrain(*context);
  EXPECT_THAT(
      std::string(status.message()),
      HasSubstr("(epoch 1, rate 1e+18): training diverged; lower the rate of train.schedule"));
  // In the last step of all, no loss is computed any more.
  auto last = Context("last");
  ScheduleOf(*last)["rates"] = {1e39};
  last->settings_["loop"] = {{"epochs", 1}, {"batch", 24}, {"validation_share", 0.0}};
  EXPECT_THAT(std::string(RunTrain(*last).message()), HasSubstr("training diverged"));
  EXPECT_FALSE(std::filesystem::exists(last->output_ + "/weights.safetensors"));
  auto cuda = Context("cuda");
  cuda->device_ = "cuda";
  if (!at::hasCUDA()) {
    EXPECT_EQ(RunTrain(*cuda).code(), absl::StatusCode::kFailedPrecondition);
  }
}

}  // namespace
}  // namespace facet
