// An optimiser's step over one tensor on the CPU: one pass over the memory instead of one per
// operation. At 139 M weights that is what an update costs.
#ifndef FACET_PLUGINS_OPTIMIZERS_FUSED_UPDATE_H_
#define FACET_PLUGINS_OPTIMIZERS_FUSED_UPDATE_H_

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "core/api/optimizer.h"

namespace facet {

inline constexpr int64_t kUpdatePart = 1 << 15;  // values: they stay in a processor's own cache

// Calls each(part, begin, end) for fixed parts of [0, size), in any order and thread.
template <class Each>
void ForEachPart(int64_t size, const Each& each) {
  const int64_t num_parts = (size + kUpdatePart - 1) / kUpdatePart;
  at::parallel_for(0, num_parts, 1, [&](int64_t first, int64_t last) {
    for (int64_t part = first; part < last; ++part) {
      each(part, part * kUpdatePart, std::min(size, (part + 1) * kUpdatePart));
    }
  });
}

// Calls use(data) with the gradient's data, float or bfloat16.
template <class Use>
auto WithGradientData(const OptimizedTensor& tensor, const Use& use) {
  return tensor.gradient.scalar_type() == at::kBFloat16
             ? use(static_cast<const c10::BFloat16*>(tensor.gradient.data_ptr<c10::BFloat16>()))
             : use(static_cast<const float*>(tensor.gradient.data_ptr<float>()));
}

// Calls update(gradient, values, begin, end) with the data of gradient and value for all parts,
// each of which is then rounded into `rounded`, where there is one. What `update` does element by
// element does not depend on the number of threads.
template <class Update>
void UpdateFused(const OptimizedTensor& tensor, const Update& update) {
  float* const values = tensor.value.data_ptr<float>();
  c10::BFloat16* const rounded =
      tensor.rounded.defined() ? tensor.rounded.data_ptr<c10::BFloat16>() : nullptr;
  WithGradientData(tensor, [&](const auto* gradient) {
    ForEachPart(tensor.value.numel(), [&](int64_t, int64_t begin, int64_t end) {
      update(gradient, values, begin, end);
      if (rounded == nullptr) return;
      for (int64_t i = begin; i < end; ++i) rounded[i] = static_cast<c10::BFloat16>(values[i]);
    });
  });
}

// What UpdateFused does at last, for steps in tensor operations (other devices).
inline void RoundValue(const OptimizedTensor& tensor) {
  if (tensor.rounded.defined()) tensor.rounded.copy_(tensor.value);
}

// The sums of_part(begin, end) of all parts, added in order: the same bits with any number of
// threads.
template <size_t count, class OfPart>
std::array<double, count> SumOfParts(int64_t size, const OfPart& of_part) {
  std::vector<std::array<double, count>> sums(
      static_cast<size_t>((size + kUpdatePart - 1) / kUpdatePart));
  ForEachPart(size, [&](int64_t part, int64_t begin, int64_t end) {
    sums[static_cast<size_t>(part)] = of_part(begin, end);
  });
  std::array<double, count> total = {};
  for (const auto& sum : sums) {
    for (size_t i = 0; i < count; ++i) total[i] += sum[i];
  }
  return total;
}

// The sum of term(i)^2 over [begin, end), in an order that vectorises: as lanes.
template <class Term>
double SquaredSum(int64_t begin, int64_t end, const Term& term) {
  constexpr int64_t kLanes = 8;
  double lanes[kLanes] = {};
  int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const auto value = static_cast<double>(term(i + lane));
      lanes[lane] += value * value;
    }
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  for (; i < end; ++i) sum += static_cast<double>(term(i)) * static_cast<double>(term(i));
  return sum;
}

}  // namespace facet

#endif  // FACET_PLUGINS_OPTIMIZERS_FUSED_UPDATE_H_
