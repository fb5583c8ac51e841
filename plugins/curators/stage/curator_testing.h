// Surroundings of a curator for its unit test: a folder with images, faces and scores of the test's
// own, and what the curator reported.
#ifndef FACET_PLUGINS_CURATORS_STAGE_CURATOR_TESTING_H_
#define FACET_PLUGINS_CURATORS_STAGE_CURATOR_TESTING_H_

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "core/api/curator.h"
#include "plugins/curators/stage/faces_in_memory.h"

namespace facet {

// Folders below `folder`: in/ (put the manifest there), images/, out/, work/.
class CuratorSurroundings {
 public:
  explicit CuratorSurroundings(const std::string& folder) {
    for (const char* name : {"/in", "/images", "/out", "/work"}) {
      std::filesystem::create_directories(folder + name);
    }
    context.manifest = folder + "/in/manifest.sqlite";
    context.output_folder = folder + "/out";
    context.image_folder = context.input_folder = folder + "/images";
    context.work_folder = folder + "/work";
    context.seed = 1;
    context.threads = 2;
    context.faces = &faces;
    context.read_image = [this](const std::string& path) -> absl::StatusOr<Image> {
      const cv::Mat pixels = cv::imread(context.image_folder + "/" + path, cv::IMREAD_COLOR);
      if (pixels.empty()) return absl::NotFoundError(path + " is no image");
      Image image(pixels.cols, pixels.rows);
      std::copy(pixels.datastart, pixels.dataend, image.bgr.begin());
      return image;
    };
    context.fold_name = [](const std::string& name) {
      std::string folded;
      for (const char c : name) folded += c == '_' ? ' ' : static_cast<char>(std::tolower(c));
      return folded;
    };
    context.progress = [this](int64_t, int64_t, const std::string&, const std::string&) {
      return ++steps != stop_after;
    };
  }
  std::string output() const { return context.output_folder + "/manifest.sqlite"; }

  CurationContext context;
  FacesInMemory faces;
  int64_t steps = 0, stop_after = -1;  // calls of progress; the stop comes after so many
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_STAGE_CURATOR_TESTING_H_
