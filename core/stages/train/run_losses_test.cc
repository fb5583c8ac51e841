// The train stage with losses over tuples, miners, a memory, and losses with state of their own.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <functional>

#include "core/base/json_lines.h"
#include "core/stages/train/train_testing.h"
#include "core/training/model.h"
#include "gmock/gmock.h"

namespace facet {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST_F(TrainTest, TrainsTupleLossesWithAndWithoutAMiner) {
  auto uses = kUses;
  uses["loss"] = {"plugins/losses/libmulti_similarity.so", "loss", "multi_similarity"};
  for (const bool mined : {false, true}) {  // every pair of a batch, and triplets as pairs
    if (mined) uses["miner"] = {"plugins/miners/libbatch_hard.so", "miner", "batch_hard"};
    auto context = Context(mined ? "mined" : "all", uses);
    context->settings_["loop"]["epochs"] = 1;
    const absl::Status status = RunTrain(*context);
    ASSERT_TRUE(status.ok()) << status;
  }
  uses["loss"] = {"plugins/losses/libtriplet.so", "loss", "triplet"};
  uses["miner"] = {"plugins/miners/librandom_violating.so", "miner", "random_violating"};
  EXPECT_THAT(std::string(RunTrain(*Context("epoch", uses)).message()),
              HasSubstr("train.miner mines an epoch, train needs one that mines a batch"));
  uses["miner"] = {"plugins/miners/libbatch_hard.so", "miner", "batch_hard"};
  auto context = Context("batch", uses);
  ScheduleOf(*context)["rates"] = {1e-5};  // distances grow with the squared weights
  context->settings_["loop"]["validation_share"] = 0.3;
  const absl::Status status = RunTrain(*context);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(ReadJsonLines(context->output_ + "/log.jsonl")->back().contains("validation_loss"));
}

Use Identities(int images) {
  return {"plugins/samplers/libidentities.so", "sampler", "identities", {{"images", images}}};
}

// Triplets of identities, from batches of 4 x 2.
void UseIdentities(FakeContext& context) {
  context.uses_["schedule"].options["rates"] = {1e-4};
  context.settings_["loop"]["validation_share"] = 0.3;
  context.uses_["sampler"] = Identities(2);
}

std::map<std::string, Use> TripletUses() {
  std::map<std::string, Use> uses = kUses;
  uses["loss"] = {"plugins/losses/libtriplet.so", "loss", "triplet"};
  uses["miner"] = {"plugins/miners/libbatch_hard.so", "miner", "batch_hard"};
  return uses;
}

TEST_F(TrainTest, GoesOnWithTheSameBitsWithIdentitiesAndAMemory) {
  const auto make = [&](const std::string& name) {
    auto context = Context(name, TripletUses());
    UseIdentities(*context);
    context->settings_["loop"]["epochs"] = 3;
    context->settings_["memory"] = {{"size", 20}, {"start_step", 2}};
    return context;
  };
  ExpectSameBitsAfterStop(make, /*stop=*/5);
}

// What a loss keeps beside its weights comes back from a checkpoint: centres, the steps of an
// annealed margin, running statistics.
TEST_F(TrainTest, GoesOnWithTheSameBitsWithWhatALossKeeps) {
  for (const std::string loss : {"center", "sphereface", "adaface"}) {
    SCOPED_TRACE(loss);
    const auto make = [&](const std::string& name) {
      std::map<std::string, Use> uses = kUses;
      uses["loss"] = {"plugins/losses/lib" + loss + ".so", "loss", loss};
      auto context = Context(loss + "_" + name, uses);
      ScheduleOf(*context)["rates"] = {1e-4};
      context->settings_["loop"]["epochs"] = 3;
      return context;
    };
    ExpectSameBitsAfterStop(make, /*stop=*/5);
  }
}

TEST_F(TrainTest, ValidatesTupleLossesOnPairs) {
  auto context = Context("pairs", TripletUses());
  UseIdentities(*context);
  ASSERT_TRUE(RunTrain(*context).ok());
  // A share of 0.3 of 10 images of each identity: 1.5 pairs, so 2 or 4 images.
  const int64_t held_out = context->counts_.at("validation images");
  EXPECT_GE(held_out, 8);
  EXPECT_LE(held_out, 16);
  EXPECT_EQ(held_out % 2, 0);
  const std::vector<Json> log = *ReadJsonLines(context->output_ + "/log.jsonl");
  for (const Json& epoch : log) {
    EXPECT_GT(epoch.at("validation_loss").get<double>(), 0.0);
    EXPECT_EQ(epoch.at("skipped"), 0);  // every batch shows each identity twice
  }
}

TEST_F(TrainTest, SaysWhatSamplerAndMemoryNeed) {
  auto many = Context("many");
  many->uses_["sampler"] = Identities(2);
  many->settings_["loop"]["batch"] = 16;
  EXPECT_THAT(std::string(RunTrain(*many).message()),
              AllOf(HasSubstr("train.sampler"), HasSubstr("4 identities")));
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
    ScheduleOf(*context)["rates"] = {1e-4};
    return context;
  };
  ExpectSameBitsAfterStop(make, 6);
  const std::string whole = folder_ + "/whole/out";
  const StoredTensors stored = *ReadTensors(whole + "/weights.safetensors");
  const std::vector<float> mean = stored.tensors.at("loss.mean").values;
  EXPECT_NE(mean, std::vector<float>(mean.size(), 0.0f));

  auto next = make("next");
  next->inputs_["start"] = whole;
  next->settings_["loop"]["epochs"] = 1;
  ASSERT_TRUE(RunTrain(*next).ok());
  EXPECT_THAT(next->notices_, Contains(HasSubstr("drawn anew: none; not used: none.")));
}

TEST_F(TrainTest, ALossesTensorsMayLearnLateButNotNever) {
  StatefulLoss::Seen seen;
  auto uses = kUses;
  uses["loss"] = Stateful(&seen, Second::kUsedFromThirdCall);
  auto late = Context("late", uses);
  ScheduleOf(*late)["rates"] = {1e-4};
  const absl::Status status = RunTrain(*late);
  EXPECT_TRUE(status.ok()) << status;
  uses["loss"] = Stateful(&seen, Second::kUnused);
  auto never = Context("never", uses);
  ScheduleOf(*never)["rates"] = {1e-4};
  EXPECT_THAT(std::string(RunTrain(*never).message()),
              HasSubstr("learned tensor loss.second gets no gradient"));
}

TEST_F(TrainTest, ShowsTheMemoryToTheLoss) {
  StatefulLoss::Seen seen;
  auto uses = TripletUses();
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

// Negative pairs of the anchors, and how many of how many rows they are.
class LossOfAnchors final : public AnchorLoss {
 public:
  using Seen = std::vector<std::pair<int64_t, int64_t>>;
  explicit LossOfAnchors(Seen* seen) : seen_(seen) {}
  TupleKind takes() const override { return TupleKind::kPairs; }
  bool needs_miner() const override { return false; }
  absl::StatusOr<std::vector<LossGroup>> ComputeAnchors(const LossInput& input,
                                                        int64_t num_anchors) override {
    if (at::GradMode::is_enabled()) seen_->emplace_back(num_anchors, input.embeddings.size(0));
    EXPECT_EQ(input.tuples, nullptr);
    const at::Tensor products = input.embeddings.narrow(0, 0, num_anchors).mm(input.embeddings.t());
    const at::Tensor negative =
        input.labels.narrow(0, 0, num_anchors).unsqueeze(1).ne(input.labels.unsqueeze(0));
    return std::vector<LossGroup>{{"l", products.masked_select(negative)}};
  }

 private:
  Seen* const seen_;
};

TEST_F(TrainTest, TellsALossOfItsAnchorsByTheTrait) {
  LossOfAnchors::Seen seen;
  auto uses = kUses;
  uses["loss"] = {"",
                  "loss",
                  "of_anchors",
                  Json::object(),
                  [&seen] { return std::make_unique<LossOfAnchors>(&seen); },
                  LossOfAnchors::kTraits};
  auto context = Context("anchors", uses);
  UseIdentities(*context);
  context->settings_["memory"] = {{"size", 20}, {"start_step", 2}};
  ScheduleOf(*context)["rates"] = {1e-7};
  const absl::Status status = RunTrain(*context);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_GT(seen.size(), 5U);
  seen.resize(5);
  const LossOfAnchors::Seen expected = {{8, 8}, {8, 8}, {8, 24}, {8, 28}, {8, 28}};
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace facet
