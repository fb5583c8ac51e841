// Stopped anywhere and gone on with: the same bits, and no step twice.
#include <ATen/core/grad_mode.h>

#include <set>

#include "core/api/loss.h"
#include "core/stages/project/project_testing.h"
#include "core/stages/project/training_rows.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// Is asked before each step whether the end is wanted, and says so at one of them.
class StoppingContext final : public FakeContext {
 public:
  using FakeContext::FakeContext;
  bool stop_requested() const override { return ++num_steps_ == stop_at_; }

  mutable int64_t num_steps_ = 0;
  int64_t stop_at_ = -1;
};

// A triplet's hinge with a margin that is learned and a scale that follows the distances.
class LearnedMargin final : public Loss {
 public:
  TupleKind takes() const override { return TupleKind::kTriplets; }
  absl::Status Initialize(int64_t, int64_t, uint64_t) override {
    margin_ = at::full({1}, 0.3f).set_requires_grad(true);
    scale_ = at::ones({1});
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput& input) override {
    const auto rows = [&](const at::Tensor& of) { return input.embeddings.index_select(0, of); };
    const at::Tensor a = rows(input.tuples->anchors);
    const at::Tensor near = at::square(a - rows(input.tuples->positives)).sum(1);
    const at::Tensor far = at::square(a - rows(input.tuples->negatives)).sum(1);
    {
      const at::NoGradGuard no_gradient;
      scale_.mul_(0.9).add_(near.mean(), 0.1);
    }
    return std::vector<LossGroup>{
        {"hinge", (at::relu(margin_ + near - far) + at::square(margin_ - 0.2)) / (1 + scale_)}};
  }
  std::vector<NamedTensor> Parameters() override { return {{"margin", margin_}}; }
  std::vector<NamedTensor> Buffers() override { return {{"scale", scale_}}; }

 private:
  at::Tensor margin_, scale_;
};

// What it gives rests on all that it was shown before: nobody can put it into the middle.
class RememberingMiner final : public Miner {
 public:
  TupleKind makes() const override { return TupleKind::kTriplets; }
  MinerScope scope() const override { return MinerScope::kEpoch; }
  absl::Status BeginEpoch(const at::Tensor&, uint64_t) override {
    shown_ = 0;
    next_ = 0;
    return absl::OkStatus();
  }
  absl::StatusOr<Tuples> Next(int64_t max_tuples, const EmbedFunction& embed, bool* done) override {
    shown_ += embed(at::arange(8, at::kLong)).abs().sum().item<double>();
    std::vector<int64_t> columns[3];
    for (int64_t i = 0; i < max_tuples && next_ < 60; ++i, ++next_) {
      columns[0].push_back(next_);
      columns[1].push_back(next_ + kPeople);
      const auto step = 1 + static_cast<int64_t>(shown_ * 1e4) % (kPeople - 1);
      columns[2].push_back((next_ + step) % kPeople);
    }
    Tuples tuples;
    tuples.kind = TupleKind::kTriplets;
    tuples.anchors = at::tensor(columns[0], at::kLong);
    tuples.positives = at::tensor(columns[1], at::kLong);
    tuples.negatives = at::tensor(columns[2], at::kLong);
    *done = next_ == 60;
    return tuples;
  }

 private:
  int64_t next_ = 0;
  double shown_ = 0;
};

class ResumeTest : public EmbedTest {
 protected:
  std::unique_ptr<StoppingContext> Stopping(const std::string& name) {
    const auto made = Context(name);  // writes the inputs
    auto context =
        std::make_unique<StoppingContext>(folder_ + "/" + name, made->uses_, made->settings_);
    context->inputs_ = made->inputs_;
    if (make_ != nullptr) make_(*context);
    return context;
  }
  // Stopped at each of these steps (of what is left), then to the end. Steps begun in all.
  int64_t RunStopped(StoppingContext& context, const std::vector<int64_t>& stops) {
    for (const int64_t stop : stops) {
      context.stop_at_ = context.num_steps_ + stop;
      EXPECT_EQ(RunProject(context).code(), absl::StatusCode::kCancelled);
    }
    context.stop_at_ = -1;
    const absl::Status status = RunProject(context);
    EXPECT_TRUE(status.ok()) << status;
    return context.num_steps_;
  }
  static std::string Result(const FakeContext& context) {
    return *ReadFile(context.output_ + "/projection.npy") +
           *ReadFile(context.output_ + "/embed.json");
  }

  std::function<void(StoppingContext&)> make_;
};

TEST_F(ResumeTest, StoppedAtAnyStepItGoesOnThereWithTheSameBits) {
  const auto whole = Stopping("whole");
  const int64_t steps = RunStopped(*whole, {});
  ASSERT_GT(steps, 100);  // 15 epochs of up to 160 / 16
  int number = 0;
  // The first of all; in the first epoch, later ones, other folds; many times.
  for (const std::vector<int64_t>& stops : std::vector<std::vector<int64_t>>{
           {1}, {4}, {17}, {steps / 2}, {steps - 1}, {3, 2, 1, 40, 5, steps / 3}}) {
    const auto stopped = Stopping("stopped" + std::to_string(number++));
    // The step at which it stopped is begun again; no other is.
    EXPECT_EQ(RunStopped(*stopped, stops), steps + static_cast<int64_t>(stops.size()));
    EXPECT_EQ(Result(*stopped), Result(*whole));
  }
}

TEST_F(ResumeTest, WhatTheLossLearnsGoesOnToo) {
  make_ = [](StoppingContext& context) {
    context.uses_["loss"].make = [] { return std::make_unique<LearnedMargin>(); };
  };
  const auto whole = Stopping("whole"), stopped = Stopping("stopped");
  const int64_t steps = RunStopped(*whole, {});
  EXPECT_EQ(RunStopped(*stopped, {7, 30}), steps + 2);
  EXPECT_EQ(Result(*stopped), Result(*whole));
}

TEST_F(ResumeTest, AMinerThatCannotBePutIntoTheMiddleBeginsItsEpochAgain) {
  make_ = [](StoppingContext& context) {
    context.settings_["on"] = "train";
    context.uses_["miner"].make = [] { return std::make_unique<RememberingMiner>(); };
  };
  const auto whole = Stopping("whole"), stopped = Stopping("stopped");
  const int64_t steps = RunStopped(*whole, {});
  ASSERT_EQ(steps, 12);  // 3 epochs of 60 / 16
  // Stopped before the third step of the second epoch: its first two are made again.
  EXPECT_EQ(RunStopped(*stopped, {7}), steps + 3);
  EXPECT_EQ(Result(*stopped), Result(*whole));
}

TEST_F(ResumeTest, AMarginOfNothingBeginsItsEpochAgain) {
  make_ = [](StoppingContext& context) { context.uses_["miner"].options["margin"] = 0.0; };
  const auto whole = Stopping("whole"), stopped = Stopping("stopped");
  const int64_t steps = RunStopped(*whole, {});
  EXPECT_GT(RunStopped(*stopped, {9}), steps);
  EXPECT_EQ(Result(*stopped), Result(*whole));
}

TEST_F(ResumeTest, AShortRunWritesNoCheckpointAndAnEndlessOneAsOftenAsItIsTime) {
  const auto brief = Stopping("brief"), often = Stopping("often");
  ASSERT_TRUE(RunProject(*brief).ok());
  EXPECT_TRUE(std::filesystem::is_empty(brief->checkpoints_));
  ASSERT_TRUE(LearnProjections(*often, /*checkpoint_seconds=*/0).ok());
  EXPECT_EQ(Result(*often), Result(*brief));
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(often->checkpoints_)) {
    names.insert(entry.path().filename().string());
  }
  EXPECT_EQ(names, (std::set<std::string>{"checkpoint.0", "checkpoint.1", "finished.0",
                                          "finished.1", "finished.2", "finished.3", "finished.4"}));
}

TEST_F(ResumeTest, OneOfAnotherShapeIsNoState) {
  const auto context = Stopping("other");
  context->stop_at_ = 3;
  ASSERT_EQ(RunProject(*context).code(), absl::StatusCode::kCancelled);
  context->settings_["dimension"] = 3;  // which a key would tell apart
  EXPECT_THAT(Refusal(*context), HasSubstr("the checkpoint has no projection of this shape"));
}

TEST_F(ResumeTest, ThePrecisionOfNetworksIsNotThatOfWPrime) {
  const auto single = Stopping("single"), half = Stopping("half");
  half->precision_ = "bfloat16";
  ASSERT_TRUE(RunProject(*single).ok());
  ASSERT_TRUE(RunProject(*half).ok());
  EXPECT_EQ(Result(*half), Result(*single));
}

TEST_F(ResumeTest, ADeviceThatIsNotThereIsRefused) {
  if (at::hasCUDA()) GTEST_SKIP() << "there is one";
  const auto context = Stopping("cuda");
  context->device_ = "cuda";
  EXPECT_THAT(Refusal(*context), HasSubstr("LibTorch sees no CUDA device"));
}

// Held, the rows are normalised once; fetched, whenever they are asked for.
TEST(TrainingRows, HeldOrFetchedTheyAreTheSame) {
  at::manual_seed(5);
  for (const int64_t size : {1, 50, 4096, 5000}) {
    const at::Tensor descriptors = at::randn({size + 7, 33});
    std::vector<int64_t> chosen;
    for (int64_t i = 0; i < size; ++i) chosen.push_back((i * 5) % (size + 7));
    const TrainingRows held(descriptors, chosen, at::kCPU, kHeldOnCpu);
    const TrainingRows fetched(descriptors, chosen, at::kCPU, 0);
    const at::Tensor some = at::randint(size, {200}, at::kLong);
    EXPECT_TRUE(at::equal(held.At(some), fetched.At(some)));
    for (int64_t i = 0; i < 200; i += 13) {
      const at::Tensor row = descriptors[chosen[static_cast<size_t>(some[i].item<int64_t>())]];
      EXPECT_TRUE(at::allclose(held.At(some)[i], row / row.norm()));
    }
    const at::Tensor projection = at::randn({4, 33});
    const at::Tensor all = at::arange(size, at::kLong);
    EXPECT_TRUE(at::equal(held.Embed(all, projection), fetched.Embed(all, projection)));
    // In blocks a product may round otherwise.
    EXPECT_TRUE(
        at::allclose(held.Embed(all, projection), held.At(all).mm(projection.t()), 1e-4, 1e-5));
    EXPECT_TRUE(at::equal(PrincipalDirections(held, 1), PrincipalDirections(fetched, 1)));
    int64_t num_rows = 0;
    fetched.ForEachBlock([&](const at::Tensor& block) {
      EXPECT_TRUE(at::equal(block, held.At(all).narrow(0, num_rows, block.size(0))));
      num_rows += block.size(0);
    });
    EXPECT_EQ(num_rows, size);
  }
}

}  // namespace
}  // namespace facet
