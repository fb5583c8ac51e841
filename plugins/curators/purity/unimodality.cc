#include "plugins/curators/purity/unimodality.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace facet {
namespace {

// [n, n] float64.
cv::Mat PairDistances(const cv::Mat& faces) {
  cv::Mat distances = cv::Mat::zeros(faces.rows, faces.rows, CV_64F);
  for (int i = 0; i < faces.rows; ++i) {
    for (int j = 0; j < i; ++j) {
      const double distance = cv::norm(faces.row(i), faces.row(j), cv::NORM_L2);
      distances.at<double>(i, j) = distances.at<double>(j, i) = distance;
    }
  }
  return distances;
}

}  // namespace

Unimodality TestUnimodality(const cv::Mat& faces, const UnimodalityRule& rule,
                            const DipNull& null) {
  FACET_CHECK(faces.type() == CV_32F && faces.rows >= 4);
  const cv::Mat distances = PairDistances(faces);
  const int64_t count = faces.rows;
  Unimodality found;
  int64_t num_split = 0;
  std::vector<double> sample;
  for (int i = 0; i < faces.rows; ++i) {
    const int others = rule.pairs ? i : faces.rows;
    for (int j = 0; j < others; ++j) {
      if (j != i) sample.push_back(distances.at<double>(i, j));
    }
    if (rule.pairs) continue;
    const double dip = DipStatistic(sample);
    num_split += null.PValue(dip, count - 1) <= rule.alpha;
    found.dip = std::max(found.dip, dip);
    sample.clear();
  }
  if (rule.pairs) {
    found.dip = DipStatistic(sample);
    num_split = null.PValue(found.dip, count) <= rule.alpha ? count : 0;
  }
  found.p_value = null.PValue(found.dip, rule.pairs ? count : count - 1);
  found.split = static_cast<double>(num_split) / static_cast<double>(count);
  found.unimodal = found.split <= (rule.pairs ? 0.0 : rule.max_split);
  return found;
}

}  // namespace facet
