#include "plugins/curators/search/search_answers.h"

#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "plugins/curators/search/engine_results.h"
#include "plugins/lists/folder_listing.h"

namespace facet {
namespace {

absl::StatusOr<SearchResults> ReadFiles(const AnswerSources& sources) {
  FACET_ASSIGN_OR_RETURN(EngineMapping mapping, KnownEngineMapping(sources.format));
  FACET_RETURN_IF_ERROR(ChangeEngineMapping(sources.mapping, &mapping));
  FACET_ASSIGN_OR_RETURN(const FolderListing listing, ListFolder(sources.results));
  SearchResults results;
  for (const std::string& file : listing.files) {
    const auto is = [&file](const char* suffix) { return absl::EndsWith(file, suffix); };
    if (!is(".json") && !is(".jsonl") && !is(".csv") && !is(".tsv")) continue;
    const std::string stem = std::filesystem::path(file).stem().string();
    FACET_RETURN_IF_ERROR(ReadEngineResults(absl::StrCat(sources.results, "/", file), mapping,
                                            sources.format == "facet" ? stem : sources.format,
                                            &results));
  }
  if (!results.empty()) return results;
  return absl::NotFoundError(
      absl::StrCat(sources.results, " has no results of engines (.json, .jsonl, .csv, .tsv)"));
}

// An answer is kept as a document of form "facet", complete or not at all.
absl::StatusOr<SearchResults> AskCommand(const std::vector<SearchQuery>& queries,
                                         const AnswerSources& sources,
                                         const std::function<bool(int64_t, int64_t)>& go_on) {
  SearchResults results;
  const auto total = static_cast<int64_t>(queries.size());
  for (int64_t i = 0; i < total; ++i) {
    const SearchQuery& query = queries[static_cast<size_t>(i)];
    if (go_on && !go_on(i, total)) return absl::CancelledError("stopped");
    const std::string asked = absl::StrCat(absl::StrJoin(sources.command, "\n"), "\n\n",
                                           query.engine, "\n", query.text, "\n", sources.top);
    const std::string path =
        absl::StrCat(sources.command_folder, "/", Sha256Hex(asked).substr(0, 16), ".json");
    if (!std::filesystem::exists(path)) {
      FACET_ASSIGN_OR_RETURN(
          const std::vector<SearchHit> hits,
          RunUrlCommand(sources.command, query, sources.top, sources.time_limit));
      Json document = {{"engine", query.engine}, {"query", query.text}, {"offset", 0}};
      document["results"] = Json::array();
      for (const SearchHit& hit : hits) document["results"].push_back({{"url", hit.url}});
      FACET_RETURN_IF_ERROR(WriteFileAtomically(path, Dump(document)));
    }
    FACET_RETURN_IF_ERROR(ReadEngineResults(path, {}, "", &results));
  }
  return results;
}

// Gives queries without an answer the one of another spelling.
void AddSpellings(const std::vector<SearchQuery>& queries, const NameNormalizer& normalize,
                  SearchResults* results) {
  std::map<std::pair<std::string, std::string>, const std::vector<SearchHit>*> folded;
  for (const auto& [key, hits] : *results) {
    const std::string text = normalize(key.second);
    if (!text.empty()) folded.emplace(std::make_pair(key.first, text), &hits);
  }
  SearchResults added;
  for (const SearchQuery& query : queries) {
    const auto found = folded.find({query.engine, normalize(query.text)});
    if (found == folded.end() || results->count({query.engine, query.text}) > 0) continue;
    added[{query.engine, query.text}] = *found->second;
  }
  results->merge(added);
}

}  // namespace

absl::StatusOr<CandidateImages> FindImages(const std::vector<std::string>& names,
                                           const AnswerSources& sources,
                                           const NameNormalizer& normalize,
                                           const std::function<bool(int64_t, int64_t)>& go_on) {
  SearchResults results;
  std::vector<std::string> engines = sources.engines;
  if (sources.command.empty()) {
    FACET_ASSIGN_OR_RETURN(results, ReadFiles(sources));
    std::set<std::string> named;
    for (const auto& [key, hits] : results) named.insert(key.first);
    if (engines.empty()) engines.assign(named.begin(), named.end());
  } else if (engines.empty()) {
    engines = {"command"};
  }
  FACET_ASSIGN_OR_RETURN(const std::vector<SearchQuery> queries,
                         ExpandQueries(names, engines, sources.templates));
  if (!sources.command.empty()) {
    FACET_ASSIGN_OR_RETURN(results, AskCommand(queries, sources, go_on));
  }
  AddSpellings(queries, normalize, &results);
  CandidateImages images = TopHits(queries, results, sources.top);
  if (images.unanswered.size() < queries.size()) return images;
  return absl::NotFoundError(
      absl::StrCat(sources.results, " answers none of ", queries.size(),
                   " queries, the first is \"", queries[0].text, "\" to ", queries[0].engine,
                   "; engines and query templates must be those that the files were made with"));
}

}  // namespace facet
