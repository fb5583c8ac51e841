#include "plugins/curators/made_noise/web_noise.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <utility>

#include "absl/strings/str_join.h"
#include "core/base/check.h"

namespace facet {
namespace {

constexpr double kTakenForRight = 0.1;  // of wrong images, by an engine

}  // namespace

std::vector<int64_t> DrawRanks(Random& random, const std::vector<bool>& wrong, double bias) {
  std::vector<std::pair<double, size_t>> keys;
  for (size_t i = 0; i < wrong.size(); ++i) {
    const bool known = wrong[i] && !random.Bernoulli(kTakenForRight);
    keys.emplace_back(random.Uniform() + (known ? bias : 0), i);
  }
  std::sort(keys.begin(), keys.end());
  std::vector<int64_t> ranks(wrong.size());
  for (size_t rank = 0; rank < keys.size(); ++rank) {
    ranks[keys[rank].second] = static_cast<int64_t>(rank);
  }
  return ranks;
}

std::string DescribeDuplicate(const DuplicatePlan& plan, int width, int height) {
  std::vector<std::string> changes;
  if (plan.crop_width != width || plan.crop_height != height) changes.push_back("cropped");
  if (plan.width != plan.crop_width || plan.height != plan.crop_height) {
    changes.push_back("resized");
  }
  if (plan.gamma != 1) changes.push_back("recoloured");
  if (plan.caption_px > 0) changes.push_back("captioned");
  changes.push_back("recompressed");
  return absl::StrJoin(changes, ", ");
}

std::string EncodeJpeg(const Image& image, int quality) {
  const cv::Mat view(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.bgr.data()));
  std::vector<uint8_t> bytes;
  FACET_CHECK(cv::imencode(".jpg", view, bytes, {cv::IMWRITE_JPEG_QUALITY, quality}));
  return {bytes.begin(), bytes.end()};
}

}  // namespace facet
