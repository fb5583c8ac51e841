#include "plugins/curators/duplicates/vlad.h"

#include <algorithm>

#include "core/base/status.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"

namespace facet {
namespace {

constexpr int kBlockRows = 1024;

}  // namespace

std::vector<int> NearestWords(const cv::Mat& words, const cv::Mat& descriptors) {
  std::vector<float> half_squares(static_cast<size_t>(words.rows));
  for (int k = 0; k < words.rows; ++k) {
    half_squares[static_cast<size_t>(k)] = static_cast<float>(0.5 * words.row(k).dot(words.row(k)));
  }
  std::vector<int> nearest;
  nearest.reserve(static_cast<size_t>(descriptors.rows));
  for (int begin = 0; begin < descriptors.rows; begin += kBlockRows) {
    const int end = std::min(descriptors.rows, begin + kBlockRows);
    const cv::Mat products = ProductTransposed(descriptors.rowRange(begin, end), words);
    for (int i = 0; i < products.rows; ++i) {
      // |x - w|^2 = |x|^2 - 2 (x w - |w|^2 / 2)
      const float* const product = products.ptr<float>(i);
      int best = 0;
      for (int k = 1; k < words.rows; ++k) {
        if (product[k] - half_squares[static_cast<size_t>(k)] >
            product[best] - half_squares[static_cast<size_t>(best)]) {
          best = k;
        }
      }
      nearest.push_back(best);
    }
  }
  return nearest;
}

absl::StatusOr<cv::Mat> EncodeVlad(const cv::Mat& words, const cv::Mat& descriptors) {
  FACET_RETURN_IF_ERROR(CheckRows(words, 1, 0, "VLAD: the words"));
  FACET_RETURN_IF_ERROR(CheckRows(descriptors, 1, words.cols, "VLAD: the descriptors"));
  cv::Mat sums = cv::Mat::zeros(words.rows, words.cols, CV_32FC1);
  const std::vector<int> nearest = NearestWords(words, descriptors);
  for (int i = 0; i < descriptors.rows; ++i) {
    const int k = nearest[static_cast<size_t>(i)];
    const float* const descriptor = descriptors.ptr<float>(i);
    const float* const word = words.ptr<float>(k);
    float* const sum = sums.ptr<float>(k);
    for (int d = 0; d < words.cols; ++d) sum[d] += descriptor[d] - word[d];
  }
  for (int k = 0; k < words.rows; ++k) {
    SignedRoot(sums.ptr<float>(k), words.cols);
    NormaliseL2(sums.ptr<float>(k), words.cols);
  }
  const int size = words.rows * words.cols;
  NormaliseL2(sums.ptr<float>(), size);
  return sums.reshape(1, 1);
}

}  // namespace facet
