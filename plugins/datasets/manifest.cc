// A snapshot of a curation manifest: the images that a curator's stages have left, for training.
//
//   file       the manifest, one SQLite file as a curator hands it on (manifest/manifest.h); empty:
//              that of the row's curation, with its images
//   snapshot   which images: "full", "curated", or what else the manifest names; empty: what its
//              last stage left
//   root       the folder that its paths are below; with `file` alone
//
// Samples are in byte order of identity, then of query rank (unknown ones last), then of the
// manifest's id. Box, pose, score (the detector's) and rank are the manifest's, in px; a box
// without area is left out, and counted. `curated` says whether the image is in the snapshot that
// the option of this name gives; where the manifest has none of that name, all are. The key is the
// path, or of a path that occurs again "path#id". Images without a path were never fetched: they
// are counted. Errors: not a manifest, another version of it, one still being written; NotFound for
// a snapshot that it does not have, for missing images (missing = "skip" counts them), and if none
// is left. Example: data = { use = "manifest", file = "m.sqlite", snapshot = "full", root =
// "images" }, or in a row with a curation
// data = { use = "manifest" }
#include "plugins/manifest/manifest.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/dataset.h"
#include "plugins/lists/words.h"

namespace {

using facet::DatasetContents;
using facet::Manifest;
using facet::ManifestIdentity;
using facet::ManifestImage;
using facet::ManifestQuery;
using facet::Sample;
using facet::Thousands;

struct Options {
  std::string file;
  std::string snapshot;
  std::string root;
  std::string curated = "curated";
  std::string missing = "refuse";
  int64_t max_identities = 0;

  void Visit(facet::OptionVisitor& v) {
    v("file", file, facet::InputFile(), "the manifest; empty: that of the row's curation");
    v("snapshot", snapshot, facet::Any(),
      "name of the snapshot in the manifest; empty: what its last stage left");
    v("root", root, facet::InputDirectory({"**/*"}),
      "folder that the paths are below; with `file`");
    v("curated", curated, facet::Any(), "snapshot whose images are flagged as curated");
    v("missing", missing, facet::OneOf({"refuse", "skip"}),
      "a listed image that is not there: refuse, or leave it out");
    v("max_identities", max_identities, facet::AtLeast(0),
      "at most so many identities, the first by name; 0: all");
  }
};

class ManifestDataset final : public facet::Dataset {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kFromCuration};

  static absl::StatusOr<std::unique_ptr<ManifestDataset>> Create(const Options& options) {
    if (options.file.empty() == options.root.empty()) {
      return std::make_unique<ManifestDataset>(options);
    }
    return absl::InvalidArgumentError(
        absl::StrCat("file and root go together: the manifest, and the folder of its images; ",
                     options.file.empty() ? "file" : "root", " is missing"));
  }
  explicit ManifestDataset(const Options& options)
      : options_(options), file_(options.file), root_(options.root), snapshot_(options.snapshot) {}

  std::string root() const override { return options_.root; }

  absl::Status LoadCuration(const std::string& manifest, const std::string& image_folder) override {
    if (!file_.empty()) return absl::FailedPreconditionError("it has a file of its own");
    file_ = manifest;
    root_ = image_folder;
    return absl::OkStatus();
  }

  absl::StatusOr<DatasetContents> Load() override {
    contents_ = {};
    missing_ = {};
    keys_.clear();
    num_listed_ = 0;
    if (file_.empty()) {
      return absl::InvalidArgumentError(
          "it needs a manifest: file = \"FILE\", root = \"FOLDER\", or a curation in the row");
    }
    FACET_ASSIGN_OR_RETURN(manifest_, Manifest::OpenFrozen(file_));
    if (snapshot_.empty()) {
      FACET_ASSIGN_OR_RETURN(snapshot_, LastSnapshot());
    }
    FACET_ASSIGN_OR_RETURN(std::vector<ManifestIdentity> identities,
                           manifest_->Identities(snapshot_));
    FACET_ASSIGN_OR_RETURN(const std::vector<std::string> snapshots, manifest_->Snapshots());
    has_curated_ = options_.curated != snapshot_ &&
                   std::count(snapshots.begin(), snapshots.end(), options_.curated) > 0;
    std::sort(identities.begin(), identities.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    const auto count = static_cast<int64_t>(identities.size());
    const int64_t wanted = options_.max_identities > 0 ? options_.max_identities : count;
    identities.resize(static_cast<size_t>(std::min(count, wanted)));
    for (const ManifestIdentity& identity : identities) {
      FACET_RETURN_IF_ERROR(AddIdentity(identity));
    }
    FACET_RETURN_IF_ERROR(CheckMissing());
    contents_.counts["identities listed"] = static_cast<int64_t>(identities.size());
    contents_.counts["images listed"] = num_listed_;
    contents_.counts["images"] = static_cast<int64_t>(contents_.samples.size());
    return std::move(contents_);
  }

 private:
  // Of the snapshots that the last run is in force in, the one with the most runs.
  absl::StatusOr<std::string> LastSnapshot() const {
    FACET_ASSIGN_OR_RETURN(const std::vector<std::string> names, manifest_->Snapshots());
    std::pair<int64_t, size_t> best = {-1, 0};
    std::string last;
    for (const std::string& name : names) {
      FACET_ASSIGN_OR_RETURN(const std::vector<int64_t> runs, manifest_->SnapshotRuns(name));
      if (runs.empty()) continue;
      const std::pair<int64_t, size_t> rank = {*std::max_element(runs.begin(), runs.end()),
                                               runs.size()};
      if (rank > best) {
        best = rank;
        last = name;
      }
    }
    if (!last.empty()) return last;
    return absl::NotFoundError(absl::StrCat(file_, " defines no snapshot of any run; name one of ",
                                            "its others with snapshot = \"...\""));
  }

  absl::StatusOr<std::set<int64_t>> CuratedIds(ManifestQuery query) const {
    std::set<int64_t> ids;
    query.snapshot = options_.curated;
    FACET_ASSIGN_OR_RETURN(facet::ManifestImages images, manifest_->Images(query));
    ManifestImage image;
    for (;;) {
      FACET_ASSIGN_OR_RETURN(const bool found, images.Next(&image));
      if (!found) return ids;
      ids.insert(image.id);
    }
  }

  absl::Status AddIdentity(const ManifestIdentity& identity) {
    ManifestQuery query;
    query.snapshot = snapshot_;
    query.identity = identity.id;
    query.order = ManifestQuery::Order::kRank;
    std::set<int64_t> curated;
    if (has_curated_) {
      FACET_ASSIGN_OR_RETURN(curated, CuratedIds(query));
    }
    FACET_ASSIGN_OR_RETURN(facet::ManifestImages images, manifest_->Images(query));
    ManifestImage image;
    for (;;) {
      FACET_ASSIGN_OR_RETURN(const bool found, images.Next(&image));
      if (!found) return absl::OkStatus();
      AddImage(identity, image, !has_curated_ || curated.count(image.id) > 0);
    }
  }

  void AddImage(const ManifestIdentity& identity, const ManifestImage& image, bool curated) {
    ++num_listed_;
    if (image.path.empty()) {
      ++contents_.counts["images never fetched"];
      return;
    }
    if (!std::filesystem::is_regular_file(absl::StrCat(root_, "/", image.path))) {
      missing_.Add(image.path);
      return;
    }
    Sample sample;
    sample.key = image.path;
    if (!keys_.insert(sample.key).second) sample.key = absl::StrCat(image.path, "#", image.id);
    sample.identity = identity.name;
    sample.path = image.path;
    if (image.box.has_value() && image.box->width > 0 && image.box->height > 0) {
      sample.box = image.box;
    } else if (image.box.has_value()) {
      ++contents_.counts["boxes without area"];
    }
    sample.pose = image.pose;
    sample.score = image.detection_score.value_or(0);
    sample.rank = image.rank;
    sample.curated = curated;
    sample.image = image.id;
    contents_.samples.push_back(std::move(sample));
  }

  absl::Status CheckMissing() {
    if (missing_.count() > 0) {
      const std::string what =
          absl::StrCat(Thousands(missing_.count()), " of ", Thousands(num_listed_),
                       " listed images are missing: ", missing_.Names());
      if (options_.missing == "refuse" || contents_.samples.empty()) {
        return absl::NotFoundError(absl::StrCat(
            what, " (below ", root_, ")",
            contents_.samples.empty() ? "" : "; leave them out with missing = \"skip\""));
      }
      contents_.counts["missing images"] = missing_.count();
      contents_.notices.push_back(what + ".");
    }
    if (!contents_.samples.empty()) return absl::OkStatus();
    return absl::NotFoundError(
        absl::StrCat("snapshot \"", snapshot_, "\" of ", file_, " has no image with a path"));
  }

  const Options options_;
  std::string file_, root_, snapshot_;
  std::unique_ptr<Manifest> manifest_;
  bool has_curated_ = false;
  DatasetContents contents_;
  facet::Missing missing_;
  std::set<std::string> keys_;
  int64_t num_listed_ = 0;
};

}  // namespace

FACET_PLUGIN(facet::Dataset, ManifestDataset, Options, "manifest",
             "a snapshot of a curation manifest", "Parkhi et al. 2015, section 3")
