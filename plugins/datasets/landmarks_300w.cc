// Faces with 68 landmarks: a tree of images with a .pts file beside each, as 300-W, AFW, Helen and
// LFPW are released.
//
// NAME.pts (plugins/datasets/pts_file.h) belongs to the image NAME.jpg, or one of another format,
// of the same folder: 68 lines "x y", from (1, 1), with or without "version: 1", "n_points: 68" and
// the braces of the release.
// Samples are in byte order of their paths; key and path are the image's path below root; landmarks
// points68 from (0, 0); no identity, no protocol. `folders` keeps some folders below root. part =
// "train" and "test" split by a hash of the name and `seed`, `test_share` of them for the test;
// NAME_1, NAME_2, faces of one photograph, fall to the same side.
// The box is the canonical one (detector.h), made from the landmarks: side 1.117 times the larger
// side of their extent, centre 0.105 sides below the middle between the eyes. Medians over 689
// frontal faces of AFW and Helen against the boxes of haarcascade_frontalface_alt2 (half of them
// within 5 % of the side, 2 % of a side across and 1.3 % along the face).
// Pose by the nose tip's place between the two ends of the jaw line, 0 .. 1 along it: frontal
// within 0.25 .. 0.75 (about 20 degrees if a nose stands out by 0.3 of the head's half width),
// left below 0.05, right above 0.95 (35 degrees), between them unknown.
// Errors: InvalidArgument names file and line of a broken .pts; NotFound if no face is left. A .pts
// without image is left out and counted.
// Example: data = { use = "landmarks_300w", root = "${FACET_DATA}/300w", part = "train" }
// Source: Sagonas, Tzimiropoulos, Zafeiriou, Pantic: "300 Faces in-the-Wild", ICCV-W 2013.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/api/dataset.h"
#include "core/base/utf8.h"
#include "plugins/datasets/pts_file.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/image_names.h"
#include "plugins/lists/path_below.h"
#include "plugins/lists/words.h"

namespace facet {
namespace {

struct Options {
  std::string root;
  std::vector<std::string> folders;
  std::string part = "all";
  double test_share = 0.25;
  int64_t seed = 1;

  void Visit(OptionVisitor& v) {
    v("root", root, Required(InputDirectory({"**/*"})),
      "folder of images and .pts files, searched deeply");
    v("folders", folders, Any(), "those below root to take, \"afw\"; none: all");
    v("part", part, OneOf({"all", "train", "test"}), "all faces, or one side of the split");
    v("test_share", test_share, Range(0, 1), "of the photographs that are `test` [1]");
    v("seed", seed, AtLeast(0), "of the split");
  }
};

// Side over the larger side of the landmarks' extent; centre below the eyes [sides].
constexpr double kSide = 1.117, kBelowEyes = 0.105;

Box CanonicalBox(const Landmarks& landmarks) {
  const auto [left, right] =
      std::minmax_element(landmarks.points.begin(), landmarks.points.end(),
                          [](const Point& a, const Point& b) { return a.x < b.x; });
  const auto [top, bottom] =
      std::minmax_element(landmarks.points.begin(), landmarks.points.end(),
                          [](const Point& a, const Point& b) { return a.y < b.y; });
  const double side = kSide * std::max(right->x - left->x, bottom->y - top->y);
  const std::vector<Point> eyes = ConvertLandmarks(landmarks, LandmarkScheme::kEyes2)->points;
  const double x = (eyes[0].x + eyes[1].x) / 2, y = (eyes[0].y + eyes[1].y) / 2;
  return {x - side / 2, y + kBelowEyes * side - side / 2, side, side};
}

Pose PoseOf(const std::vector<Point>& p) {
  const double dx = p[16].x - p[0].x, dy = p[16].y - p[0].y;
  const double place = ((p[30].x - p[0].x) * dx + (p[30].y - p[0].y) * dy) / (dx * dx + dy * dy);
  if (place > 0.25 && place < 0.75) return Pose::kFrontal;
  if (place < 0.05) return Pose::kLeft;
  return place > 0.95 ? Pose::kRight : Pose::kUnknown;
}

// "134212" of "134212_2": the photograph.
std::string PhotographOf(const std::string& name) {
  const size_t mark = name.rfind('_');
  const bool numbered =
      mark != std::string::npos && mark > 0 && mark + 1 < name.size() &&
      std::all_of(name.begin() + static_cast<std::ptrdiff_t>(mark) + 1, name.end(),
                  [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
  return numbered ? name.substr(0, mark) : name;
}

class Landmarks300W final : public Dataset {
 public:
  explicit Landmarks300W(const Options& options) : options_(options) {}

  std::string root() const override { return options_.root; }

  absl::StatusOr<DatasetContents> Load() override {
    contents_ = {};
    without_image_ = dead_links_ = {};
    other_side_ = 0;
    if (options_.folders.empty()) {
      FACET_RETURN_IF_ERROR(AddFolder(""));
    } else {
      std::set<std::string> folders;
      for (const std::string& folder : options_.folders) {
        const absl::StatusOr<std::string> below = PathBelow(folder);
        if (!below.ok()) return Annotate(below.status(), "folders");
        folders.insert(below->empty() ? "" : *below + "/");
      }
      for (const std::string& folder : folders) FACET_RETURN_IF_ERROR(AddFolder(folder));
    }
    if (contents_.samples.empty()) {
      return absl::NotFoundError(
          absl::StrCat("no faces in ", options_.root, ": expected NAME.pts beside NAME.jpg, found ",
                       without_image_.count(), " .pts without image and ", other_side_,
                       " faces on the other side of the split (part = \"", options_.part, "\")"));
    }
    contents_.counts["faces"] = static_cast<int64_t>(contents_.samples.size());
    if (without_image_.count() > 0) {
      contents_.counts["landmarks without image"] = without_image_.count();
      contents_.notices.push_back(
          absl::StrCat(Thousands(without_image_.count()),
                       " .pts files have no image beside them: ", without_image_.Names(), "."));
    }
    if (dead_links_.count() > 0) {
      contents_.notices.push_back(DeadLinksNotice(dead_links_));
    }
    return std::move(contents_);
  }

 private:
  // `below` is "" or ends with '/'.
  absl::Status AddFolder(const std::string& below) {
    FACET_ASSIGN_OR_RETURN(const FolderListing listing,
                           ListFolder(absl::StrCat(options_.root, "/", below)));
    for (const std::string& link : listing.dead_links) dead_links_.Add(below + link);
    std::map<std::string, std::string> images;  // by name without extension, the first of each
    for (const std::string& file : listing.files) {
      if (HasImageExtension(file)) images.emplace(file.substr(0, file.rfind('.')), file);
    }
    for (const std::string& file : listing.files) {
      if (!absl::EndsWithIgnoreCase(file, ".pts")) continue;
      const std::string name = file.substr(0, file.size() - 4);
      const auto image = images.find(name);
      if (image == images.end() || !IsUtf8(below + image->second)) {
        without_image_.Add(below + file);
        continue;
      }
      if (!IsInPart(below + PhotographOf(name))) {
        ++other_side_;
        continue;
      }
      FACET_RETURN_IF_ERROR(AddSample(below + image->second, below + file));
    }
    for (const std::string& folder : listing.folders) {
      FACET_RETURN_IF_ERROR(AddFolder(absl::StrCat(below, folder, "/")));
    }
    return absl::OkStatus();
  }

  bool IsInPart(const std::string& photograph) const {
    if (options_.part == "all") return true;
    Random random(DeriveSeed(static_cast<uint64_t>(options_.seed), photograph));
    return (random.Uniform() < options_.test_share) == (options_.part == "test");
  }

  absl::Status AddSample(const std::string& image, const std::string& landmarks) {
    Sample sample;
    sample.key = sample.path = image;
    sample.landmarks.scheme = LandmarkScheme::kPoints68;
    FACET_ASSIGN_OR_RETURN(sample.landmarks.points,
                           ReadPts68(absl::StrCat(options_.root, "/", landmarks)));
    sample.box = CanonicalBox(sample.landmarks);
    if (!(sample.box->width > 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat(options_.root, "/", landmarks, ": all points lie in one place"));
    }
    sample.pose = PoseOf(sample.landmarks.points);
    contents_.samples.push_back(std::move(sample));
    return absl::OkStatus();
  }

  const Options options_;
  DatasetContents contents_;
  Missing without_image_, dead_links_;
  int64_t other_side_ = 0;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Dataset, facet::Landmarks300W, facet::Options, "landmarks_300w",
             "faces with 68 landmarks in .pts files", "Sagonas et al., ICCV-W 2013")
