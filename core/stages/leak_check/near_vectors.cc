#include "core/stages/leak_check/near_vectors.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace facet {
namespace {

constexpr int64_t kQueryRows = 1024, kOtherRows = 4096;  // a block of products: 16 MiB
// Float products of unit vectors are this near to the exact cosine, with room to spare: the error
// of a sum of D products is below D 2^-24 in the worst case, about 2e-4 for D = 4096.
constexpr double kSlack = 1e-3;

// Rows first .. first + count - 1, scaled to unit length; rows without a direction become zeros.
at::Tensor UnitRows(const FloatArray& array, int64_t first, int64_t count) {
  const int64_t columns = array.shape[1];
  at::Tensor rows = at::zeros({count, columns}, at::kFloat);
  auto* const out = rows.data_ptr<float>();
  for (int64_t row = 0; row < count; ++row) {
    const float* const in = &array.values[static_cast<size_t>((first + row) * columns)];
    double squares = 0.0;
    for (int64_t d = 0; d < columns; ++d) squares += double{in[d]} * double{in[d]};
    if (!(squares > 0.0) || !std::isfinite(squares)) continue;
    const double scale = 1.0 / std::sqrt(squares);
    for (int64_t d = 0; d < columns; ++d)
      out[row * columns + d] = static_cast<float>(in[d] * scale);
  }
  return rows;
}

double Cosine(const float* a, const float* b, int64_t size) {
  double dot = 0.0, squares_a = 0.0, squares_b = 0.0;
  for (int64_t d = 0; d < size; ++d) {
    dot += double{a[d]} * double{b[d]};
    squares_a += double{a[d]} * double{a[d]};
    squares_b += double{b[d]} * double{b[d]};
  }
  return dot / std::sqrt(squares_a * squares_b);
}

}  // namespace

absl::StatusOr<std::vector<NearVector>> FindNearVectors(const FloatArray& queries,
                                                        const FloatArray& others,
                                                        double min_cosine) {
  const int64_t columns = queries.shape[1];
  if (others.shape[1] != columns) {
    return absl::DataLossError(absl::StrCat("descriptors of ", columns, " and of ", others.shape[1],
                                            " values cannot be compared"));
  }
  const at::NoGradGuard no_grad;
  std::vector<NearVector> nearest(static_cast<size_t>(queries.shape[0]));
  for (int64_t o = 0; o < others.shape[0]; o += kOtherRows) {
    const int64_t num_others = std::min(kOtherRows, others.shape[0] - o);
    const at::Tensor transposed = UnitRows(others, o, num_others).t();
    for (int64_t q = 0; q < queries.shape[0]; q += kQueryRows) {
      const int64_t num_queries = std::min(kQueryRows, queries.shape[0] - q);
      const at::Tensor products = at::mm(UnitRows(queries, q, num_queries), transposed);
      const auto* const product = products.data_ptr<float>();
      for (int64_t row = 0; row < num_queries; ++row) {
        NearVector& best = nearest[static_cast<size_t>(q + row)];
        for (int64_t column = 0; column < num_others; ++column) {
          const double floor = best.index < 0 ? min_cosine : best.cosine;
          if (product[row * num_others + column] < floor - kSlack) continue;
          const double cosine =
              Cosine(&queries.values[static_cast<size_t>((q + row) * columns)],
                     &others.values[static_cast<size_t>((o + column) * columns)], columns);
          // Equal vectors count at min_cosine = 1 whatever the last bit says.
          if (!(cosine >= min_cosine - 1e-12)) continue;
          if (best.index < 0 || cosine > best.cosine) best = {o + column, cosine};
        }
      }
    }
  }
  return nearest;
}

}  // namespace facet
