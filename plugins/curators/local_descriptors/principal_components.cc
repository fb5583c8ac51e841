#include "plugins/curators/local_descriptors/principal_components.h"

#include <algorithm>

#include "plugins/curators/local_descriptors/matrix_rows.h"

namespace facet {
namespace {

constexpr int kBlock = 4096;  // rows that are held in double at a time

cv::Mat CovarianceOf(const cv::Mat& rows, const cv::Mat& mean) {
  cv::Mat covariance = cv::Mat::zeros(rows.cols, rows.cols, CV_64FC1);
  for (int begin = 0; begin < rows.rows; begin += kBlock) {
    cv::Mat block;
    rows.rowRange(begin, std::min(rows.rows, begin + kBlock)).convertTo(block, CV_64F);
    for (int i = 0; i < block.rows; ++i) block.row(i) -= mean;
    covariance += Product(block.t(), block);
  }
  return covariance / rows.rows;
}

void TurnSign(cv::Mat row) {
  cv::Point place;
  cv::minMaxLoc(cv::abs(row), nullptr, nullptr, nullptr, &place);
  if (row.at<double>(place) < 0.0) row *= -1.0;
}

}  // namespace

PrincipalComponents FindPrincipalComponents(const cv::Mat& rows) {
  PrincipalComponents found;
  cv::reduce(rows, found.mean, 0, cv::REDUCE_AVG, CV_64F);
  cv::eigen(CovarianceOf(rows, found.mean), found.variances, found.axes);
  for (int i = 0; i < found.axes.rows; ++i) TurnSign(found.axes.row(i));
  return found;
}

}  // namespace facet
