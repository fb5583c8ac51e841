// A benchmark of a step that is repeated, for the kinds with tensors.
//
// What a step needs (a network, say) is made when its benchmark begins, once, and is gone when
// another begins; the first step, in which LibTorch makes what it keeps, is not counted. Google
// Benchmark by itself would make it anew each time that it looks for the number of iterations.
#ifndef FACET_BENCHMARKS_TENSOR_STEP_H_
#define FACET_BENCHMARKS_TENSOR_STEP_H_

#include <ATen/core/Tensor.h>
#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "benchmarks/components.h"
#include "core/api/tuples.h"

namespace facet::bench {

class TensorStep {
 public:
  virtual ~TensorStep() = default;
  virtual absl::Status Run() = 0;
  // Figures beside the time, after the last Run.
  virtual void Report(benchmark::State& state) const { static_cast<void>(state); }
};

using MakeStepFunction = std::function<absl::StatusOr<std::unique_ptr<TensorStep>>()>;

// Registers <kind>/<component>/<name>, by the wall clock. items: of one step.
void AddStep(const Subject& subject, const std::string& name, benchmark::TimeUnit unit,
             int64_t items, MakeStepFunction make);

// LibTorch as a stage of facet sets it up: this machine's processors, deterministic algorithms.
void PrepareTensors();

// Standard normal numbers, the same each time.
at::Tensor Noise(at::IntArrayRef shape, uint64_t seed);

// Four samples a person, neighbours: labels [size], and embeddings of unit length, a fifth of whose
// variance is the person's: positive pairs are nearer than negative ones by and large, not always.
at::Tensor LabelsOfPeople(int64_t size);
at::Tensor EmbeddingsOfPeople(int64_t size, int64_t dimension);
// For each ordered pair of two samples of one person a third of another person; size at least 8.
Tuples TripletsOfPeople(int64_t size);

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_TENSOR_STEP_H_
