#include "benchmarks/tensor_step.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/api/guard.h"
#include "core/api/unit_rows.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/training/tensors.h"

namespace facet::bench {
namespace {

class Benchmark {
 public:
  Benchmark(std::string component, int64_t items, MakeStepFunction make)
      : component_(std::move(component)), items_(items), make_(std::move(make)) {}
  Benchmark(const Benchmark&) = delete;
  Benchmark& operator=(const Benchmark&) = delete;
  ~Benchmark() {
    if (begun_ == this) begun_ = nullptr;
  }

  void Run(benchmark::State& state) {
    absl::Status status = Begin();
    if (!status.ok()) return state.SkipWithError(std::string(status.message()).c_str());
    for (auto iteration : state) {
      static_cast<void>(iteration);
      status = Step();
      if (status.ok()) continue;
      state.SkipWithError(std::string(status.message()).c_str());
      break;
    }
    state.SetItemsProcessed(state.iterations() * items_);
    step_->Report(state);
  }

 private:
  absl::Status Begin() {
    if (begun_ == this) return absl::OkStatus();
    if (begun_ != nullptr) begun_->step_ = nullptr;
    begun_ = nullptr;
    FACET_ASSIGN_OR_RETURN(step_, Guard(component_, [this] { return make_(); }));
    FACET_RETURN_IF_ERROR(Step());
    begun_ = this;
    return absl::OkStatus();
  }

  absl::Status Step() {
    return Guard(component_, [this] { return step_->Run(); });
  }

  static inline Benchmark* begun_ = nullptr;  // the one that has a step

  const std::string component_;
  const int64_t items_;
  const MakeStepFunction make_;
  std::unique_ptr<TensorStep> step_;
};

}  // namespace

void AddStep(const Subject& subject, const std::string& name, benchmark::TimeUnit unit,
             int64_t items, MakeStepFunction make) {
  const std::string full = absl::StrCat(subject.info().kind, "/", subject.name(), "/", name);
  // Shared because what is registered can be copied.
  const auto shared = std::make_shared<Benchmark>(subject.name(), items, std::move(make));
  benchmark::RegisterBenchmark(full.c_str(),
                               [shared](benchmark::State& state) { shared->Run(state); })
      ->UseRealTime()
      ->Unit(unit);
}

void PrepareTensors() {
  const int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  FACET_CHECK(PrepareTorch("cpu", "float32", threads).ok());
}

at::Tensor Noise(at::IntArrayRef shape, uint64_t seed) {
  return at::randn(shape, at::detail::createCPUGenerator(seed));
}

at::Tensor LabelsOfPeople(int64_t size) {
  return at::arange(size, at::kLong).div(4, /*rounding_mode=*/"floor");
}

at::Tensor EmbeddingsOfPeople(int64_t size, int64_t dimension) {
  const at::Tensor people = Noise({size / 4 + 1, dimension}, 1);
  return UnitRows(people.index_select(0, LabelsOfPeople(size)) + 2 * Noise({size, dimension}, 2));
}

Tuples TripletsOfPeople(int64_t size) {
  const at::Tensor labels = LabelsOfPeople(size);
  const at::Tensor same = labels.unsqueeze(1).eq(labels.unsqueeze(0));
  const at::Tensor pairs = same.clone().fill_diagonal_(0).nonzero();
  Tuples tuples;
  tuples.kind = TupleKind::kTriplets;
  tuples.anchors = pairs.select(1, 0).contiguous();
  tuples.positives = pairs.select(1, 1).contiguous();
  // Who is four or more away on either side, around the end, is another person.
  const at::Tensor away = at::arange(tuples.anchors.numel(), at::kLong).remainder(size - 7) + 4;
  tuples.negatives = (tuples.anchors + away).remainder(size);
  return tuples;
}

}  // namespace facet::bench
