// Labels of a loss that was made for so many identities.
#ifndef FACET_PLUGINS_LOSSES_LABEL_RANGE_H_
#define FACET_PLUGINS_LOSSES_LABEL_RANGE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace facet {

// A label outside [0, num_classes), if there is one. Elsewhere than on the CPU the kernels check: to
// look here would be to wait for the device.
inline std::optional<int64_t> LabelOutside(const at::Tensor& labels, int64_t num_classes) {
  if (labels.numel() == 0 || !labels.is_cpu()) return std::nullopt;
  const int64_t low = labels.min().item<int64_t>(), high = labels.max().item<int64_t>();
  if (low >= 0 && high < num_classes) return std::nullopt;
  return low < 0 ? low : high;
}

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_LABEL_RANGE_H_
