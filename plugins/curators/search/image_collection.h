// Hits of engines and lists as rows of a manifest, and what became of their downloads.
#ifndef FACET_PLUGINS_CURATORS_SEARCH_IMAGE_COLLECTION_H_
#define FACET_PLUGINS_CURATORS_SEARCH_IMAGE_COLLECTION_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/curators/download/downloader.h"
#include "plugins/curators/names/candidate_names.h"
#include "plugins/curators/search/collected_truth.h"
#include "plugins/curators/search/query_expansion.h"
#include "plugins/curators/stage/run.h"
#include "plugins/manifest/manifest.h"

namespace facet {

// What to collect: hits, and for each the row that it becomes (identity, source, query, rank, url;
// of a VGG-Face list also number, uid, box, pose and score).
struct Collection {
  std::vector<CandidateImage> hits;
  std::vector<ManifestImage> rows;
  std::vector<std::string> unanswered;  // "Ann Lee actor (bing)", or people without a list
};

// `identities` are those of the manifest that the hits' names are of.
absl::StatusOr<Collection> CollectionOf(CandidateImages images,
                                        const std::vector<ManifestIdentity>& identities);

// The lists <folder>/<Name>.txt of the VGG-Face release, of `identities` by folded name.
absl::StatusOr<Collection> VggFaceCollection(const std::string& folder,
                                             const std::vector<ManifestIdentity>& identities,
                                             const NameNormalizer& normalize);
// Adds everybody who has a list: "Aamir_Khan".
absl::StatusOr<std::vector<ManifestIdentity>> AddVggFaceIdentities(const std::string& folder,
                                                                   Manifest* manifest);

// From the mirror, if there is one, else by HTTP, into the folder of images; each request once.
// Cancelled if `run` is told to stop.
struct FetchOptions {
  std::string mirror;
  DownloadOptions http;
};
absl::StatusOr<std::vector<DownloadResult>> FetchImages(
    const std::vector<DownloadRequest>& requests, const FetchOptions& options,
    const CurationContext& context, const CurationRun& run);

struct StoredCollection {
  std::vector<CollectedImage> images;        // those that are there
  int64_t urls = 0;                          // per person
  std::map<std::string, int64_t> failures;   // of them, by reason
  std::vector<int64_t> ranks, failed_ranks;  // of the hits
};
// Decodes the files and adds the rows: those of one URL share its file. Rows without one are
// removed by the run: "html", "http status", ... (OutcomeName, blanks for '_'), and so are those
// whose file cannot be decoded: "truncated", "damaged".
absl::StatusOr<StoredCollection> StoreCollection(const Collection& collection,
                                                 const DownloadPlan& plan,
                                                 const std::vector<DownloadResult>& results,
                                                 const CurationContext& context, CurationRun& run);

// Counts of ranks in bins of equal width, at most 25, that reach to `largest`.
Histogram RankHistogram(const std::string& name, const std::vector<int64_t>& ranks,
                        int64_t largest);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_SEARCH_IMAGE_COLLECTION_H_
