// CelebA (Liu et al. 2015): official files and layout. (Copies with a folder per identity are for
// `folder`.) Files lie in <root>, <root>/Anno, <root>/Eval or <root>/Img, as the release has them.
//
//   identity_CelebA.txt                                    needed
//   list_eval_partition.txt                                for partition other than "all"
//   images = "wild"     img_celeba/, list_bbox_celeba.txt, list_landmarks_celeba.txt
//   images = "aligned"  img_align_celeba/ (or img_align_celeba_png/),
//                       list_landmarks_align_celeba.txt
//
// Box and landmarks are taken where their list is there. Coordinates are in px as the lists say.
// Their "lefteye" is the eye at the image's left (the aligned images have it at x = 69, the right
// one at 109 of 178 px), so that the five points are points5 in order. The aligned images have no
// box: detector `given` wants the wild ones. Samples are in order of their file's name; there is no
// protocol. Errors: a missing list or folder; a line that is not of the list's form, by file and
// line; no image left. Missing images are counted, or refused with missing = "refuse".
// Example: data = { use = "celeba", root = "${FACET_DATA}/celeba", partition = "train" }
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/dataset.h"
#include "plugins/datasets/celeba_lists.h"
#include "plugins/lists/words.h"

namespace {

using facet::CelebaTable;
using facet::DatasetContents;
using facet::Sample;
using facet::Thousands;

struct Options {
  std::string root;
  std::string images = "wild";
  std::string partition = "all";
  std::string missing = "skip";
  int64_t min_images = 1;

  void Visit(facet::OptionVisitor& v) {
    v("root", root,
      facet::Required(
          facet::InputDirectory({"*.txt", "*/*.txt", "img_*", "*/img_*", "img_*/*", "*/img_*/*"})),
      "folder of the release");
    v("images", images, facet::OneOf({"wild", "aligned"}), "img_celeba or img_align_celeba");
    v("partition", partition, facet::OneOf({"all", "train", "validation", "test"}),
      "of list_eval_partition.txt; its people are disjoint");
    v("missing", missing, facet::OneOf({"skip", "refuse"}),
      "listed images that are not there: count them, or refuse");
    v("min_images", min_images, facet::AtLeast(1), "identities with fewer images are left out");
  }
};

class CelebA final : public facet::Dataset {
 public:
  explicit CelebA(const Options& options) : options_(options) {}

  std::string root() const override { return options_.root; }

  absl::StatusOr<DatasetContents> Load() override {
    contents_ = {};
    const bool wild = options_.images == "wild";
    const std::vector<std::string> folders =
        wild ? std::vector<std::string>{"img_celeba"}
             : std::vector<std::string>{"img_align_celeba", "img_align_celeba_png"};
    folder_ = Place(folders);
    if (folder_.empty()) {
      return absl::NotFoundError(absl::StrCat(
          "no images of CelebA in ", options_.root, ": expected ", absl::StrJoin(folders, "/ or "),
          "/ there or in Img/ (images = \"", options_.images, "\")"));
    }
    FACET_ASSIGN_OR_RETURN(identities_, Read("identity_CelebA.txt", 1, true));
    FACET_ASSIGN_OR_RETURN(partitions_,
                           Read("list_eval_partition.txt", 1, options_.partition != "all"));
    if (wild) {
      FACET_ASSIGN_OR_RETURN(boxes_, Read("list_bbox_celeba.txt", 4, false));
    }
    FACET_ASSIGN_OR_RETURN(
        landmarks_,
        Read(wild ? "list_landmarks_celeba.txt" : "list_landmarks_align_celeba.txt", 10, false));
    FACET_RETURN_IF_ERROR(TakeImages());
    return std::move(contents_);
  }

 private:
  // The first that is there, below root; empty: none.
  std::string Place(const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      for (const char* folder : {"", "Anno/", "Eval/", "Img/"}) {
        const std::string below = folder + name;
        if (std::filesystem::exists(absl::StrCat(options_.root, "/", below))) return below;
      }
    }
    return "";
  }

  absl::StatusOr<CelebaTable> Read(const std::string& list, size_t columns, bool needed) const {
    const std::string below = Place({list});
    if (!below.empty()) {
      return facet::ReadCelebaTable(absl::StrCat(options_.root, "/", below), columns);
    }
    if (!needed) return CelebaTable();
    return absl::NotFoundError(absl::StrCat("no ", list, " in ", options_.root,
                                            " (or its Anno/, Eval/ or Img/): it is part of the "
                                            "release of CelebA"));
  }

  bool IsWanted(const std::string& image) const {
    if (options_.partition == "all") return true;
    const auto found = partitions_.find(image);
    const int64_t wanted = options_.partition == "train"        ? 0
                           : options_.partition == "validation" ? 1
                                                                : 2;
    return found != partitions_.end() && found->second[0] == wanted;
  }

  // As the lists name it, or as PNG; empty: not there.
  std::string File(const std::string& image) const {
    for (const std::string& name : {image, image.substr(0, image.rfind('.')) + ".png"}) {
      const std::string below = absl::StrCat(folder_, "/", name);
      if (std::filesystem::exists(absl::StrCat(options_.root, "/", below))) return below;
    }
    return "";
  }

  absl::Status TakeImages() {
    facet::Missing missing;
    std::map<int64_t, int64_t> images_of;  // by identity
    std::vector<std::pair<Sample, int64_t>> found;
    int64_t wanted = 0;
    for (const auto& [image, identity] : identities_) {
      if (!IsWanted(image)) continue;
      ++wanted;
      Sample sample = Describe(image);
      if (sample.path.empty()) {
        missing.Add(image);
        continue;
      }
      sample.identity = absl::StrCat(identity[0]);
      ++images_of[identity[0]];
      found.emplace_back(std::move(sample), identity[0]);
    }
    for (auto& [sample, identity] : found) {
      if (images_of[identity] >= options_.min_images) {
        contents_.samples.push_back(std::move(sample));
      }
    }
    if (missing.count() > 0) {
      const std::string what =
          absl::StrCat(Thousands(missing.count()), " of ", Thousands(wanted),
                       " listed images are missing in ", folder_, ": ", missing.Names());
      if (options_.missing == "refuse") {
        return absl::NotFoundError(
            absl::StrCat(what, found.empty() ? "" : "; leave them out with missing = \"skip\""));
      }
      contents_.counts["missing images"] = missing.count();
      contents_.notices.push_back(what + ".");
    }
    if (contents_.samples.empty()) {
      return absl::NotFoundError(
          absl::StrCat("no image of CelebA is left: of ", Thousands(wanted), " in partition ",
                       options_.partition, ", ", Thousands(missing.count()), " are missing in ",
                       options_.root, "/", folder_, "; min_images = ", options_.min_images));
    }
    contents_.counts["identities"] = static_cast<int64_t>(images_of.size());
    contents_.counts["images"] = static_cast<int64_t>(contents_.samples.size());
    return absl::OkStatus();
  }

  Sample Describe(const std::string& image) {
    Sample sample;
    sample.key = image;
    sample.path = File(image);
    if (const auto box = boxes_.find(image); box != boxes_.end()) {
      const std::vector<int64_t>& n = box->second;
      if (n[2] > 0 && n[3] > 0) {
        sample.box = facet::Box{static_cast<double>(n[0]), static_cast<double>(n[1]),
                                static_cast<double>(n[2]), static_cast<double>(n[3])};
      } else {
        ++contents_.counts["boxes without area"];
      }
    }
    if (const auto points = landmarks_.find(image); points != landmarks_.end()) {
      sample.landmarks.scheme = facet::LandmarkScheme::kPoints5;
      for (size_t i = 0; i < 10; i += 2) {
        sample.landmarks.points.push_back(
            {static_cast<double>(points->second[i]), static_cast<double>(points->second[i + 1])});
      }
    }
    return sample;
  }

  const Options options_;
  std::string folder_;  // of the images, below root
  CelebaTable identities_, partitions_, boxes_, landmarks_;
  DatasetContents contents_;
};

}  // namespace

FACET_PLUGIN(facet::Dataset, CelebA, Options, "celeba", "CelebA with its boxes and landmarks",
             "Liu et al. 2015, ICCV")
