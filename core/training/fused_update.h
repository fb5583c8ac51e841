// An optimiser's step over one tensor on the CPU: one pass over the memory instead of one per
// operation. At 139 M weights that is what an update costs.
#ifndef FACET_CORE_TRAINING_FUSED_UPDATE_H_
#define FACET_CORE_TRAINING_FUSED_UPDATE_H_

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace facet {

inline constexpr int64_t kUpdateGrain = 1 << 15;  // values per task

// Calls update(gradient, values, begin, end) with the data of `gradient` (float or bfloat16) and
// `master` (float) for parts of [0, size), in any order and thread; then rounds those values to a
// bfloat16 `parameter`. Element by element, so the number of threads does not matter to the result.
template <class Update>
void UpdateFused(const at::Tensor& gradient, const at::Tensor& parameter, const at::Tensor& master,
                 const Update& update) {
  float* const values = master.data_ptr<float>();
  if (parameter.scalar_type() == at::kBFloat16) {
    const c10::BFloat16* const data = gradient.data_ptr<c10::BFloat16>();
    c10::BFloat16* const rounded = parameter.data_ptr<c10::BFloat16>();
    at::parallel_for(0, master.numel(), kUpdateGrain, [&](int64_t begin, int64_t end) {
      update(data, values, begin, end);
      for (int64_t i = begin; i < end; ++i) rounded[i] = static_cast<c10::BFloat16>(values[i]);
    });
    return;
  }
  const float* const data = gradient.data_ptr<float>();
  at::parallel_for(0, master.numel(), kUpdateGrain,
                   [&](int64_t begin, int64_t end) { update(data, values, begin, end); });
}

}  // namespace facet

#endif  // FACET_CORE_TRAINING_FUSED_UPDATE_H_
