// What batch miners measure: a batch's rows in float64, on the CPU, and what their distances are.
#ifndef FACET_PLUGINS_MINERS_MEASURED_ROWS_H_
#define FACET_PLUGINS_MINERS_MEASURED_ROWS_H_

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "plugins/distances/row_kernels.h"
#include "plugins/miners/distance_options.h"

namespace facet {

// How many distances are held at a time where not all of them are needed at once.
inline constexpr int64_t kDistancesAtOnce = int64_t{1} << 20;

// Rows whose distances the options name: float64, on the CPU, MeasurableRows().
at::Tensor RowsToMeasure(const at::Tensor& embeddings, const DistanceOptions& options);

// A distance, of what RowMeasure makes of two rows.
struct DistanceOfMeasure {
  bool cosine, root;
  explicit DistanceOfMeasure(const DistanceOptions& options)
      : cosine(options.distance == "cosine"), root(options.distance == "l2") {}
  RowMeasure measure() const {
    return cosine ? RowMeasure::kProduct : RowMeasure::kSquaredDistance;
  }
  double operator()(double measured) const {
    if (cosine) return 1 - std::clamp(measured, -1.0, 1.0);
    return root ? std::sqrt(measured) : measured;
  }
};

absl::Status NotFinite();

}  // namespace facet

#endif  // FACET_PLUGINS_MINERS_MEASURED_ROWS_H_
