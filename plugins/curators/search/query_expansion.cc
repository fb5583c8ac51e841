#include "plugins/curators/search/query_expansion.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/base/utf8.h"
#include "plugins/lists/vggface_lists.h"

namespace facet {
namespace {

absl::Status CheckList(const std::vector<std::string>& list, const char* what) {
  if (list.empty()) return absl::InvalidArgumentError(absl::StrCat("no ", what, " is given"));
  std::set<std::string> seen;
  for (const std::string& element : list) {
    if (absl::StripAsciiWhitespace(element).empty() || !IsUtf8(element)) {
      return absl::InvalidArgumentError(
          absl::StrCat("each ", what, " is text in UTF-8, here \"", element, "\""));
    }
    if (!seen.insert(element).second) {
      return absl::InvalidArgumentError(absl::StrCat("the ", what, " \"", element, "\" is twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTemplate(const std::string& text) {
  const std::string without = absl::StrReplaceAll(text, {{"{name}", ""}});
  if (without != text && without.find_first_of("{}") == std::string::npos) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a query has \"{name}\" and no other braces, here \"", text, "\""));
}

}  // namespace

absl::StatusOr<std::vector<SearchQuery>> ExpandQueries(const std::vector<std::string>& names,
                                                       const std::vector<std::string>& engines,
                                                       const std::vector<std::string>& templates) {
  FACET_RETURN_IF_ERROR(CheckList(names, "name"));
  FACET_RETURN_IF_ERROR(CheckList(engines, "engine"));
  FACET_RETURN_IF_ERROR(CheckList(templates, "query template"));
  for (const std::string& text : templates) FACET_RETURN_IF_ERROR(CheckTemplate(text));
  std::vector<SearchQuery> queries;
  std::map<std::pair<std::string, std::string>, std::string> asked;  // -> identity
  for (const std::string& name : names) {
    const std::string spoken = absl::StrReplaceAll(name, {{"_", " "}});
    for (const std::string& engine : engines) {
      for (const std::string& text : templates) {
        SearchQuery query = {name, engine, absl::StrReplaceAll(text, {{"{name}", spoken}})};
        const auto [place, is_new] = asked.emplace(std::make_pair(engine, query.text), name);
        if (!is_new) {
          return absl::InvalidArgumentError(absl::StrCat("\"", place->second, "\" and \"", name,
                                                         "\" both ask for \"", query.text, "\""));
        }
        queries.push_back(std::move(query));
      }
    }
  }
  return queries;
}

CandidateImages TopHits(const std::vector<SearchQuery>& queries, const SearchResults& results,
                        int64_t top) {
  CandidateImages candidates;
  for (const SearchQuery& query : queries) {
    const auto found = results.find({query.engine, query.text});
    if (found == results.end()) {
      candidates.unanswered.push_back(query);
      continue;
    }
    std::vector<SearchHit> hits = found->second;
    std::stable_sort(hits.begin(), hits.end(), [](const SearchHit& first, const SearchHit& second) {
      return first.rank < second.rank;
    });
    std::set<std::string> seen;
    for (SearchHit& hit : hits) {
      if (static_cast<int64_t>(seen.size()) >= top) break;
      if (seen.insert(hit.url).second) candidates.images.push_back({query, std::move(hit)});
    }
  }
  return candidates;
}

std::string IdentityFolder(const std::string& identity) {
  constexpr size_t kMaxLength = 100;
  std::string folder = identity;
  for (char& c : folder) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') c = '_';
  }
  if (folder.size() > kMaxLength) folder.resize(kMaxLength);
  if (folder == identity && !folder.empty()) return folder;
  return absl::StrCat(folder, "-", Sha256Hex(identity).substr(0, 8));
}

std::string DownloadId(const std::string& identity, const std::string& url) {
  return absl::StrCat(IdentityFolder(identity), "/", Sha256Hex(url).substr(0, 16));
}

DownloadPlan PlanDownloads(const std::vector<CandidateImage>& images) {
  DownloadPlan plan;
  std::map<std::string, int64_t> index;  // id -> request
  for (const CandidateImage& image : images) {
    const std::string& url = image.hit.url;
    const std::string id = DownloadId(image.query.identity, url);
    const auto [place, is_new] = index.emplace(id, static_cast<int64_t>(plan.requests.size()));
    if (is_new) plan.requests.push_back({id, url, image.hit.page});
    plan.request_of.push_back(place->second);
  }
  return plan;
}

absl::StatusOr<std::vector<CandidateImage>> ReadVggFaceCandidates(const std::string& path,
                                                                  const std::string& identity) {
  FACET_ASSIGN_OR_RETURN(const std::vector<VggFaceLine> lines, ReadVggFaceList(path));
  std::vector<CandidateImage> images;
  for (const VggFaceLine& line : lines) {
    images.push_back({{identity, "", ""}, {line.url, line.sample.rank, "", ""}});
  }
  return images;
}

}  // namespace facet
