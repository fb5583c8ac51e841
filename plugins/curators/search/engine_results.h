// What search engines answered, from files and commands.
//
// A file holds one JSON document, or one a line. A document is one page of one query's results:
//
//   {"engine": "google", "query": "Ann Lee", "offset": 0,
//    "results": [{"url": "http://...", "page": "http://...", "title": "..."}]}
//
// `engine` (else what the caller says), `offset` (rank of the first result, from 0; else the page
// follows those before it), `page` and `title` may be missing; a result may have its `rank`.
// Answers of search APIs are read as they are, by an EngineMapping, which says for any other engine
// where things are. A table (.csv, .tsv) has a row per result, with columns of the mapping's names:
// query, url, and where they are there engine, rank, page, title; without ranks, rows follow in
// their order.
#ifndef FACET_PLUGINS_CURATORS_SEARCH_ENGINE_RESULTS_H_
#define FACET_PLUGINS_CURATORS_SEARCH_ENGINE_RESULTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "plugins/curators/search/query_expansion.h"

namespace facet {

// Where things are in a document, as JSON pointers (RFC 6901); those of a result begin at the
// result. Empty: not there. In a table "/url" is the column url.
struct EngineMapping {
  std::string engine = "/engine", query = "/query", offset = "/offset", results = "/results";
  std::string url = "/url", page = "/page", title = "/title";
  int64_t first_offset = 0;    // how the API counts: 0 or 1; ranks too
  std::string rank = "/rank";  // of a result, in its query's whole answer
};
// "facet" (above), "google" (Custom Search JSON API: items[].link), "bing" (Image Search API v7:
// value[].contentUrl), "serpapi" (Google Images: images_results[].original). InvalidArgument lists
// them.
absl::StatusOr<EngineMapping> KnownEngineMapping(const std::string& name);

// Changes a mapping by words as "url=/image/src", "rank=position" (short for "/position"),
// "offset=" (not there), "first=1" (how ranks and offsets are counted). InvalidArgument lists what
// there is.
absl::Status ChangeEngineMapping(const std::vector<std::string>& words, EngineMapping* mapping);

// Adds to `results`. Results without a URL are passed over, but keep their rank. `engine` is for
// documents that name none. InvalidArgument names file, line and pointer of what is not of this
// form, and a document without query or engine; text that is not UTF-8, and a page of HTML.
absl::Status ReadEngineResults(const std::string& path, const EngineMapping& mapping,
                               const std::string& engine, SearchResults* results);

// Runs a command that prints URLs, best first, one a line (blank lines and those that begin with
// '#' are passed over); ranks are their order. `argv` is no shell's: the first word is the program,
// and in the others "{query}", "{engine}" and "{count}" are replaced. stderr is shown in errors.
// InvalidArgument: an argument that would become an option ("{query}" alone, for a query that
// begins with '-'), an output that is no URL. Errors: the program is missing, fails, prints more
// than 16 MiB, or runs over `time_limit` (DeadlineExceeded; its process group is killed).
absl::StatusOr<std::vector<SearchHit>> RunUrlCommand(const std::vector<std::string>& argv,
                                                     const SearchQuery& query, int64_t count,
                                                     absl::Duration time_limit);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_SEARCH_ENGINE_RESULTS_H_
