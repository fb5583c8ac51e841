#include "plugins/miners/measured_rows.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "core/api/unit_rows.h"

namespace facet {

at::Tensor RowsToMeasure(const at::Tensor& embeddings, const DistanceOptions& options) {
  constexpr int64_t kRowsAtOnce = 64;  // nothing of all rows is made beside the result
  const bool unit = options.normalize || options.distance == "cosine";
  const at::Tensor x = embeddings.detach().cpu();
  const int64_t dimension = x.size(1);
  const at::Tensor rows = at::zeros({x.size(0), (dimension + kRowStep - 1) / kRowStep * kRowStep},
                                    x.options().dtype(at::kDouble));
  at::parallel_for(0, x.size(0), kRowsAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t first = begin; first < end; first += kRowsAtOnce) {
      const int64_t count = std::min(kRowsAtOnce, end - first);
      const at::Tensor some = x.narrow(0, first, count).to(at::kDouble);
      rows.narrow(0, first, count).narrow(1, 0, dimension).copy_(unit ? UnitRows(some) : some);
    }
  });
  return rows;
}

absl::Status NotFinite() {
  return absl::InvalidArgumentError(
      "embeddings hold values that are not finite or have no finite distance: the training "
      "diverged; lower the learning rate");
}

}  // namespace facet
