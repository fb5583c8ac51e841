#include "plugins/manifest/vggface.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/api/component.h"
#include "core/base/file.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/vggface_lists.h"

namespace facet {
namespace {

constexpr char kNoUrl[] = "-";

ManifestImage ImageOf(const VggFaceLine& line, int64_t identity, const std::string& name) {
  ManifestImage image;
  image.identity = identity;
  image.number = line.id;
  image.source = "vggface";
  image.rank = line.sample.rank;
  if (line.url != kNoUrl) image.url = line.url;
  image.uid = line.uid;
  image.path = absl::StrCat(name, "/", absl::Dec(line.id, absl::kZeroPad8), ".jpg");
  // Also one without area: the list can be written again as it was.
  image.box = Box{line.left, line.top, line.right - line.left, line.bottom - line.top};
  image.pose = line.sample.pose;
  image.pose_component = line.pose;
  image.detection_score = line.sample.score;
  return image;
}

absl::Status ImportLists(const std::vector<std::string>& names, const std::string& folder,
                         int64_t run, Manifest* manifest) {
  for (const std::string& name : names) {
    FACET_ASSIGN_OR_RETURN(const std::vector<VggFaceLine> lines,
                           ReadVggFaceList(absl::StrCat(folder, "/", name, ".txt")));
    ManifestIdentity identity;
    identity.name = name;
    FACET_ASSIGN_OR_RETURN(const int64_t id, manifest->AddIdentity(identity));
    for (const VggFaceLine& line : lines) {
      ManifestMark mark;
      FACET_ASSIGN_OR_RETURN(mark.image, manifest->AddImage(ImageOf(line, id, name)));
      if (line.sample.curated) continue;
      mark.reason = "not curated";
      FACET_RETURN_IF_ERROR(manifest->Mark(run, mark));
    }
  }
  return absl::OkStatus();
}

VggFaceLine LineOf(const ManifestImage& image, bool curated, bool with_uid) {
  VggFaceLine line;
  line.id = image.number;
  line.url =
      image.url.empty() ? kNoUrl : absl::StrReplaceAll(image.url, {{" ", "%20"}, {"\t", "%09"}});
  if (with_uid) line.uid = image.uid;
  const Box box = image.box.value_or(Box());
  line.left = box.x;
  line.top = box.y;
  line.right = box.x + box.width;
  line.bottom = box.y + box.height;
  line.pose = image.pose_component.value_or(image.pose == Pose::kLeft    ? 1
                                            : image.pose == Pose::kRight ? 2
                                                                         : 3);
  line.sample.score = image.detection_score.value_or(0);
  line.sample.curated = curated;
  return line;
}

// Numbers and sorts lines that came in order of rank.
void Number(std::vector<VggFaceLine>* lines) {
  std::set<int64_t> numbers;
  for (const VggFaceLine& line : *lines) numbers.insert(line.id);
  if (numbers.size() < lines->size() || *numbers.begin() < 0) {
    for (size_t i = 0; i < lines->size(); ++i) (*lines)[i].id = static_cast<int64_t>(i) + 1;
  }
  std::sort(lines->begin(), lines->end(),
            [](const VggFaceLine& a, const VggFaceLine& b) { return a.id < b.id; });
}

absl::StatusOr<std::vector<VggFaceLine>> LinesOf(const Manifest& manifest,
                                                 const VggFaceExport& options, int64_t identity) {
  ManifestQuery query;
  query.identity = identity;
  query.order = ManifestQuery::Order::kRank;
  query.snapshot = options.curated;
  std::set<int64_t> curated;
  ManifestImage image;
  FACET_ASSIGN_OR_RETURN(ManifestImages curated_images, manifest.Images(query));
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, curated_images.Next(&image));
    if (!found) break;
    curated.insert(image.id);
  }
  query.snapshot = options.full;
  std::vector<VggFaceLine> lines;
  FACET_ASSIGN_OR_RETURN(ManifestImages images, manifest.Images(query));
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, images.Next(&image));
    if (!found) break;
    lines.push_back(LineOf(image, curated.count(image.id) > 0, options.with_uids));
  }
  if (!lines.empty()) Number(&lines);
  return lines;
}

absl::StatusOr<std::string> FileName(const std::string& name, std::set<std::string>* used) {
  const std::string file = absl::StrReplaceAll(name, {{" ", "_"}});
  if (file.empty() || file[0] == '.' || file.find('/') != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("identity \"", name, "\" cannot name a file; rename it"));
  }
  if (file == "licence") {
    return absl::InvalidArgumentError("identity \"licence\": readers pass over licence.txt");
  }
  if (used->insert(file).second) return absl::StrCat(file, ".txt");
  return absl::InvalidArgumentError(
      absl::StrCat("two identities would be written to ", file, ".txt; rename \"", name, "\""));
}

}  // namespace

absl::StatusOr<int64_t> ImportVggFace(const std::string& folder, Manifest* manifest) {
  FACET_ASSIGN_OR_RETURN(const FolderListing listing, ListFolder(folder));
  std::vector<std::string> names;
  for (const std::string& file : listing.files) {
    if (absl::EndsWith(file, ".txt") && file != "licence.txt") {
      names.push_back(file.substr(0, file.size() - 4));
    }
  }
  if (names.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no lists of VGG-Face in ", folder, ": expected NAME.txt"));
  }
  int64_t run = 0;
  const absl::Status status = manifest->InTransaction([&]() -> absl::Status {
    FACET_ASSIGN_OR_RETURN(run, manifest->StartRun("import_vggface", "{}"));
    FACET_RETURN_IF_ERROR(ImportLists(names, folder, run, manifest));
    FACET_RETURN_IF_ERROR(manifest->FinishRun(run, "{}"));
    FACET_RETURN_IF_ERROR(manifest->DefineSnapshot("full", {}));
    return manifest->DefineSnapshot("curated", {run});
  });
  if (!status.ok()) return status;
  return run;
}

absl::StatusOr<int64_t> ExportVggFace(const Manifest& manifest, const VggFaceExport& options,
                                      const std::string& folder) {
  FACET_ASSIGN_OR_RETURN(const auto identities, manifest.Identities(options.full));
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot make ", folder, ": ", error.message()));
  }
  std::set<std::string> files;
  int64_t count = 0;
  for (const ManifestIdentity& identity : identities) {
    FACET_ASSIGN_OR_RETURN(const std::vector<VggFaceLine> lines,
                           LinesOf(manifest, options, identity.id));
    if (lines.empty()) continue;
    FACET_ASSIGN_OR_RETURN(const std::string file, FileName(identity.name, &files));
    std::string text;
    for (const VggFaceLine& line : lines) {
      absl::StatusOr<std::string> written = VggFaceText(line);
      if (!written.ok()) return Annotate(written.status(), identity.name);
      text += *written;
    }
    FACET_RETURN_IF_ERROR(WriteFileAtomically(absl::StrCat(folder, "/", file), text));
    count += static_cast<int64_t>(lines.size());
  }
  return count;
}

}  // namespace facet
