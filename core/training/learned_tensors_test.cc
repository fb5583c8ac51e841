// What the host does around an optimiser: groups, norms, masters, checkpoints, averages.
#include "core/training/learned_tensors.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "core/training/weight_average.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

at::Tensor Learned(const at::Tensor& values) { return values.clone().set_requires_grad(true); }

// w <- w - rate (g + decay w), and a state that counts: sums of gradients.
class Descent : public Optimizer {
 public:
  explicit Descent(double decay = 0.0, std::string state = "sum")
      : decay_(decay), state_(std::move(state)) {}
  std::vector<std::string> StateNames() const override { return {state_}; }
  absl::Status Step(const OptimizedTensor& tensor, const OptimizerStep& step) const override {
    const at::Tensor g = tensor.gradient.to(at::kFloat) * step.gradient_scale +
                         tensor.value * (tensor.decays ? decay_ : 0.0);
    at::Tensor state = tensor.state[0], value = tensor.value;
    state.add_(g);
    value.sub_(g * step.rate);
    numbers_.push_back(step.number);
    return absl::OkStatus();
  }
  mutable std::vector<int64_t> numbers_;

 private:
  const double decay_;
  const std::string state_;
};

StoredTensors State(const LearnedTensors& learned, bool state) {
  TensorSources sources;
  learned.Export(state, &sources);
  return *ParseTensors(SerializeTensors(sources));
}
std::vector<float> Exported(const LearnedTensors& learned, const std::string& name) {
  return State(learned, false).tensors.at(name).values;
}

GroupSettings Group(std::vector<std::string> tensors) {
  GroupSettings settings;
  settings.tensors = std::move(tensors);
  return settings;
}

class LearnedTensorsTest : public testing::Test {
 protected:
  // A layer with a bias, a head, and what a loss learns: all ones.
  void AddAll(LearnedTensors& learned) {
    ASSERT_TRUE(
        learned
            .Add("", {{"conv.weight", weight_}, {"conv.bias", bias_}, {"head.weight", head_}}, {})
            .ok());
    ASSERT_TRUE(learned.Add("loss.", {{"beta", beta_, /*decays=*/false}}, {}).ok());
  }
  // Each has the gradient 1.
  void Backward(LearnedTensors& learned) {
    learned.ZeroGradients();
    (weight_.sum() + bias_.sum() + head_.sum() + beta_.sum()).backward();
  }
  std::vector<float> Firsts(const LearnedTensors& learned) {
    std::vector<float> values;
    for (const char* name : {"conv.weight", "conv.bias", "head.weight", "loss.beta"}) {
      values.push_back(Exported(learned, name)[0]);
    }
    return values;
  }
  at::Tensor weight_ = Learned(at::ones({2, 2})), bias_ = Learned(at::ones({2})),
             head_ = Learned(at::ones({1, 2})), beta_ = Learned(at::ones({1, 1}));
};

TEST_F(LearnedTensorsTest, GroupsChangeRatesTogether) {
  const Descent rule;
  LearnedTensors learned(rule, "descent", true);
  AddAll(learned);
  GroupSettings all = Group({"*"}), late = Group({"head.*", "loss.*"});
  all.rate_factor = 0.5;
  late.rate_factor = 4;
  ASSERT_TRUE(learned.SetGroups({{"a", all}, {"b", late}}, {}).ok());
  Backward(learned);
  ASSERT_TRUE(learned.Step(0.125).ok());
  EXPECT_THAT(Firsts(learned), ElementsAre(1 - 0.0625f, 1 - 0.0625f, 0.75f, 0.75f));
  ASSERT_TRUE(learned.SetGroups({}, {}).ok());  // the next phase has none
  Backward(learned);
  ASSERT_TRUE(learned.Step(0.125).ok());
  EXPECT_THAT(Firsts(learned), ElementsAre(1 - 0.1875f, 1 - 0.1875f, 0.625f, 0.625f));
}

TEST_F(LearnedTensorsTest, FrozenTensorsStayAndCostNoGradient) {
  const Descent rule;
  LearnedTensors learned(rule, "descent", true);
  AddAll(learned);
  GroupSettings copied = Group({"*"});
  copied.origin = "copied";
  copied.frozen = true;
  ASSERT_TRUE(learned.SetGroups({{"g", copied}}, {"conv.weight", "conv.bias"}).ok());
  EXPECT_FALSE(weight_.requires_grad());
  Backward(learned);
  EXPECT_FALSE(weight_.grad().defined());
  ASSERT_TRUE(learned.Step(0.5).ok());
  EXPECT_THAT(Firsts(learned), ElementsAre(1, 1, 0.5f, 0.5f));
  EXPECT_TRUE(learned.CheckGradients("").ok()) << "frozen ones need none";
  EXPECT_TRUE(learned.Learns(""));
  // They learn later, and count their own steps.
  ASSERT_TRUE(learned.SetGroups({}, {}).ok());
  rule.numbers_.clear();
  Backward(learned);
  ASSERT_TRUE(learned.Step(0.5).ok());
  EXPECT_THAT(Firsts(learned), ElementsAre(0.5f, 0.5f, 0, 0));
  EXPECT_THAT(rule.numbers_, ElementsAre(1, 1, 2, 2));
}

TEST_F(LearnedTensorsTest, DecayIsWhatTensorRowAndGroupAllow) {
  const auto run = [&](bool decay_vectors, const std::vector<TensorGroup>& groups) {
    for (at::Tensor* tensor : {&weight_, &bias_, &head_, &beta_}) {
      *tensor = Learned(at::ones(tensor->sizes()));
    }
    const Descent rule(/*decay=*/0.5);
    LearnedTensors learned(rule, "descent", decay_vectors);
    AddAll(learned);
    EXPECT_TRUE(learned.SetGroups(groups, {}).ok());
    learned.ZeroGradients();
    (0 * (weight_.sum() + bias_.sum() + head_.sum() + beta_.sum())).backward();
    EXPECT_TRUE(learned.Step(1.0).ok());
    return Firsts(learned);
  };
  EXPECT_THAT(run(true, {}), ElementsAre(0.5f, 0.5f, 0.5f, 1));
  EXPECT_THAT(run(false, {}), ElementsAre(0.5f, 1, 0.5f, 1));
  GroupSettings head = Group({"head.weight"});
  head.decay = false;
  EXPECT_THAT(run(true, {{"g", head}}), ElementsAre(0.5f, 0.5f, 1, 1));
  EXPECT_THAT(run(true, {{"g", head}, {"h", Group({"*"})}}), ElementsAre(0.5f, 0.5f, 1, 1))
      << "what another group does not say changes nothing";
  EXPECT_THAT(run(true, {{"g", Group({"*"})}}), ElementsAre(0.5f, 0.5f, 0.5f, 1))
      << "a group cannot make a tensor decay that never does";
}

TEST_F(LearnedTensorsTest, SaysWhichGroupIsWrong) {
  const Descent rule;
  LearnedTensors learned(rule, "descent", true);
  AddAll(learned);
  EXPECT_THAT(
      std::string(learned.SetGroups({{"train.groups.x", Group({"fc8.*", "fc9"})}}, {}).message()),
      HasSubstr("train.groups.x has no tensor: of those that are learned none is called "
                "fc8.* or fc9; they are: conv.weight, conv.bias, head.weight, loss.beta"));
  GroupSettings copied = Group({"*"});
  copied.origin = "copied";
  EXPECT_THAT(std::string(learned.SetGroups({{"g", copied}}, {}).message()),
              HasSubstr("g.origin = \"copied\", but nothing is copied"));
  copied.tensors = {"head*"};
  EXPECT_THAT(std::string(learned.SetGroups({{"g", copied}}, {"conv.bias"}).message()),
              HasSubstr("of those that are copied none is called head*; they are: conv.weight, "
                        "conv.bias (copied), head.weight, loss.beta"));
  copied.tensors = {"*"};
  copied.origin = "any";
  copied.frozen = true;
  EXPECT_THAT(std::string(learned.SetGroups({{"g", copied}}, {}).message()),
              HasSubstr("every learned tensor is frozen"));
}

// A climb of 1 that the step takes back; the state is what it came from.
class Climber : public Descent {
 public:
  bool climbs() const override { return true; }
  absl::Status Climb(const OptimizedTensor& tensor, const OptimizerStep&, double) const override {
    at::Tensor state = tensor.state[0], value = tensor.value;
    state.copy_(value);
    value.add_(1);
    return absl::OkStatus();
  }
  absl::Status Step(const OptimizedTensor& tensor, const OptimizerStep& step) const override {
    at::Tensor value = tensor.value;
    value.copy_(tensor.state[0] - step.rate * tensor.gradient);
    return absl::OkStatus();
  }
};

TEST(LearnedTensors, AClimbIsTakenBackWhateverHasASecondGradient) {
  const Climber rule;
  LearnedTensors learned(rule, "climber", true);
  at::Tensor both = Learned(at::ones({2})), first = Learned(at::ones({2})),
             second = Learned(at::ones({2}));
  ASSERT_TRUE(learned.Add("", {{"both", both}, {"first", first}, {"second", second}}, {}).ok());
  (both.sum() + first.sum()).backward();
  ASSERT_TRUE(learned.Climb(0.5, 1, 1).ok());
  EXPECT_EQ(Exported(learned, "both")[0], 2.0f);
  EXPECT_EQ(Exported(learned, "second")[0], 1.0f);
  learned.ZeroGradients();
  (both.sum() + second.sum()).backward();
  ASSERT_TRUE(learned.Step(0.5).ok());
  EXPECT_EQ(Exported(learned, "both")[0], 0.5f);
  EXPECT_EQ(Exported(learned, "first")[0], 1.0f);
  EXPECT_EQ(Exported(learned, "second")[0], 1.0f);
}

TEST(LearnedTensors, MastersKeepSmallStepsAndRoundThem) {
  const Descent rule;
  LearnedTensors learned(rule, "descent", true);
  at::Tensor w = Learned(at::ones({3}));
  ASSERT_TRUE(learned.Add("", {{"w", w}}, {at::kCPU, at::kBFloat16}).ok());
  EXPECT_EQ(w.scalar_type(), at::kBFloat16);
  for (int i = 0; i < 16; ++i) {
    learned.ZeroGradients();
    w.sum().backward();
    ASSERT_TRUE(learned.Step(1.0 / 1024).ok());  // a quarter of what bfloat16 shows below 1
  }
  EXPECT_EQ(Exported(learned, "w")[0], 1 - 16.0f / 1024);
  EXPECT_EQ(w[0].item<float>(), 1 - 16.0f / 1024);
}

TEST(LearnedTensors, GoOnFromTheirState) {
  const Descent rule;
  at::Tensor w = Learned(at::ones({2})), v = Learned(at::zeros({2}));
  LearnedTensors first(rule, "descent", true), second(rule, "descent", true);
  ASSERT_TRUE(first.Add("", {{"w", w}}, {}).ok());
  ASSERT_TRUE(second.Add("", {{"w", v}}, {}).ok());
  w.sum().backward();
  ASSERT_TRUE(first.Step(0.25).ok());
  ASSERT_TRUE(second.Import(State(first, true)).ok());
  EXPECT_EQ(SerializeTensors(State(second, true)), SerializeTensors(State(first, true)));
  rule.numbers_.clear();
  v.sum().backward();
  ASSERT_TRUE(second.Step(0.25).ok());
  EXPECT_THAT(rule.numbers_, ElementsAre(2));

  const Descent other(0.0, "moment");
  LearnedTensors third(other, "other", true);
  at::Tensor u = Learned(at::ones({2}));
  ASSERT_TRUE(third.Add("", {{"w", u}}, {}).ok());
  const absl::Status status = third.Import(State(first, true));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no tensor moment/w"));
}

TEST(LearnedTensors, GradientsHaveOneNormTogether) {
  const int threads = at::get_num_threads();
  double norms[2];
  for (const int i : {0, 1}) {
    at::set_num_threads(i + 1);
    at::manual_seed(3);
    at::Tensor network = Learned(at::zeros({300, 400})), proxy = Learned(at::zeros({7}));
    const at::Tensor a = at::randn({300, 400}).to(at::kBFloat16), b = at::randn({7});
    const Descent rule;
    LearnedTensors learned(rule, "descent", true);
    ASSERT_TRUE(learned.Add("", {{"w", network}}, {at::kCPU, at::kBFloat16}).ok());
    ASSERT_TRUE(learned.Add("loss.", {{"w", proxy}}, {}).ok());
    (network * a).sum().backward();
    (proxy * b).sum().backward();
    norms[i] = learned.GradientNorm();
    const double sum = a.to(at::kDouble).square().sum().item<double>() +
                       b.to(at::kDouble).square().sum().item<double>();
    EXPECT_NEAR(norms[i], std::sqrt(sum), 1e-9 * std::sqrt(sum));  // order of 120,007 additions
  }
  EXPECT_EQ(norms[0], norms[1]);
  at::set_num_threads(threads);
}

TEST(LearnedTensors, NameATensorWithoutAGradient) {
  at::Tensor used = Learned(at::ones({2})), orphan = Learned(at::ones({2}));
  at::Tensor network = Learned(at::ones({2}));
  const Descent rule;
  LearnedTensors learned(rule, "descent", true);
  ASSERT_TRUE(learned.Add("", {{"w", network}}, {}).ok());
  ASSERT_TRUE(learned.Add("loss.", {{"used", used}, {"orphan", orphan}}, {}).ok());
  (used.sum() + network.sum()).backward();
  ASSERT_TRUE(learned.Step(0.1).ok());
  EXPECT_TRUE(learned.CheckGradients("").ok());
  EXPECT_THAT(std::string(learned.CheckGradients("loss.").message()),
              HasSubstr("learned tensor loss.orphan gets no gradient"));
  learned.ZeroGradients();
  orphan.sum().backward();  // in a later step: it learns after all
  ASSERT_TRUE(learned.Step(0.1).ok());
  EXPECT_TRUE(learned.CheckGradients("loss.").ok());
  EXPECT_THAT(std::string(learned.Add("loss.", {{"used", used}}, {}).message()), HasSubstr("two"));
  EXPECT_THAT(std::string(learned.Add("", {{"fixed", at::ones({1})}}, {}).message()),
              HasSubstr("fixed is no leaf that requires a gradient"));
}

// The recurrence written out in double precision.
TEST(WeightAverage, IsTheFormulaAndSwapsThereAndBack) {
  at::Tensor w = at::full({2}, 3.0);
  WeightAverage average(0.4);
  average.Begin({{"w", w}});
  double naive = 3.0;
  for (int t = 1; t <= 30; ++t) {
    w.fill_(std::sin(t));
    average.Update(t);
    const double decay = std::min(0.4, (1.0 + t) / (10.0 + t));
    naive = decay * naive + (1 - decay) * std::sin(t);
    EXPECT_NEAR(average.averages()[0].tensor[0].item<double>(), naive, 1e-6);  // float32 roundings
  }
  const at::Tensor value = w.clone();
  average.Swap();
  EXPECT_NEAR(w[1].item<double>(), naive, 1e-6);
  average.Swap();
  EXPECT_TRUE(at::equal(w, value));
  TensorSources sources;
  average.Export(&sources);
  WeightAverage again(0.4);
  again.Begin({{"w", w}});
  ASSERT_TRUE(again.Import(*ParseTensors(SerializeTensors(sources))).ok());
  EXPECT_TRUE(at::equal(again.averages()[0].tensor, average.averages()[0].tensor));
  EXPECT_EQ(again.Import(StoredTensors()).code(), absl::StatusCode::kDataLoss);
  WeightAverage none(0);
  none.Begin({{"w", w}});
  none.Update(1);
  EXPECT_TRUE(none.averages().empty());
}

}  // namespace
}  // namespace facet
