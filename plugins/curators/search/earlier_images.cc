#include "plugins/curators/search/earlier_images.h"

#include <unordered_map>

#include "core/api/component.h"
#include "plugins/curators/search/image_collection.h"
#include "plugins/curators/stage/files.h"

namespace facet {

absl::StatusOr<EarlierImages> EarlierImages::Read(const Manifest& manifest) {
  FACET_ASSIGN_OR_RETURN(const std::vector<ManifestIdentity> people, manifest.Identities(""));
  std::unordered_map<int64_t, std::string> names;
  for (const ManifestIdentity& person : people) names[person.id] = person.name;
  EarlierImages earlier;
  FACET_ASSIGN_OR_RETURN(ManifestImages images, manifest.Images({}));
  for (ManifestImage image;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, images.Next(&image));
    if (!found) return earlier;
    const std::string& name = names.at(image.identity);
    // A file that could not be decoded has no size, and counts as one that failed.
    const bool is_whole = !image.path.empty() && image.width_px > 0;
    earlier.images_.push_back(
        {image.id, image.rank, name, image.url, is_whole ? image.bytes_sha256 : ""});
    earlier.hits_.emplace(image.identity, image.source, image.query, image.url);
    if (image.path.empty() || image.url.empty()) continue;
    earlier.files_[DownloadId(name, image.url)] = {image.path, image.bytes_sha256, image.num_bytes};
  }
}

int64_t EarlierImages::LeaveOutKnown(Collection* collection) const {
  size_t kept = 0;
  const size_t count = collection->rows.size();
  for (size_t i = 0; i < count; ++i) {
    const ManifestImage& row = collection->rows[i];
    if (hits_.count({row.identity, row.source, row.query, row.url}) > 0) continue;
    if (kept != i) {
      collection->rows[kept] = std::move(collection->rows[i]);
      collection->hits[kept] = std::move(collection->hits[i]);
    }
    ++kept;
  }
  collection->rows.resize(kept);
  collection->hits.resize(kept);
  return static_cast<int64_t>(count - kept);
}

absl::Status EarlierImages::HandOnFiles(const std::string& from, const std::string& to) const {
  std::vector<std::string> paths;
  for (const auto& [id, file] : files_) paths.push_back(file.path);
  return HandOn(from, to, paths);
}

EarlierImages::Parted EarlierImages::Part(const DownloadPlan& plan) const {
  Parted parted;
  for (const DownloadRequest& request : plan.requests) {
    DownloadResult result;
    const auto file = files_.find(request.id);
    if (file == files_.end()) {
      parted.place.push_back(parted.results.size());
      parted.requests.push_back(request);
    } else {
      result.id = request.id;
      result.url = request.url;
      result.outcome = DownloadOutcome::kOk;
      result.file = file->second.path;
      result.size = file->second.num_bytes;
      result.sha256 = file->second.bytes_sha256;
      result.reused = true;
    }
    parted.results.push_back(std::move(result));
  }
  return parted;
}

}  // namespace facet
