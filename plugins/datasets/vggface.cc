// The VGG-Face release (Parkhi, Vedaldi, Zisserman 2015): one text file per identity, images in a
// local folder.
//
//   <root>/files/<Name>.txt or <root>/<Name>.txt, one image a line, 9 or 10 fields:
//     id [uid] url left top right bottom pose detection_score curation
//   <images>/<Name>/<id>.jpg (.jpeg and .png, too), images = <root>/images unless the option says
//
// snapshot = "full" is every line (the paper's F), "curated" those with curation 1 (C). Samples are
// in byte order of name, then of id; rank is the line's place in the order of ids, from 0. The box
// is the DPM's, in px as the file says; pose above 2 is frontal, 1 and 2 are the profiles, taken
// for left and right in the order in which the release names them. Images are gathered from the web
// and many are gone: missing ones are counted and reported, or refused with missing = "refuse".
// Errors: NotFound if there are no lists or no image at all; a line that is not of this form, by
// file and line.
// Example: data = { use = "vggface", root = "${FACET_DATA}/vggface", snapshot = "curated" }
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/api/dataset.h"
#include "core/base/utf8.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/vggface_lists.h"
#include "plugins/lists/words.h"

namespace {

using facet::DatasetContents;
using facet::Sample;
using facet::Thousands;

struct Options {
  std::string root;
  std::string images;
  std::string snapshot = "full";
  std::string missing = "skip";
  int64_t max_identities = 0;

  void Visit(facet::OptionVisitor& v) {
    v("root", root,
      facet::Required(
          facet::InputDirectory({"*.txt", "files", "files/*.txt", "images/*", "images/*/*"})),
      "folder of the lists");
    v("images", images, facet::InputDirectory({"*", "*/*"}),
      "folder of the people's images; empty: root/images");
    v("snapshot", snapshot, facet::OneOf({"full", "curated"}), "all lines, or those curated");
    v("missing", missing, facet::OneOf({"skip", "refuse"}),
      "listed images that are not there: count them, or refuse");
    v("max_identities", max_identities, facet::AtLeast(0),
      "at most so many identities, the first by name; 0: all");
  }
};

class VggFace final : public facet::Dataset {
 public:
  explicit VggFace(const Options& options)
      : options_(options),
        images_(options.images.empty() ? options.root + "/images" : options.images) {}

  std::string root() const override { return images_; }

  absl::StatusOr<DatasetContents> Load() override {
    contents_ = {};
    missing_ = {};
    std::string lists = options_.root + "/files";
    if (!std::filesystem::is_directory(lists)) lists = options_.root;
    FACET_ASSIGN_OR_RETURN(const facet::FolderListing listing, facet::ListFolder(lists));
    int64_t identities = 0;
    for (const std::string& file : listing.files) {
      if (!absl::EndsWith(file, ".txt") || (lists == options_.root && file == "licence.txt")) {
        continue;
      }
      if (options_.max_identities > 0 && identities == options_.max_identities) break;
      ++identities;
      FACET_RETURN_IF_ERROR(
          ReadIdentity(absl::StrCat(lists, "/", file), file.substr(0, file.size() - 4)));
    }
    if (identities == 0) {
      return absl::NotFoundError(absl::StrCat("no lists of VGG-Face in ", options_.root,
                                              ": expected files/NAME.txt or NAME.txt"));
    }
    FACET_RETURN_IF_ERROR(ReportMissing());
    contents_.counts["identities listed"] = identities;
    contents_.counts["images listed"] = num_listed_;
    contents_.counts["images"] = static_cast<int64_t>(contents_.samples.size());
    return std::move(contents_);
  }

 private:
  // Number -> file name of an identity's images.
  absl::StatusOr<std::map<int64_t, std::string>> PresentImages(const std::string& name) const {
    std::map<int64_t, std::string> present;
    const std::string folder = absl::StrCat(images_, "/", name);
    if (!std::filesystem::is_directory(folder)) return present;
    FACET_ASSIGN_OR_RETURN(const facet::FolderListing listing, facet::ListFolder(folder));
    for (const char* extension : {".jpg", ".jpeg", ".png"}) {
      for (const std::string& file : listing.files) {
        int64_t id;
        if (absl::EndsWithIgnoreCase(file, extension) &&
            absl::SimpleAtoi(file.substr(0, file.rfind('.')), &id)) {
          present.emplace(id, file);
        }
      }
    }
    return present;
  }

  absl::Status ReadIdentity(const std::string& path, const std::string& name) {
    if (!facet::IsUtf8(name)) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": the name is not UTF-8; rename it"));
    }
    FACET_ASSIGN_OR_RETURN(std::vector<facet::VggFaceLine> lines, facet::ReadVggFaceList(path));
    FACET_ASSIGN_OR_RETURN(const auto present, PresentImages(name));
    for (facet::VggFaceLine& line : lines) {
      Sample& sample = line.sample;
      if (options_.snapshot == "curated" && !sample.curated) continue;
      ++num_listed_;
      const auto file = present.find(line.id);
      if (file == present.end()) {
        missing_.Add(absl::StrCat(name, "/", absl::Dec(line.id, absl::kZeroPad8), ".jpg"));
        continue;
      }
      sample.key = sample.path = absl::StrCat(name, "/", file->second);
      sample.identity = name;
      if (!sample.box.has_value()) ++contents_.counts["boxes without area"];
      contents_.samples.push_back(std::move(sample));
    }
    return absl::OkStatus();
  }

  absl::Status ReportMissing() {
    if (missing_.count() == 0) return absl::OkStatus();
    const std::string what =
        absl::StrCat(Thousands(missing_.count()), " of ", Thousands(num_listed_),
                     " listed images are missing: ", missing_.Names());
    if (contents_.samples.empty() || options_.missing == "refuse") {
      return absl::NotFoundError(
          absl::StrCat(what, "; expected below ", images_, " (option `images`)",
                       contents_.samples.empty() ? "" : ", or left out with missing = \"skip\""));
    }
    contents_.counts["missing images"] = missing_.count();
    contents_.notices.push_back(what + ".");
    return absl::OkStatus();
  }

  const Options options_;
  const std::string images_;
  DatasetContents contents_;
  int64_t num_listed_ = 0;
  facet::Missing missing_;
};

}  // namespace

FACET_PLUGIN(facet::Dataset, VggFace, Options, "vggface", "the VGG-Face release's lists and images",
             "Parkhi et al. 2015, section 3")
