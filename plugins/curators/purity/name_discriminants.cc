#include "plugins/curators/purity/name_discriminants.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace facet {
namespace {

// [1, D] float64.
cv::Mat MeanOf(const cv::Mat& rows) {
  cv::Mat mean;
  cv::reduce(rows, mean, 0, cv::REDUCE_AVG, CV_64F);
  return mean;
}

}  // namespace

cv::Mat NameDiscriminants(const cv::Mat& rows, const std::vector<int64_t>& begins, int dimension) {
  const int names = static_cast<int>(begins.size()) - 1, columns = rows.cols;
  FACET_CHECK(rows.type() == CV_32F && names >= 3 && dimension >= 1);
  const cv::Mat overall = MeanOf(rows);
  cv::Mat within = cv::Mat::zeros(columns, columns, CV_64F);
  cv::Mat means(names, columns, CV_64F);  // less the mean of all
  for (int g = 0; g < names; ++g) {
    cv::Mat own;
    rows.rowRange(static_cast<int>(begins[static_cast<size_t>(g)]),
                  static_cast<int>(begins[static_cast<size_t>(g) + 1]))
        .convertTo(own, CV_64F);
    const cv::Mat mean = MeanOf(own);
    means.row(g) = mean - overall;
    own -= cv::repeat(mean, own.rows, 1);
    within += own.t() * own;
  }
  within /= rows.rows;
  within += cv::Mat::eye(columns, columns, CV_64F) * (cv::trace(within)[0] / columns);
  cv::Mat values, vectors;  // rows of `vectors`
  cv::eigen(within, values, vectors);
  for (int i = 0; i < columns; ++i) vectors.row(i) /= std::sqrt(values.at<double>(i));
  const cv::Mat whitened = means * vectors.t();
  const cv::Mat between = whitened.t() * whitened;
  cv::Mat strengths, directions;
  cv::eigen(between, strengths, directions);
  const int kept = std::min({dimension, names - 1, columns});
  const cv::Mat projection = directions.rowRange(0, kept) * vectors;  // [P, D]
  cv::Mat described(rows.rows, kept, CV_32F);
  for (int i = 0; i < rows.rows; ++i) {
    cv::Mat row;
    rows.row(i).convertTo(row, CV_64F);
    cv::Mat projected = (row - overall) * projection.t();
    const double length = cv::norm(projected);
    if (length > 0) projected /= length;
    projected.convertTo(described.row(i), CV_32F);
  }
  return described;
}

}  // namespace facet
