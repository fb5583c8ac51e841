// The descriptors that one W' learns from, at unit length, in memory that does not grow with their
// number: what is more than a device should hold is fetched from the file whenever it is needed.
#ifndef FACET_CORE_STAGES_PROJECT_TRAINING_ROWS_H_
#define FACET_CORE_STAGES_PROJECT_TRAINING_ROWS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"

namespace facet {

// Bytes of rows that are held: of a machine's memory, of a GPU's.
inline constexpr int64_t kHeldOnCpu = int64_t{1} << 30, kHeldOnGpu = int64_t{8} << 30;

class TrainingRows {
 public:
  // `rows` of descriptors [N, D] (float32, CPU; a mapped file may be behind them), which outlive
  // this. Up to `held_bytes` they are held on the device; the values are the same if they are not.
  TrainingRows(const at::Tensor& descriptors, const std::vector<int64_t>& rows, at::Device device,
               int64_t held_bytes);

  int64_t size() const { return rows_.numel(); }
  int64_t dimension() const { return descriptors_.size(1); }
  at::Device device() const { return device_; }

  // Those of `indices` [M] (int64, CPU): [M, D], float32, on the device.
  at::Tensor At(const at::Tensor& indices) const;
  // W' phi of each, [M, L]. No gradient.
  at::Tensor Embed(const at::Tensor& indices, const at::Tensor& projection) const;
  // All rows in order, some thousands at a time.
  void ForEachBlock(absl::FunctionRef<void(const at::Tensor& block)> take) const;

 private:
  at::Tensor Fetch(const at::Tensor& indices) const;

  const at::Tensor descriptors_, rows_;
  const at::Device device_;
  at::Tensor held_;  // all, or undefined
};

// Their L = `count` principal directions [L, D] (float32, CPU), largest variance first; the largest
// component of each is positive. Sums are float64, the decomposition is done on the CPU.
at::Tensor PrincipalDirections(const TrainingRows& rows, int64_t count);

}  // namespace facet

#endif  // FACET_CORE_STAGES_PROJECT_TRAINING_ROWS_H_
