#include "plugins/curators/search/image_collection.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "core/base/status.h"
#include "plugins/curators/search/mirror_fetch.h"
#include "plugins/curators/stage/files.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/vggface_lists.h"

namespace facet {
namespace {

constexpr char kSuffix[] = ".txt";
constexpr absl::Duration kTellHost = absl::Milliseconds(500);

// Names of the people who have a list, in byte order.
absl::StatusOr<std::vector<std::string>> ListedPeople(const std::string& folder) {
  FACET_ASSIGN_OR_RETURN(const FolderListing listing, ListFolder(folder));
  std::vector<std::string> people;
  for (const std::string& file : listing.files) {
    if (!absl::EndsWith(file, kSuffix) || file == "licence.txt") continue;
    people.push_back(file.substr(0, file.size() - (sizeof(kSuffix) - 1)));
  }
  if (!people.empty()) return people;
  return absl::NotFoundError(
      absl::StrCat(folder, " has no lists of the VGG-Face release, one <Name>.txt per person"));
}

ManifestImage RowOf(const VggFaceLine& line, int64_t identity) {
  ManifestImage row;
  row.identity = identity;
  row.number = line.id;
  row.source = "vggface";
  row.rank = line.sample.rank;
  row.url = line.url;
  row.uid = line.uid;
  row.box = Box{line.left, line.top, line.right - line.left, line.bottom - line.top};
  row.pose = line.sample.pose;
  row.pose_component = line.pose;
  row.detection_score = line.sample.score;
  return row;
}

// Why an image is not there; empty if it is.
struct Failure {
  std::string reason, detail;
};

Failure FailureOf(const DownloadResult& result, const ImageFacts& facts) {
  if (result.outcome != DownloadOutcome::kOk) {
    const std::string_view name = OutcomeName(result.outcome);
    return {absl::StrReplaceAll(absl::string_view(name.data(), name.size()), {{"_", " "}}),
            result.detail};
  }
  if (facts.damage.empty()) return {};
  return {absl::StrContains(facts.damage, "truncated") ? "truncated" : "damaged", facts.damage};
}

// Of each result; of failed ones none.
absl::StatusOr<std::vector<ImageFacts>> Measure(const std::vector<DownloadResult>& results,
                                                const CurationContext& context) {
  std::vector<std::string> paths;
  for (const DownloadResult& result : results) {
    if (result.outcome == DownloadOutcome::kOk) paths.push_back(result.file);
  }
  FACET_ASSIGN_OR_RETURN(std::vector<ImageFacts> measured, MeasureImages(paths, context));
  std::vector<ImageFacts> facts(results.size());
  for (size_t i = 0, next = 0; i < results.size(); ++i) {
    if (results[i].outcome == DownloadOutcome::kOk) facts[i] = std::move(measured[next++]);
  }
  return facts;
}

}  // namespace

absl::StatusOr<Collection> CollectionOf(CandidateImages images,
                                        const std::vector<ManifestIdentity>& identities) {
  std::map<std::string, int64_t> ids;
  for (const ManifestIdentity& identity : identities) ids[identity.name] = identity.id;
  Collection collection;
  for (const CandidateImage& image : images.images) {
    ManifestImage row;
    row.identity = ids.at(image.query.identity);
    row.source = image.query.engine;
    row.query = image.query.text;
    row.rank = image.hit.rank;
    row.url = image.hit.url;
    collection.rows.push_back(std::move(row));
  }
  collection.hits = std::move(images.images);
  for (const SearchQuery& query : images.unanswered) {
    collection.unanswered.push_back(absl::StrCat("\"", query.text, "\" (", query.engine, ")"));
  }
  return collection;
}

absl::StatusOr<Collection> VggFaceCollection(const std::string& folder,
                                             const std::vector<ManifestIdentity>& identities,
                                             const NameNormalizer& normalize) {
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> people, ListedPeople(folder));
  std::map<std::string, std::string> lists;
  for (const std::string& name : people) lists[normalize(name)] = name;
  Collection collection;
  for (const ManifestIdentity& identity : identities) {
    const auto list = lists.find(normalize(identity.name));
    if (list == lists.end()) {
      collection.unanswered.push_back(absl::StrCat("\"", identity.name, "\""));
      continue;
    }
    FACET_ASSIGN_OR_RETURN(const std::vector<VggFaceLine> lines,
                           ReadVggFaceList(absl::StrCat(folder, "/", list->second, kSuffix)));
    for (const VggFaceLine& line : lines) {
      collection.hits.push_back({{identity.name, "", ""}, {line.url, line.sample.rank, "", ""}});
      collection.rows.push_back(RowOf(line, identity.id));
    }
  }
  if (!collection.hits.empty()) return collection;
  return absl::NotFoundError(absl::StrCat(folder, " has no list of any of the ", identities.size(),
                                          " people of the manifest"));
}

absl::StatusOr<std::vector<ManifestIdentity>> AddVggFaceIdentities(const std::string& folder,
                                                                   Manifest* manifest) {
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> people, ListedPeople(folder));
  std::vector<ManifestIdentity> identities(people.size());
  const absl::Status status = manifest->InTransaction([&]() -> absl::Status {
    for (size_t i = 0; i < people.size(); ++i) {
      identities[i].name = people[i];
      FACET_ASSIGN_OR_RETURN(identities[i].id, manifest->AddIdentity(identities[i]));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return identities;
}

absl::StatusOr<std::vector<DownloadResult>> FetchImages(
    const std::vector<DownloadRequest>& requests, const FetchOptions& options,
    const CurationContext& context, const CurationRun& run) {
  const auto total = static_cast<int64_t>(requests.size());
  if (!options.mirror.empty()) {
    return FetchFromMirror(requests, options.mirror, context.image_folder,
                           {options.http.max_bytes, context.threads},
                           [&](int64_t done) { return run.Progress(done, total, "URLs").ok(); });
  }
  DownloadProgress now;
  absl::Time last;
  bool stopped = false;
  const auto stop = [&] {
    if (absl::Now() - last < kTellHost) return stopped;
    last = absl::Now();
    stopped = !run.Progress(now.done, total, "URLs", absl::StrCat(now.failed, " failed")).ok();
    return stopped;
  };
  absl::StatusOr<std::vector<DownloadResult>> results =
      Download(requests, context.image_folder, options.http, stop,
               [&](const DownloadProgress& progress) { now = progress; });
  if (stopped) return absl::CancelledError("stopped");
  return results;
}

absl::StatusOr<StoredCollection> StoreCollection(const Collection& collection,
                                                 const DownloadPlan& plan,
                                                 const std::vector<DownloadResult>& results,
                                                 const CurationContext& context, CurationRun& run) {
  FACET_ASSIGN_OR_RETURN(const std::vector<ImageFacts> facts, Measure(results, context));
  StoredCollection stored;
  stored.urls = static_cast<int64_t>(results.size());
  std::vector<Failure> failures;
  for (size_t i = 0; i < results.size(); ++i) {
    failures.push_back(FailureOf(results[i], facts[i]));
    if (!failures[i].reason.empty()) ++stored.failures[failures[i].reason];
  }
  const auto add = [&](size_t index) -> absl::Status {
    const auto request = static_cast<size_t>(plan.request_of[index]);
    ManifestImage row = collection.rows[index];
    row.run = run.id();
    stored.ranks.push_back(row.rank);
    if (results[request].outcome == DownloadOutcome::kOk) {
      row.path = results[request].file;
      row.num_bytes = results[request].size;
      row.bytes_sha256 = results[request].sha256;
      row.width_px = facts[request].width_px;
      row.height_px = facts[request].height_px;
    }
    ManifestMark mark;
    FACET_ASSIGN_OR_RETURN(mark.image, run.manifest().AddImage(row));
    const bool is_there = failures[request].reason.empty();
    stored.images.push_back({mark.image, row.rank, collection.hits[index].query.identity, row.url,
                             is_there ? row.bytes_sha256 : ""});
    if (is_there) return absl::OkStatus();
    stored.failed_ranks.push_back(row.rank);
    mark.reason = failures[request].reason;
    mark.detail = failures[request].detail;
    return run.manifest().Mark(run.id(), mark);
  };
  const absl::Status status = run.manifest().InTransaction([&]() -> absl::Status {
    for (size_t i = 0; i < collection.rows.size(); ++i) FACET_RETURN_IF_ERROR(add(i));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return stored;
}

Histogram RankHistogram(const std::string& name, const std::vector<int64_t>& ranks,
                        int64_t largest) {
  constexpr int64_t kMaxBins = 25;
  const int64_t width = largest / kMaxBins + 1;
  Histogram histogram;
  histogram.name = name;
  histogram.x_label = "rank in the engine's answer";
  histogram.counts.resize(static_cast<size_t>(largest / width + 1));
  for (size_t i = 0; i <= histogram.counts.size(); ++i) {
    histogram.edges.push_back(static_cast<double>(static_cast<int64_t>(i) * width));
  }
  for (const int64_t rank : ranks) ++histogram.counts[static_cast<size_t>(rank / width)];
  return histogram;
}

}  // namespace facet
