#include "plugins/curators/local_descriptors/matrix_rows.h"

#include <omp.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace facet {
namespace {

class OneBlasThread {
 public:
  OneBlasThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneBlasThread() { omp_set_num_threads(before_); }
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;

 private:
  int before_;  // of the calling thread alone
};

cv::Mat Multiply(const cv::Mat& a, const cv::Mat& b, int flags) {
  const OneBlasThread one_thread;
  cv::Mat product;
  cv::gemm(a, b, 1.0, cv::noArray(), 0.0, product, flags);
  return product;
}

}  // namespace

absl::Status CheckRows(const cv::Mat& rows, int min_rows, int columns, const std::string& what) {
  if (rows.dims != 2 || rows.type() != CV_32FC1 || !rows.isContinuous() || rows.rows < min_rows ||
      rows.cols < 1 || (columns != 0 && rows.cols != columns)) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": they are ", rows.rows, " x ", rows.cols, " of OpenCV type ",
                     cv::typeToString(rows.type()), rows.isContinuous() ? "" : " (with gaps)",
                     "; give a packed float32 matrix of at least ", min_rows, " rows",
                     columns == 0 ? std::string() : absl::StrCat(" and ", columns, " columns")));
  }
  cv::Point place;
  if (!cv::checkRange(rows, true, &place)) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": row ", place.y, ", column ", place.x,
                                                   " is not finite; leave such rows out"));
  }
  return absl::OkStatus();
}

cv::Mat Product(const cv::Mat& a, const cv::Mat& b) { return Multiply(a, b, 0); }

cv::Mat ProductTransposed(const cv::Mat& a, const cv::Mat& b) {
  return Multiply(a, b, cv::GEMM_2_T);
}

void NormaliseL2(float* values, int count) {
  double square = 0.0;
  for (int i = 0; i < count; ++i) square += static_cast<double>(values[i]) * values[i];
  const auto factor = static_cast<float>(1.0 / std::max(std::sqrt(square), 1e-12));
  for (int i = 0; i < count; ++i) values[i] *= factor;
}

void SignedRoot(float* values, int count) {
  for (int i = 0; i < count; ++i) {
    values[i] = std::copysign(std::sqrt(std::abs(values[i])), values[i]);
  }
}

}  // namespace facet
