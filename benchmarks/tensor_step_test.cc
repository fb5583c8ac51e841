#include "benchmarks/tensor_step.h"

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <vector>

namespace facet::bench {
namespace {

int num_made = 0, num_alive = 0, most_alive = 0, num_steps = 0;

class CountedStep final : public TensorStep {
 public:
  explicit CountedStep(int fails_at) : fails_at_(fails_at) {
    ++num_made;
    most_alive = std::max(most_alive, ++num_alive);
  }
  ~CountedStep() override { --num_alive; }

  absl::Status Run() override {
    ++num_steps;
    if (++own_steps_ == fails_at_) throw std::runtime_error("it broke");
    return absl::OkStatus();
  }
  void Report(benchmark::State& state) const override { state.counters["steps"] = own_steps_; }

 private:
  const int fails_at_;
  int own_steps_ = 0;
};

class Collector final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) by_name[run.benchmark_name()] = run;
  }
  std::map<std::string, Run> by_name;
};

TEST(TensorStep, IsMadeOnceAndEndsBeforeTheNextAndItsErrorIsTheBenchmarks) {
  ComponentInfo info;
  info.kind = "loss";
  info.name = "counted";
  const Subject subject(info, Json::object());
  const auto make = [](int fails_at) {
    return [fails_at]() -> absl::StatusOr<std::unique_ptr<TensorStep>> {
      return std::make_unique<CountedStep>(fails_at);
    };
  };
  AddStep(subject, "a", benchmark::kMicrosecond, 7, make(-1));
  AddStep(subject, "b", benchmark::kMicrosecond, 1, make(-1));
  AddStep(subject, "fails", benchmark::kMicrosecond, 1, make(3));
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector, "loss/counted/");
  EXPECT_EQ(num_made, 3);
  EXPECT_EQ(most_alive, 1);
  const auto& runs = collector.by_name;
  ASSERT_EQ(runs.count("loss/counted/a/real_time"), 1u);
  const auto& a = runs.at("loss/counted/a/real_time");
  // All tries count as steps of one object, and the first step is nobody's.
  EXPECT_GT(a.counters.at("steps").value, static_cast<double>(a.iterations));
  EXPECT_NEAR(a.counters.at("items_per_second").value * a.real_accumulated_time / a.iterations, 7,
              1e-6);
  // The releases of Google Benchmark name an error differently; all leave out its figures.
  EXPECT_TRUE(runs.at("loss/counted/fails/real_time").counters.empty());
  benchmark::ClearRegisteredBenchmarks();
  EXPECT_EQ(num_alive, 0);
}

TEST(TensorStep, PeopleAreFourNeighboursAndTripletsAreOfTwo) {
  for (const int64_t size : {8, 9, 11, 64}) {
    const at::Tensor labels = LabelsOfPeople(size);
    const Tuples t = TripletsOfPeople(size);
    const auto person = [&](const at::Tensor& i) { return labels.index_select(0, i); };
    EXPECT_TRUE(person(t.anchors).eq(person(t.positives)).all().item<bool>()) << size;
    EXPECT_TRUE(t.anchors.ne(t.positives).all().item<bool>()) << size;
    EXPECT_TRUE(person(t.anchors).ne(person(t.negatives)).all().item<bool>()) << size;
    if (size % 4 == 0) {
      EXPECT_EQ(t.anchors.numel(), size * 3);
    }
  }
  const at::Tensor x = EmbeddingsOfPeople(256, 128);
  const at::Tensor cosines = x.mm(x.t());
  const at::Tensor same = LabelsOfPeople(256).unsqueeze(1).eq(LabelsOfPeople(256).unsqueeze(0));
  const at::Tensor positives = cosines.masked_select(same.clone().fill_diagonal_(0));
  // 768 pairs' mean: a fifth, give or take some standard errors of 0.09 / sqrt(768 / 4).
  EXPECT_NEAR(positives.mean().item<double>(), 0.2, 0.03);
  EXPECT_NEAR(cosines.masked_select(same.logical_not()).mean().item<double>(), 0.0, 0.01);
}

}  // namespace
}  // namespace facet::bench
