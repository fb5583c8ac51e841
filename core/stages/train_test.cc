// The train stage with the real vgg, softmax, triplet and batch_hard plugins on small random crops.
#include "core/stages/train.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/stages/artifacts.h"
#include "core/stages/fake_context.h"
#include "core/training/model.h"
#include "core/training/reduce.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const std::map<std::string, Use> kUses = {
    {"architecture",
     {"plugins/architectures/libvgg.so",
      "architecture",
      "vgg",
      {{"config", "A"}, {"input_px", 32}, {"width", 0.06}, {"fc_size", 24}, {"init", "kaiming"}}}},
    {"loss", {"plugins/losses/libsoftmax.so", "loss", "softmax"}}};

class TrainTest : public testing::Test {
 protected:
  // 40 raw crops of 36 x 36 px, of four identities: noise around a colour of their own.
  void SetUp() override {
    folder_ =
        testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    auto writer = *BlobWriter::Create(folder_ + "/crops.mdb");
    std::vector<CropRecord> records;
    Random random(3);
    for (int i = 0; i < 40; ++i) {
      std::string pixels;
      for (int j = 0; j < 36 * 36 * 3; ++j) {
        const int level = (i % 4) * 60 * (j % 3 == i % 3 ? 1 : 0);
        pixels.push_back(static_cast<char>(level + static_cast<int>(random.Index(70))));
      }
      ASSERT_TRUE(writer->Append(i, pixels).ok());
      CropRecord record;
      record.sample = i;
      record.identity = "person " + std::to_string(i % 4);
      record.width = record.height = 36;
      records.push_back(record);
    }
    ASSERT_TRUE(writer->Finish().ok());
    ASSERT_TRUE(WriteRecords(folder_ + "/crops.jsonl", records).ok());
  }

  std::unique_ptr<FakeContext> Context(const std::string& name,
                                       std::map<std::string, Use> uses = kUses) {
    const Json settings = {{"optimizer",
                            {{"batch", 8},
                             {"epochs", 4},
                             {"rates", {0.02}},
                             {"validation_share", 0.1},
                             {"patience", 99}}},
                           {"augment", Json::object()}};
    auto context = std::make_unique<FakeContext>(folder_ + "/" + name, std::move(uses), settings);
    context->inputs_["crops"] = folder_;
    return context;
  }
  static std::string Result(const FakeContext& context) {
    std::string all;
    for (const char* file : {"weights.safetensors", "model.json", "log.jsonl"}) {
      all += *ReadFile(context.output_ + "/" + file);
    }
    return all;
  }
  std::string folder_;
};

TEST_F(TrainTest, LearnsAndGivesTheSameBitsAgain) {
  for (const char* precision : {"float32", "bfloat16"}) {
    auto first = Context(std::string("a") + precision),
         second = Context(std::string("b") + precision);
    for (FakeContext* context : {first.get(), second.get()}) {
      context->precision_ = precision;
      context->settings_["optimizer"]["epochs"] = 12;
      context->settings_["optimizer"]["rates"] = {0.005};
      context->uses_["architecture"].options["dropout"] = 0.0;
      const absl::Status status = RunTrain(*context);
      ASSERT_TRUE(status.ok()) << status;
    }
    EXPECT_EQ(Result(*first), Result(*second));
    const std::vector<Json> log = *ReadLines(first->output_ + "/log.jsonl");
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

// Runs whole, then stopped after `stop` steps and gone on with.
void ExpectSameBitsAfterStop(const std::function<std::unique_ptr<FakeContext>(std::string)>& make,
                             int64_t stop) {
  const auto whole = make("whole"), stopped = make("stopped" + std::to_string(stop));
  const absl::Status status = RunTrain(*whole);
  ASSERT_TRUE(status.ok()) << status;
  stopped->stop_after_ = stop;
  EXPECT_EQ(RunTrain(*stopped).code(), absl::StatusCode::kCancelled);
  stopped->stop_after_ = -1;
  ASSERT_TRUE(RunTrain(*stopped).ok());
  EXPECT_EQ(stopped->steps_, whole->steps_);
  for (const char* file : {"weights.safetensors", "model.json", "log.jsonl"}) {
    EXPECT_EQ(*ReadFile(stopped->output_ + "/" + file), *ReadFile(whole->output_ + "/" + file));
  }
}

TEST_F(TrainTest, GoesOnWithTheSameBitsWhateverTheOptimiser) {
  const std::vector<std::pair<std::string, Json>> optimizers = {
      {"float32",
       {{"nesterov", true}, {"schedule", "step"}, {"rates", {0.01, 0.001}}, {"clip_norm", 1.0}}},
      {"float32",
       {{"use", "adam"}, {"schedule", "cosine"}, {"warmup_epochs", 1.6}, {"clip_norm", 0.5}}},
      {"bfloat16", {{"use", "adamw"}, {"decay_vectors", false}, {"loss_rate_factor", 10.0}}}};
  for (const auto& [precision, changes] : optimizers) {
    SCOPED_TRACE(changes.dump());
    SetUp();
    const Json& optimizer = changes;
    const std::string& type = precision;
    ExpectSameBitsAfterStop(
        [&](const std::string& name) {
          auto context = Context(name);
          context->precision_ = type;
          context->settings_["optimizer"].erase("patience");
          context->settings_["optimizer"]["epochs"] = 2;
          context->settings_["optimizer"]["rates"] = {0.001};
          context->settings_["optimizer"].update(optimizer);
          context->settings_["augment"] = {{"brightness", 0.4}, {"erase", 0.5}, {"zoom_max", 1.1}};
          return context;
        },
        /*stop=*/6);
  }
}

TEST_F(TrainTest, StepsAreClipped) {
  std::vector<std::vector<float>> weights;
  for (const double rate : {1e-3, 1e-3, 2e-3}) {
    auto context = Context("clipped" + std::to_string(weights.size()));
    Json& optimizer = context->settings_["optimizer"];
    optimizer["epochs"] = 1;
    optimizer["batch"] = 36;  // one step
    optimizer["rates"] = {rate};
    optimizer["weight_decay"] = 0;
    optimizer["clip_norm"] = weights.empty() ? 2e-3 : 1e-3;
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
  to->settings_["optimizer"]["rates"] = {1e-30};  // the start is what is left
  to->settings_["optimizer"]["weight_decay"] = 0.0;
  ASSERT_TRUE(RunTrain(*to).ok());
  EXPECT_THAT(to->notices_, Contains(HasSubstr("drawn anew: conv1_2, conv2_2; not used: none.")));
  const StoredTensors a = *ReadTensors(from->output_ + "/weights.safetensors");
  const StoredTensors b = *ReadTensors(to->output_ + "/weights.safetensors");
  EXPECT_EQ(b.tensors.size(), a.tensors.size() + 4);
  for (const auto& [name, tensor] : a.tensors) EXPECT_EQ(tensor.values, b.tensors.at(name).values);
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

TEST_F(TrainTest, TrainsTupleLossesWithAndWithoutAMiner) {
  auto uses = kUses;
  uses["loss"] = {"plugins/losses/libmulti_similarity.so", "loss", "multi_similarity"};
  for (const bool mined : {false, true}) {  // every pair of a batch, and triplets as pairs
    if (mined) uses["miner"] = {"plugins/miners/libbatch_hard.so", "miner", "batch_hard"};
    auto context = Context(mined ? "mined" : "all", uses);
    context->settings_["optimizer"]["epochs"] = 1;
    const absl::Status status = RunTrain(*context);
    ASSERT_TRUE(status.ok()) << status;
  }
  uses["loss"] = {"plugins/losses/libtriplet.so", "loss", "triplet"};
  uses["miner"] = {"plugins/miners/librandom_violating.so", "miner", "random_violating"};
  EXPECT_THAT(std::string(RunTrain(*Context("epoch", uses)).message()),
              HasSubstr("train.miner mines an epoch, train needs one that mines a batch"));
  uses["miner"] = {"plugins/miners/libbatch_hard.so", "miner", "batch_hard"};
  auto context = Context("batch", uses);
  context->settings_["optimizer"]["rates"] = {1e-5};  // distances grow with the squared weights
  context->settings_["optimizer"]["validation_share"] = 0.3;
  const absl::Status status = RunTrain(*context);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(ReadLines(context->output_ + "/log.jsonl")->back().contains("validation_loss"));
}

// Triplets of identities, from batches of 4 x 2.
void UseIdentities(FakeContext& context) {
  context.settings_["optimizer"]["rates"] = {1e-4};
  context.settings_["optimizer"]["validation_share"] = 0.3;
  context.settings_["sampler"] = {{"use", "identities"}, {"identities", 4}, {"images", 2}};
}

const std::map<std::string, Use> kTripletUses = {
    {"architecture", kUses.at("architecture")},
    {"loss", {"plugins/losses/libtriplet.so", "loss", "triplet"}},
    {"miner", {"plugins/miners/libbatch_hard.so", "miner", "batch_hard"}}};

TEST_F(TrainTest, GoesOnWithTheSameBitsWithIdentitiesAndAMemory) {
  const auto make = [&](const std::string& name) {
    auto context = Context(name, kTripletUses);
    UseIdentities(*context);
    context->settings_["optimizer"]["epochs"] = 3;
    context->settings_["memory"] = {{"size", 20}, {"start_step", 2}};
    return context;
  };
  ExpectSameBitsAfterStop(make, /*stop=*/5);
}

TEST_F(TrainTest, ValidatesTupleLossesOnPairs) {
  auto context = Context("pairs", kTripletUses);
  UseIdentities(*context);
  ASSERT_TRUE(RunTrain(*context).ok());
  // A share of 0.3 of 10 images of each identity: 1.5 pairs, so 2 or 4 images.
  const int64_t held_out = context->counts_.at("validation images");
  EXPECT_GE(held_out, 8);
  EXPECT_LE(held_out, 16);
  EXPECT_EQ(held_out % 2, 0);
  const std::vector<Json> log = *ReadLines(context->output_ + "/log.jsonl");
  for (const Json& epoch : log) {
    EXPECT_GT(epoch.at("validation_loss").get<double>(), 0.0);
    EXPECT_EQ(epoch.at("skipped"), 0);  // every batch shows each identity twice
  }
}

TEST_F(TrainTest, SaysWhatSamplerAndMemoryNeed) {
  auto many = Context("many");
  many->settings_["sampler"] = {{"use", "identities"}, {"identities", 8}, {"images", 2}};
  many->settings_["optimizer"]["batch"] = 16;
  EXPECT_THAT(std::string(RunTrain(*many).message()),
              HasSubstr("train.sampler.identities = 8, but the training images show 4 identities"));
  auto memory = Context("memory");
  memory->settings_["memory"] = {{"size", 20}};
  EXPECT_THAT(std::string(RunTrain(*memory).message()),
              HasSubstr("train.memory serves losses of pairs or triplets, softmax takes none"));
}

// A loss with state of each sort: two learned centres and a running mean. Remembers what it was
// shown.
enum class Second { kUsed, kUsedFromThirdCall, kUnused };
class StatefulLoss final : public Loss {
 public:
  struct Seen {
    std::vector<int64_t> rows, tuples, last_first;
  };
  StatefulLoss(Seen* seen, Second second, TupleKind takes)
      : seen_(seen), second_use_(second), takes_(takes) {}
  TupleKind takes() const override { return takes_; }
  absl::Status Initialize(int64_t dimension, int64_t, uint64_t) override {
    first_ = at::ones({dimension}).set_requires_grad(true);
    second_ = at::ones({dimension}).set_requires_grad(true);
    mean_ = at::zeros({dimension});
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput& input) override {
    if (at::GradMode::is_enabled()) {
      ++calls_;
      mean_.mul_(0.5).add_(input.embeddings.detach().mean(0), 0.5);
      seen_->rows.push_back(input.embeddings.size(0));
      if (input.tuples != nullptr) {
        seen_->tuples.push_back(input.tuples->anchors.numel());
        seen_->last_first.push_back(
            input.tuples->anchors.numel() == 0 ? -1 : input.tuples->anchors.max().item<int64_t>());
      }
    }
    at::Tensor target = first_ + mean_;
    if (second_use_ == Second::kUsed || (second_use_ != Second::kUnused && calls_ > 2)) {
      target = target + second_;
    }
    return std::vector<LossGroup>{{"l", (input.embeddings - target).square().mean(1)}};
  }
  std::vector<NamedTensor> Parameters() override {
    return {{"first", first_}, {"second", second_}};
  }
  std::vector<NamedTensor> Buffers() override { return {{"mean", mean_}}; }

 private:
  Seen* const seen_;
  const Second second_use_;
  const TupleKind takes_;
  int64_t calls_ = 0;
  at::Tensor first_, second_, mean_;
};

Use Stateful(StatefulLoss::Seen* seen, Second second, TupleKind takes = TupleKind::kNone) {
  return {"", "loss", "stateful", Json::object(),
          [=] { return std::make_unique<StatefulLoss>(seen, second, takes); }};
}

TEST_F(TrainTest, KeepsALossesBuffers) {
  StatefulLoss::Seen seen;
  const auto make = [&](const std::string& name) {
    auto uses = kUses;
    uses["loss"] = Stateful(&seen, Second::kUsed);
    auto context = Context(name, uses);
    context->settings_["optimizer"]["rates"] = {1e-4};
    return context;
  };
  ExpectSameBitsAfterStop(make, 6);
  const std::string whole = folder_ + "/whole/out";
  const StoredTensors stored = *ReadTensors(whole + "/weights.safetensors");
  const std::vector<float> mean = stored.tensors.at("loss.mean").values;
  EXPECT_NE(mean, std::vector<float>(mean.size(), 0.0f));

  auto next = make("next");
  next->inputs_["start"] = whole;
  next->settings_["optimizer"]["epochs"] = 1;
  ASSERT_TRUE(RunTrain(*next).ok());
  EXPECT_THAT(next->notices_, Contains(HasSubstr("drawn anew: none; not used: none.")));
}

TEST_F(TrainTest, ALossesTensorsMayLearnLateButNotNever) {
  StatefulLoss::Seen seen;
  auto uses = kUses;
  uses["loss"] = Stateful(&seen, Second::kUsedFromThirdCall);
  auto late = Context("late", uses);
  late->settings_["optimizer"]["rates"] = {1e-4};
  const absl::Status status = RunTrain(*late);
  EXPECT_TRUE(status.ok()) << status;
  uses["loss"] = Stateful(&seen, Second::kUnused);
  auto never = Context("never", uses);
  never->settings_["optimizer"]["rates"] = {1e-4};
  EXPECT_THAT(std::string(RunTrain(*never).message()),
              HasSubstr("learned tensor loss.second gets no gradient"));
}

TEST_F(TrainTest, ShowsTheMemoryToTheLoss) {
  StatefulLoss::Seen seen;
  auto uses = kTripletUses;
  uses["loss"] = Stateful(&seen, Second::kUsed, TupleKind::kTriplets);
  auto context = Context("memory", uses);
  UseIdentities(*context);
  context->settings_["memory"] = {{"size", 20}, {"start_step", 2}};
  const absl::Status status = RunTrain(*context);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_GT(seen.rows.size(), 5u);
  // Two steps without it, then what both left, then it is full.
  const std::vector<int64_t> rows(seen.rows.begin(), seen.rows.begin() + 5);
  EXPECT_EQ(rows, (std::vector<int64_t>{8, 8, 8 + 16, 8 + 20, 8 + 20}));
  for (const int64_t tuples : seen.tuples) EXPECT_EQ(tuples, 8);  // one hardest of each anchor
  for (const int64_t last : seen.last_first) EXPECT_EQ(last, 7);  // anchors lie in the batch
}

TEST_F(TrainTest, SaysWhereItDiverged) {
  auto context = Context("out");
  context->settings_["optimizer"]["rates"] = {1e18};
  const absl::Status status = RunTrain(*context);
  EXPECT_THAT(std::string(status.message()), HasSubstr("(epoch 1, rate 1e+18): training diverged"));
  auto cuda = Context("cuda");
  cuda->device_ = "cuda";
  if (!at::hasCUDA()) {
    EXPECT_EQ(RunTrain(*cuda).code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST(Reduce, AveragesOrAddsAndTakesNothingAsZero) {
  const at::Tensor values = at::tensor({0.0f, 1.0f, 3.0f, 0.0f});
  const auto of = [&](Reduction reduction) {
    return ReduceGroups({{"g", values, reduction}})->item<float>();
  };
  EXPECT_EQ(of(Reduction::kMean), 1.0f);
  EXPECT_EQ(of(Reduction::kMeanNonZero), 2.0f);
  EXPECT_EQ(of(Reduction::kSum), 4.0f);
  EXPECT_EQ(ReduceGroups({{"a", values, Reduction::kSum}, {"b", values, Reduction::kMean}})
                ->item<float>(),
            5.0f);
  for (const Reduction reduction : {Reduction::kMean, Reduction::kMeanNonZero, Reduction::kSum}) {
    at::Tensor x = at::ones({3});
    x.set_requires_grad(true);
    const at::Tensor loss = *ReduceGroups({{"empty", x.slice(0, 0, 0), reduction}});
    EXPECT_EQ(loss.item<float>(), 0.0f);
    loss.backward();
    EXPECT_EQ(x.grad().abs().sum().item<float>(), 0.0f);
  }
  EXPECT_FALSE(ReduceGroups({}).ok());
  EXPECT_FALSE(ReduceGroups({{"matrix", at::ones({2, 2}), Reduction::kMean}}).ok());
}

}  // namespace
}  // namespace facet
