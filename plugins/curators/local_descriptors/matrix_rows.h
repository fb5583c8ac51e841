// Matrices whose rows are vectors: what functions that take them check, and products of them.
#ifndef FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_MATRIX_ROWS_H_
#define FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_MATRIX_ROWS_H_

#include <opencv2/core.hpp>
#include <string>

#include "absl/status/status.h"

namespace facet {

// InvalidArgument unless `rows` is float32 [N >= min_rows, columns], packed and finite; `columns`
// 0: any number. Begins with `what`, which names the matrix.
absl::Status CheckRows(const cv::Mat& rows, int min_rows, int columns, const std::string& what);

// a b, or a b^T. The BLAS below OpenCV stays on the calling thread: parallel callers do not compete
// for processors, and the bits do not depend on their number. (OpenMP builds of OpenBLAS; it is
// the one that facet installs.)
cv::Mat Product(const cv::Mat& a, const cv::Mat& b);
cv::Mat ProductTransposed(const cv::Mat& a, const cv::Mat& b);

// Divides by the l2 norm; one below 1e-12 counts as that (as VLFeat has it). In place.
void NormaliseL2(float* values, int count);
// sign(z) sqrt|z|, in place.
void SignedRoot(float* values, int count);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_MATRIX_ROWS_H_
