#include "plugins/aligners/patches/similarity.h"

#include <cmath>
#include <complex>

#include "absl/strings/str_cat.h"

namespace facet {
namespace {

using Complex = std::complex<double>;

Complex AsComplex(const Point& p) { return {p.x, p.y}; }

Complex Mean(const std::vector<Point>& points) {
  Complex sum = 0.0;
  for (const Point& point : points) sum += AsComplex(point);
  return sum / static_cast<double>(points.size());
}

}  // namespace

// In the plane Umeyama's solution needs no singular values: with points as complex numbers a
// similarity is z -> s z + t, and the best s is sum(conj(p) q) / sum(|p|^2) over centred p and q. A
// reflection (z -> s conj(z) + t) is not of this form, so none can come out.
absl::StatusOr<Similarity> FitSimilarity(const std::vector<Point>& from,
                                         const std::vector<Point>& to) {
  if (from.size() != to.size() || from.size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("a similarity needs two points or more on each "
                     "side, got ",
                     from.size(), " and ", to.size()));
  }
  const Complex from_mean = Mean(from), to_mean = Mean(to);
  Complex product = 0.0;
  double from_spread = 0.0, to_spread = 0.0;
  for (size_t i = 0; i < from.size(); ++i) {
    const Complex p = AsComplex(from[i]) - from_mean, q = AsComplex(to[i]) - to_mean;
    product += std::conj(p) * q;
    from_spread += std::norm(p);
    to_spread += std::norm(q);
  }
  // Also refuses points that are not finite.
  if (!(std::abs(product) > 1e-12 * std::sqrt(from_spread * to_spread))) {
    return absl::InvalidArgumentError("the points fix no similarity: they lie in one place");
  }
  const Complex s = product / from_spread;
  const Complex t = to_mean - s * from_mean;
  Similarity fit;
  fit.to_from_from = {{s.real(), -s.imag(), t.real(), s.imag(), s.real(), t.imag()}};
  double squares = 0.0;
  for (size_t i = 0; i < from.size(); ++i) {
    squares += std::norm(s * AsComplex(from[i]) + t - AsComplex(to[i]));
  }
  fit.residual_rms = std::sqrt(squares / static_cast<double>(from.size()));
  return fit;
}

}  // namespace facet
