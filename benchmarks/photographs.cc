#include "benchmarks/photographs.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <opencv2/core/utility.hpp>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/image/image_io.h"

namespace facet::bench {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPhotographs = 20;
constexpr int kLfwSidePx = 250;
constexpr double kLfwFaces = 2.2;  // sides of its faces in a side of the image

bool IsImageName(const fs::path& path) {
  static const auto& endings = *new std::set<std::string>{".bmp", ".jpeg", ".jpg",  ".pgm", ".png",
                                                          ".ppm", ".tif",  ".tiff", ".webp"};
  return endings.count(absl::AsciiStrToLower(path.extension().string())) > 0;
}

bool IsLfwName(const fs::path& path) {
  const std::string person = path.parent_path().filename(), file = path.stem();
  return file.size() == person.size() + 5 && absl::StartsWith(file, person + "_");
}

absl::StatusOr<Photographs> Render(const Request& request, int64_t side_px, int64_t seed) {
  FACET_ASSIGN_OR_RETURN(
      const std::unique_ptr<Component> made,
      MakeOther(
          request, Dataset::kKind, "synthetic",
          {{"people", kPhotographs}, {"images", 1}, {"image_size", side_px}, {"seed", seed}}));
  auto& dataset = static_cast<Dataset&>(*made);
  FACET_ASSIGN_OR_RETURN(DatasetContents contents, dataset.Load());
  Photographs photographs;
  for (Sample& sample : contents.samples) {
    FACET_ASSIGN_OR_RETURN(Image image, dataset.Render(sample.render));
    photographs.push_back({std::move(image), std::move(sample)});
  }
  return photographs;
}

}  // namespace

absl::StatusOr<const Photographs*> RenderedPhotographs(const Request& request, int64_t side_px,
                                                       int64_t seed) {
  static auto& made = *new std::map<std::pair<int64_t, int64_t>, Photographs>;
  Photographs& photographs = made[{side_px, seed}];
  if (photographs.empty()) {
    FACET_ASSIGN_OR_RETURN(photographs, Render(request, side_px, seed));
  }
  return &photographs;
}

absl::StatusOr<PhotographFolder> PhotographFolder::Open(const std::string& folder) {
  std::vector<std::string> all;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (IsImageName(entry->path())) all.push_back(entry->path());
  }
  if (error) return absl::NotFoundError(absl::StrCat(folder, ": ", error.message()));
  if (all.empty()) return absl::NotFoundError(absl::StrCat(folder, ": no image files below it"));
  std::sort(all.begin(), all.end());
  PhotographFolder found;
  const size_t count = std::min(all.size(), kPhotographs);
  for (size_t i = 0; i < count; ++i) found.paths_.push_back(all[i * all.size() / count]);
  found.is_lfw_ = std::all_of(found.paths_.begin(), found.paths_.end(), &IsLfwName);
  return found;
}

absl::StatusOr<const Photographs*> PhotographFolder::Read() const {
  static auto& read = *new std::map<std::vector<std::string>, Photographs>;
  Photographs& photographs = read[paths_];
  if (!photographs.empty()) return &photographs;
  for (const std::string& path : paths_) {
    FACET_ASSIGN_OR_RETURN(Image image, ReadImage(path));
    Photograph photograph = {std::move(image), {}};
    photograph.sample.key = photograph.sample.path = path;
    if (is_lfw_ && photograph.image.width == kLfwSidePx && photograph.image.height == kLfwSidePx) {
      const double side = kLfwSidePx / kLfwFaces, corner = (kLfwSidePx - 1 - side) / 2;
      photograph.sample.box = Box{corner, corner, side, side};
    }
    photographs.push_back(std::move(photograph));
  }
  return &photographs;
}

void UseOneThread() { cv::setNumThreads(1); }

}  // namespace facet::bench
