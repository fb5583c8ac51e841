// Images alone: a folder of them, flat or with folders inside, of nobody in particular.
//
// Samples are in byte order of their paths below root, files of a folder before its folders; key
// and path are that path. There are no identities and no protocol: this is for what looks at images
// one by one, `facet describe` and detectors. Files and folders that begin with a dot are ignored.
// What is an image by its extension or by its first bytes is taken, so that a broken one is found,
// named and counted where faces are detected; other files are counted and named, and so are
// pictures that cannot be decoded (GIF, AVIF) and links that lead nowhere.
// Errors: NotFound if there is no image.
// Example: data = { use = "images", root = "${HOME}/photographs" }
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/dataset.h"
#include "core/base/utf8.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/image_names.h"
#include "plugins/lists/left_out_images.h"
#include "plugins/lists/words.h"

namespace {

using facet::DatasetContents;
using facet::Thousands;

struct Options {
  std::string root;

  void Visit(facet::OptionVisitor& v) {
    v("root", root, facet::Required(facet::InputDirectory({"**/*"})),
      "folder of images, searched deeply");
  }
};

class Images final : public facet::Dataset {
 public:
  explicit Images(const Options& options) : options_(options) {}

  std::string root() const override { return options_.root; }

  absl::StatusOr<DatasetContents> Load() override {
    contents_ = {};
    not_utf8_ = others_ = dead_links_ = {};
    left_out_ = {};
    FACET_RETURN_IF_ERROR(Take(""));
    const auto num_images = static_cast<int64_t>(contents_.samples.size());
    if (num_images == 0) {
      return absl::NotFoundError(
          absl::StrCat("no images in ", options_.root, " or its folders, which have ",
                       Thousands(others_.count()), " other files", others_.count() > 0 ? ": " : "",
                       others_.Names(), absl::StrJoin(Notices("; "), "")));
    }
    contents_.counts["images"] = num_images;
    if (others_.count() > 0) {
      contents_.counts["other files"] = others_.count();
      contents_.notices.push_back(
          absl::StrCat(Thousands(others_.count()), " other files: ", others_.Names(), "."));
    }
    for (std::string& notice : Notices("")) contents_.notices.push_back(std::move(notice));
    if (not_utf8_.count() > 0) {
      contents_.counts["names that are not UTF-8"] = not_utf8_.count();
      contents_.notices.push_back(absl::StrCat(
          Thousands(not_utf8_.count()), " files were left out because their names are not UTF-8."));
    }
    return std::move(contents_);
  }

 private:
  // Of links and pictures that are not taken, each after `before`.
  std::vector<std::string> Notices(const std::string& before) const {
    std::vector<std::string> notices = left_out_.Notices("");
    if (dead_links_.count() > 0) notices.push_back(facet::DeadLinksNotice(dead_links_));
    for (std::string& notice : notices) notice.insert(0, before);
    return notices;
  }

  // The images of a folder, given with a slash at its end, and of those inside.
  absl::Status Take(const std::string& below) {
    FACET_ASSIGN_OR_RETURN(const facet::FolderListing listing,
                           facet::ListFolder(absl::StrCat(options_.root, "/", below)));
    for (const std::string& link : listing.dead_links) dead_links_.Add(below + link);
    for (const std::string& file : listing.files) {
      facet::Sample sample;
      sample.key = sample.path = below + file;
      const bool image = facet::HasImageExtension(file) ||
                         facet::HasImageContent(absl::StrCat(options_.root, "/", sample.path));
      if (!facet::IsUtf8(sample.key)) {
        not_utf8_.Add(below);
      } else if (!image) {
        others_.Add(sample.key);
        left_out_.Look(options_.root, sample.path);
      } else {
        contents_.samples.push_back(std::move(sample));
      }
    }
    for (const std::string& folder : listing.folders) {
      FACET_RETURN_IF_ERROR(Take(absl::StrCat(below, folder, "/")));
    }
    return absl::OkStatus();
  }

  const Options options_;
  DatasetContents contents_;
  facet::Missing not_utf8_, others_, dead_links_;
  facet::LeftOutImages left_out_;
};

}  // namespace

FACET_PLUGIN(facet::Dataset, Images, Options, "images",
             "a folder of images of nobody in particular", "")
