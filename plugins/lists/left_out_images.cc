#include "plugins/lists/left_out_images.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/image/image_format.h"
#include "plugins/lists/image_names.h"

namespace facet {

void LeftOutImages::Look(const std::string& root, const std::string& path) {
  const std::string start = ReadImageStart(absl::StrCat(root, "/", path));
  if (!ImageExtensionOf(start).empty()) {
    images_.Add(path);
    return;
  }
  const std::string format(UndecodableFormat(start));
  if (format.empty()) return;
  undecodable_.Add(path);
  ++formats_[format];
}

std::vector<std::string> LeftOutImages::Notices(const std::string& cure) const {
  std::vector<std::string> notices;
  const auto files = [](int64_t count) {
    return absl::StrCat(Thousands(count), count == 1 ? " file is" : " files are");
  };
  if (images_.count() > 0) {
    notices.push_back(absl::StrCat(files(images_.count()), " left out, ",
                                   "images by the first bytes but not by the name (",
                                   images_.Names(), "); ", cure));
  }
  if (undecodable_.count() > 0) {
    const std::string formats =
        absl::StrJoin(formats_, ", ", [](std::string* out, const auto& format) {
          absl::StrAppend(out, Thousands(format.second), " ", format.first);
        });
    notices.push_back(absl::StrCat(files(undecodable_.count()), " left out, of formats that facet ",
                                   "cannot decode (", formats, ": ", undecodable_.Names(),
                                   "); convert to PNG."));
  }
  return notices;
}

}  // namespace facet
