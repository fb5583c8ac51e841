// A folder of people: <root>/<identity>/<image>, one folder per identity.
//
// Samples are in byte order of identity, then file name; key and path are "<identity>/<file>".
// Files and folders that begin with a dot are ignored, and so is what systems leave behind
// (Thumbs.db, @eaDir, __MACOSX, ...: core/base/file_patterns.h). Which files are images is said by
// their extension (jpg, jpeg, png, pgm, ppm, pnm, bmp, tif, tiff, webp, in any case), or with
// accept = "content" by their first bytes; they are not opened here, so that a broken image is
// found, named and counted where faces are detected. Files that are left out are looked at: a
// notice counts those that are images (a.jfif, names without a dot) or pictures that cannot be
// decoded (GIF, AVIF). Folders inside an identity are not entered; images beside the identities'
// folders and links that lead nowhere are not taken, which notices say. `list` names the images of
// the `curated` snapshot, one relative path a line; "#" and "# text" are comments, "#text" is a
// name.
// Filters, in this order: exclude, snapshot, max_images, min_images, max_identities.
// Errors: NotFound if no image is left; InvalidArgument for snapshot = "curated" without a list.
// Example: data = { use = "folder", root = "${FACET_DATA}/celeba", min_images = 10 }
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/dataset.h"
#include "core/base/utf8.h"
#include "plugins/datasets/curated_list.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/image_names.h"
#include "plugins/lists/left_out_images.h"
#include "plugins/lists/words.h"

namespace {

using facet::DatasetContents;
using facet::Missing;
using facet::Sample;
using facet::Thousands;

constexpr char kTakeContent[] = "accept = \"content\" takes images by their first bytes.";

struct Options {
  std::string root;
  std::string list;
  std::string snapshot = "full";
  std::string accept = "extension";
  std::vector<std::string> exclude;
  int64_t min_images = 1;
  int64_t max_images = 0;
  int64_t max_identities = 0;

  void Visit(facet::OptionVisitor& v) {
    v("root", root, facet::Required(facet::InputDirectory({"*", "*/*"})),
      "folder of identity folders");
    v("list", list, facet::InputFile(), "paths below root that make the curated snapshot");
    v("snapshot", snapshot, facet::OneOf({"full", "curated"}), "all images, or those of `list`");
    v("accept", accept, facet::OneOf({"extension", "content"}),
      "what makes a file an image: its name's end, or its first bytes");
    v("exclude", exclude, facet::Any(), "identities to leave out");
    v("min_images", min_images, facet::AtLeast(1), "identities with fewer images are left out");
    v("max_images", max_images, facet::AtLeast(0),
      "at most so many images per identity, the first by name; 0: all");
    v("max_identities", max_identities, facet::AtLeast(0),
      "at most so many identities, the first by name; 0: all");
  }
};

class Folder final : public facet::Dataset {
 public:
  explicit Folder(const Options& options) : options_(options) {}

  static absl::StatusOr<std::unique_ptr<Folder>> Create(const Options& options) {
    if (options.snapshot == "curated" && options.list.empty()) {
      return absl::InvalidArgumentError(
          "snapshot = \"curated\" needs `list`, a file with the paths of its images below root, "
          "one a line");
    }
    return std::make_unique<Folder>(options);
  }

  std::string root() const override { return options_.root; }

  absl::StatusOr<DatasetContents> Load() override {
    contents_ = {};
    excluded_ = {options_.exclude.begin(), options_.exclude.end()};
    if (!options_.list.empty()) {
      FACET_ASSIGN_OR_RETURN(list_, facet::CuratedList::Read(options_.list, excluded_));
    }
    FACET_ASSIGN_OR_RETURN(const facet::FolderListing top, facet::ListFolder(options_.root));
    LookBesideFolders(top);
    int64_t identities = 0, too_few = 0;
    for (const std::string& identity : top.folders) {
      if (options_.max_identities > 0 && identities == options_.max_identities) break;
      if (excluded_.erase(identity) > 0) continue;
      FACET_ASSIGN_OR_RETURN(std::vector<Sample> samples, Images(identity));
      if (samples.empty()) continue;
      if (static_cast<int64_t>(samples.size()) < options_.min_images) {
        ++too_few;
        continue;
      }
      ++identities;
      std::move(samples.begin(), samples.end(), std::back_inserter(contents_.samples));
    }
    if (contents_.samples.empty()) return NothingFound(top, too_few);
    contents_.counts["identities"] = identities;
    contents_.counts["images"] = static_cast<int64_t>(contents_.samples.size());
    if (too_few > 0) contents_.counts["identities with too few images"] = too_few;
    AddNotices();
    return std::move(contents_);
  }

 private:
  bool IsImage(const std::string& path) const {
    return options_.accept == "extension" ? facet::HasImageExtension(path)
                                          : facet::HasImageContent(path);
  }

  // What lies in the root but is no identity's folder.
  void LookBesideFolders(const facet::FolderListing& top) {
    for (const std::string& link : top.dead_links) {
      if (excluded_.erase(link) == 0) dead_links_.Add(link);
    }
    for (const std::string& file : top.files) {
      if (IsImage(absl::StrCat(options_.root, "/", file))) loose_.Add(file);
    }
  }

  // Of images that lie elsewhere, or are called otherwise, than they should.
  std::vector<std::string> NoticesOfPlaces() const {
    std::vector<std::string> notices;
    if (dead_links_.count() > 0) notices.push_back(facet::DeadLinksNotice(dead_links_));
    if (loose_.count() > 0) {
      notices.push_back(absl::StrCat(
          Thousands(loose_.count()), loose_.count() == 1 ? " image lies" : " images lie",
          " beside the identities' folders and ", loose_.count() == 1 ? "is" : "are", " nobody's (",
          loose_.Names(), "): each identity needs a folder of its own; the data set ",
          "`images` takes images of nobody in particular, `image_list` any layout."));
    }
    for (std::string& notice : left_out_.Notices(kTakeContent)) {
      notices.push_back(std::move(notice));
    }
    return notices;
  }

  absl::StatusOr<std::vector<Sample>> Images(const std::string& identity) {
    const std::string folder = absl::StrCat(options_.root, "/", identity);
    FACET_ASSIGN_OR_RETURN(const facet::FolderListing listing, facet::ListFolder(folder));
    for (const std::string& link : listing.dead_links) {
      dead_links_.Add(absl::StrCat(identity, "/", link));
    }
    num_inner_folders_ += static_cast<int64_t>(listing.folders.size());
    std::vector<Sample> samples;
    for (const std::string& file : listing.files) {
      if (!IsImage(absl::StrCat(folder, "/", file))) {
        ++contents_.counts["other files"];
        left_out_.Look(options_.root, absl::StrCat(identity, "/", file));
        continue;
      }
      Sample sample;
      sample.key = sample.path = absl::StrCat(identity, "/", file);
      sample.identity = identity;
      if (!facet::IsUtf8(sample.key)) {
        not_utf8_.Add(identity);
        continue;
      }
      sample.curated = list_.Take(sample.key);
      if (options_.snapshot == "curated" && !sample.curated) continue;
      const auto count = static_cast<int64_t>(samples.size());
      if (options_.max_images == 0 || count < options_.max_images) samples.push_back(sample);
    }
    return samples;
  }

  absl::Status NothingFound(const facet::FolderListing& top, int64_t too_few) const {
    std::string found =
        absl::StrCat(Thousands(static_cast<int64_t>(top.folders.size())), " folders and ",
                     Thousands(static_cast<int64_t>(top.files.size())), " files");
    const size_t num_excluded =
        std::set<std::string>(options_.exclude.begin(), options_.exclude.end()).size() -
        excluded_.size();
    if (num_excluded > 0) {
      absl::StrAppend(&found, "; `exclude` leaves out ", num_excluded,
                      num_excluded == 1 ? " identity" : " identities");
    }
    if (too_few > 0) {
      absl::StrAppend(&found, "; ", Thousands(too_few),
                      " identities have fewer than min_images = ", options_.min_images);
    }
    if (options_.snapshot == "curated") {
      absl::StrAppend(&found, "; ", list_.Found());
    }
    for (const std::string& notice : NoticesOfPlaces()) absl::StrAppend(&found, "; ", notice);
    return absl::NotFoundError(absl::StrCat("no images in ", options_.root, ": expected ",
                                            options_.root, "/IDENTITY/IMAGE, found ", found));
  }

  void AddNotices() {
    std::vector<std::string>& notices = contents_.notices;
    notices = NoticesOfPlaces();
    if (num_inner_folders_ > 0) {
      notices.push_back(absl::StrCat(Thousands(num_inner_folders_),
                                     " folders inside identity folders were not entered."));
    }
    if (not_utf8_.count() > 0) {
      contents_.counts["names that are not UTF-8"] = not_utf8_.count();
      notices.push_back(absl::StrCat(Thousands(not_utf8_.count()),
                                     " images were left out because their names are not UTF-8."));
    }
    // With max_identities the folders that were not looked at may hold the rest.
    if (list_.missing() > 0 && options_.max_identities == 0) {
      contents_.counts["listed images that are missing"] = list_.missing();
      notices.push_back(list_.MissingNotice());
    }
    if (!excluded_.empty() && options_.max_identities == 0) {
      Missing names;
      for (const std::string& name : excluded_) names.Add(name);
      notices.push_back(
          absl::StrCat("`exclude` names identities that are not there: ", names.Names(), "."));
    }
  }

  const Options options_;
  DatasetContents contents_;
  facet::CuratedList list_;
  std::set<std::string> excluded_;  // those not seen yet
  int64_t num_inner_folders_ = 0;
  Missing not_utf8_, dead_links_, loose_;
  facet::LeftOutImages left_out_;
};

}  // namespace

FACET_PLUGIN(facet::Dataset, Folder, Options, "folder", "a folder of images per identity", "")
