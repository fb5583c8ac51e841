// From names to downloads: queries (names x engines x templates), what the engines found, the first
// N of each, and a request for each image.
#ifndef FACET_PLUGINS_CURATORS_SEARCH_QUERY_EXPANSION_H_
#define FACET_PLUGINS_CURATORS_SEARCH_QUERY_EXPANSION_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "plugins/curators/download/downloader.h"

namespace facet {

struct SearchQuery {
  std::string identity, engine;
  std::string text;  // "Ann Lee actor"
};
// In order of names, then engines, then templates. A template has "{name}" once or more, for which
// the name stands with blanks for its underscores: "{name}", "{name} actor" are the paper's.
// InvalidArgument: nothing in a list, something twice, a name that is empty or not UTF-8, a
// template without "{name}" or with other braces, two names that give one query.
absl::StatusOr<std::vector<SearchQuery>> ExpandQueries(const std::vector<std::string>& names,
                                                       const std::vector<std::string>& engines,
                                                       const std::vector<std::string>& templates);

// An image that an engine named for a query.
struct SearchHit {
  std::string url;
  int64_t rank = 0;   // from 0
  std::string page;   // where it was found; may be empty
  std::string title;  // may be empty
};
// (engine, query text) -> hits; TopHits sorts them.
using SearchResults = std::map<std::pair<std::string, std::string>, std::vector<SearchHit>>;

struct CandidateImage {
  SearchQuery query;
  SearchHit hit;
};
struct CandidateImages {
  std::vector<CandidateImage> images;   // in order of the queries, then by rank
  std::vector<SearchQuery> unanswered;  // queries that `results` does not have
};
// The `top` best-ranked hits of each query; of one URL twice in a query's list, the first.
CandidateImages TopHits(const std::vector<SearchQuery>& queries, const SearchResults& results,
                        int64_t top);

// A folder for an identity's images, as ids of downloads are written: other characters become '_',
// and where that loses something, eight digits of the name's SHA-256 follow.
std::string IdentityFolder(const std::string& identity);

// "<IdentityFolder>/<16 digits of the URL's SHA-256>": stays the same when lists grow.
std::string DownloadId(const std::string& identity, const std::string& url);

struct DownloadPlan {
  // One per identity and URL.
  std::vector<DownloadRequest> requests;
  std::vector<int64_t> request_of;  // of each image: several images may share one
};
DownloadPlan PlanDownloads(const std::vector<CandidateImage>& images);

// The images of a VGG-Face URL list (vggface_lists.h), ranks in the order of its ids; engine and
// query are empty.
absl::StatusOr<std::vector<CandidateImage>> ReadVggFaceCandidates(const std::string& path,
                                                                  const std::string& identity);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_SEARCH_QUERY_EXPANSION_H_
