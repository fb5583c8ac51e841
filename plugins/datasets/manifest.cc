// A snapshot of a curation manifest: the images that a curator's stages have left, for training.
//
//   file       the manifest, one SQLite file as a curator hands it on (support/manifest.h)
//   snapshot   which images: "full", "curated", or what else the manifest names
//   root       the folder that its paths are below
//
// Samples are in byte order of identity, then of query rank (unknown ones last), then of the
// manifest's id. Box, pose, score (the detector's) and rank are the manifest's, in px; a box
// without area is left out, and counted. `curated` says whether the image is in the snapshot that
// the option of this name gives; where the manifest has none of that name, all are. The key is the
// path, or of a path that occurs again "path#id". Images without a path were never fetched: they
// are counted. Errors: not a manifest, another version of it, one still being written; NotFound for
// a snapshot that it does not have, for missing images (missing = "skip" counts them), and if none
// is left. Example: data = { use = "manifest", file = "m.sqlite", snapshot = "full", root =
// "images" }
#include "plugins/support/manifest.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/dataset.h"
#include "plugins/support/data_files.h"

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
    v("file", file, facet::Required(facet::InputFile()), "the manifest");
    v("snapshot", snapshot, facet::Required(facet::Any()), "name of the snapshot in the manifest");
    v("root", root, facet::Required(facet::InputDirectory()), "folder that the paths are below");
    v("curated", curated, facet::Any(), "snapshot whose images are flagged as curated");
    v("missing", missing, facet::OneOf({"refuse", "skip"}),
      "a listed image that is not there: refuse, or leave it out");
    v("max_identities", max_identities, facet::AtLeast(0),
      "at most so many identities, the first by name; 0: all");
  }
};

class ManifestDataset final : public facet::Dataset {
 public:
  explicit ManifestDataset(const Options& options) : options_(options) {}

  std::string root() const override { return options_.root; }

  absl::StatusOr<DatasetContents> Load() override {
    contents_ = {};
    missing_ = {};
    keys_.clear();
    num_listed_ = 0;
    FACET_ASSIGN_OR_RETURN(manifest_, Manifest::OpenFrozen(options_.file));
    FACET_ASSIGN_OR_RETURN(std::vector<ManifestIdentity> identities,
                           manifest_->Identities(options_.snapshot));
    FACET_ASSIGN_OR_RETURN(const std::vector<std::string> snapshots, manifest_->Snapshots());
    has_curated_ = options_.curated != options_.snapshot &&
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
    query.snapshot = options_.snapshot;
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
    if (!std::filesystem::is_regular_file(absl::StrCat(options_.root, "/", image.path))) {
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
    contents_.samples.push_back(std::move(sample));
  }

  absl::Status CheckMissing() {
    if (missing_.count() > 0) {
      const std::string what =
          absl::StrCat(Thousands(missing_.count()), " of ", Thousands(num_listed_),
                       " listed images are missing: ", missing_.Names());
      if (options_.missing == "refuse" || contents_.samples.empty()) {
        return absl::NotFoundError(absl::StrCat(what, " (below ", options_.root,
                                                "); leave them out with missing = \"skip\""));
      }
      contents_.counts["missing images"] = missing_.count();
      contents_.notices.push_back(what + ".");
    }
    if (!contents_.samples.empty()) return absl::OkStatus();
    return absl::NotFoundError(absl::StrCat("snapshot \"", options_.snapshot, "\" of ",
                                            options_.file, " has no image with a path"));
  }

  const Options options_;
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
