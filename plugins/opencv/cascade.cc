#include "plugins/opencv/cascade.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "plugins/opencv/opencv.h"

namespace facet {

absl::StatusOr<Cascade> Cascade::Load(const std::string& path) {
  if (!std::ifstream(path).good()) {
    return absl::NotFoundError(absl::StrCat("cascade file ", path,
                                            " cannot be read; the files come with the Debian "
                                            "package opencv-data: apt-get install opencv-data"));
  }
  Cascade cascade(path);
  try {
    if (cascade.classifier_.load(path)) return cascade;
  } catch (const cv::Exception& error) {
    return OpenCvError(absl::StrCat("cascade file ", path), error);
  }
  return absl::InvalidArgumentError(absl::StrCat(path,
                                                 " is not a cascade classifier; known are "
                                                 "those of the Debian package opencv-data, such "
                                                 "as haarcascade_frontalface_alt2.xml"));
}

absl::StatusOr<std::vector<CascadeHit>> Cascade::Find(const cv::Mat& grey,
                                                      const CascadeSearch& search) {
  std::vector<cv::Rect> boxes;
  std::vector<int> counts;  // of agreeing windows, or levels
  std::vector<double> weights;
  const cv::Size smallest(search.min_side_px, search.min_side_px);
  const cv::Size largest(search.max_side_px, search.max_side_px);
  try {
    if (search.score == CascadeScore::kAgreement) {
      classifier_.detectMultiScale(grey, boxes, counts, search.scale_factor, search.min_neighbours,
                                   0, smallest, largest);
      weights.assign(counts.begin(), counts.end());
    } else {
      classifier_.detectMultiScale(grey, boxes, counts, weights, search.scale_factor,
                                   search.min_neighbours, 0, smallest, largest,
                                   /*outputRejectLevels=*/true);
    }
  } catch (const cv::Exception& error) {
    return OpenCvError(path_, error);
  }
  std::vector<CascadeHit> hits;
  for (size_t i = 0; i < boxes.size(); ++i) {
    const cv::Rect& box = boxes[i];
    // The window covers whole pixels: it begins half a pixel before the first one's centre.
    hits.push_back({{box.x - 0.5, box.y - 0.5, static_cast<double>(box.width),
                     static_cast<double>(box.height)},
                    weights[i]});
  }
  std::stable_sort(hits.begin(), hits.end(),
                   [](const CascadeHit& a, const CascadeHit& b) { return a.score > b.score; });
  return hits;
}

}  // namespace facet
