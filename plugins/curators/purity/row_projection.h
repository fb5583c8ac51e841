// Principal components of long vectors, Fisher vectors say, from a drawn subset of them, by
// randomised subspace iteration (Halko, Martinsson, Tropp, SIAM Review 2011, algorithm 4.4): never
// a matrix of columns x columns.
#ifndef FACET_PLUGINS_CURATORS_PURITY_ROW_PROJECTION_H_
#define FACET_PLUGINS_CURATORS_PURITY_ROW_PROJECTION_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

struct RowProjection {
  cv::Mat mean;   // [1, D] float32
  cv::Mat basis;  // [P, D] float32: orthonormal rows, largest variance first; the entry of largest
                  // magnitude of each is positive
  double variance_kept = 0.0;  // share of the subset's variance, [0, 1]
};

// `rows` is float32 [N, D], and is overwritten (its mean is removed). P is `dimension`, or less
// where the rows do not span as much: at most N - 1 and D. The same bits for the same arguments and
// processor. InvalidArgument: another form, not finite, fewer than 2 rows, all rows equal.
absl::StatusOr<RowProjection> TrainRowProjection(cv::Mat rows, int dimension, uint64_t seed);

// [N, P] float32, each of unit l2 length: the mean removed, projected, divided by its norm.
cv::Mat ProjectRows(const RowProjection& projection, const cv::Mat& rows);

// A binary file with a SHA-256 of its content; reading gives the same bits. NotFound, or
// InvalidArgument for a file that is damaged or something else.
absl::Status WriteRowProjection(const RowProjection& projection, const std::string& path);
absl::StatusOr<RowProjection> ReadRowProjection(const std::string& path);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_ROW_PROJECTION_H_
