// What was odd about images that were taken nevertheless (image_io.h), counted for a stage's
// notices.
#ifndef FACET_CORE_IMAGE_IMAGE_REMARKS_H_
#define FACET_CORE_IMAGE_IMAGE_REMARKS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace facet {

class ImageRemarks {
 public:
  // An image that is read several times counts once. Not for several threads at a time.
  void Add(const std::string& remark, const std::string& image) {
    if (!remark.empty()) images_[remark].insert(image);
  }

  // "2 of 40 images: an animated WebP, of which the first frame is taken (first: a/1.webp)".
  // `num_images`: 0 where it is not known.
  std::vector<std::string> Notices(int64_t num_images) const {
    std::vector<std::string> notices;
    for (const auto& [remark, images] : images_) {
      const std::string of = num_images > 0 ? absl::StrCat(" of ", num_images) : "";
      notices.push_back(
          absl::StrCat(images.size(), of, " images: ", remark, " (first: ", *images.begin(), ")"));
    }
    return notices;
  }

 private:
  std::map<std::string, std::set<std::string>> images_;
};

}  // namespace facet

#endif  // FACET_CORE_IMAGE_IMAGE_REMARKS_H_
