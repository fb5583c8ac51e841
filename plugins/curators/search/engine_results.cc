#include "plugins/curators/search/engine_results.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "plugins/curators/names/people_tables.h"
#include "plugins/lists/csv.h"

namespace facet {
namespace {

const std::map<std::string, EngineMapping>& KnownMappings() {
  static const auto& kMappings = *new std::map<std::string, EngineMapping>{
      {"facet", {}},
      // developers.google.com/custom-search/v1/reference/rest/v1/Search
      {"google",
       {"", "/queries/request/0/searchTerms", "/queries/request/0/startIndex", "/items", "/link",
        "/image/contextLink", "/title", 1, ""}},
      // learn.microsoft.com: Image Search API v7 reference, object "Images"
      {"bing",
       {"", "/queryContext/originalQuery", "/currentOffset", "/value", "/contentUrl",
        "/hostPageUrl", "/name", 0, ""}},
      // serpapi.com/google-images-api
      {"serpapi",
       {"/search_parameters/engine", "/search_parameters/q", "", "/images_results", "/original",
        "/link", "/title", 0, ""}},
  };
  return kMappings;
}

// What a pointer leads to; none if there is nothing, or null.
const Json* At(const Json& json, const std::string& pointer) {
  if (pointer.empty()) return nullptr;
  try {
    const Json& found = json.at(Json::json_pointer(pointer));
    return found.is_null() ? nullptr : &found;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

absl::StatusOr<std::string> TextAt(const Json& json, const std::string& pointer) {
  const Json* found = At(json, pointer);
  if (found == nullptr) return std::string();
  if (found->is_string()) return found->get<std::string>();
  return absl::InvalidArgumentError(
      absl::StrCat(pointer, " is text, here ", found->dump().substr(0, 40)));
}

absl::Status CheckPointers(const EngineMapping& mapping) {
  for (const std::string& pointer : {mapping.engine, mapping.query, mapping.offset, mapping.results,
                                     mapping.url, mapping.page, mapping.title, mapping.rank}) {
    try {
      Json::json_pointer parsed(pointer);
    } catch (const Json::exception&) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", pointer, "\" is no JSON pointer: it begins with '/', and '~' is written ~0"));
    }
  }
  if (!mapping.results.empty() && !mapping.url.empty() && !mapping.query.empty()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("the pointers query, results and url are needed");
}

// From 0; `absent` where there is none.
absl::StatusOr<int64_t> PlaceAt(const Json& json, const std::string& pointer, int64_t first,
                                int64_t absent) {
  const Json* place = At(json, pointer);
  if (place == nullptr) return absent;
  if (place->is_number_integer() && place->get<int64_t>() >= first) {
    return place->get<int64_t>() - first;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(pointer, " is a whole number from ", first, ", here ", place->dump()));
}

int64_t Following(const std::vector<SearchHit>& hits) {
  int64_t following = 0;
  for (const SearchHit& hit : hits) following = std::max(following, hit.rank + 1);
  return following;
}

absl::Status AddDocument(const Json& document, const EngineMapping& mapping,
                         const std::string& default_engine, SearchResults* results) {
  FACET_ASSIGN_OR_RETURN(std::string engine, TextAt(document, mapping.engine));
  FACET_ASSIGN_OR_RETURN(std::string query, TextAt(document, mapping.query));
  if (engine.empty()) engine = default_engine;
  if (query.empty()) return absl::InvalidArgumentError("no query at " + mapping.query);
  if (engine.empty()) {
    return absl::InvalidArgumentError("names no engine, and none is given beside it");
  }
  std::vector<SearchHit>& hits = (*results)[{engine, query}];
  FACET_ASSIGN_OR_RETURN(int64_t rank,
                         PlaceAt(document, mapping.offset, mapping.first_offset, Following(hits)));
  const Json* list = At(document, mapping.results);
  if (list == nullptr) return absl::OkStatus();  // how APIs say that nothing was found
  if (!list->is_array()) return absl::InvalidArgumentError(mapping.results + " is no list");
  for (const Json& entry : *list) {
    SearchHit hit;
    FACET_ASSIGN_OR_RETURN(hit.url, TextAt(entry, mapping.url));
    FACET_ASSIGN_OR_RETURN(hit.page, TextAt(entry, mapping.page));
    FACET_ASSIGN_OR_RETURN(hit.title, TextAt(entry, mapping.title));
    FACET_ASSIGN_OR_RETURN(hit.rank, PlaceAt(entry, mapping.rank, mapping.first_offset, rank));
    rank = hit.rank + 1;
    if (!hit.url.empty()) hits.push_back(std::move(hit));
  }
  return absl::OkStatus();
}

// "url" of "/url".
std::string ColumnOf(const std::string& pointer) {
  return pointer.empty() ? pointer : pointer.substr(1);
}

absl::Status ReadTable(const std::string& path, const EngineMapping& mapping,
                       const std::string& default_engine, SearchResults* results) {
  const std::string query_column = ColumnOf(mapping.query), url_column = ColumnOf(mapping.url);
  return CsvTable::Scan(path, [&](const CsvTable& table, CsvTable::Row&& row) -> absl::Status {
    for (const std::string& column : {query_column, url_column}) {
      if (table.Has(column)) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":1: there is no column \"", column,
          "\"; it has: ", absl::StrJoin(table.columns(), ", "), "; say which is which (mapping)"));
    }
    const std::string &query = table.Get(row, query_column), &url = table.Get(row, url_column);
    std::string engine = table.Get(row, ColumnOf(mapping.engine));
    if (engine.empty()) engine = default_engine;
    if (query.empty()) return table.Error(row, query_column + " is empty");
    std::vector<SearchHit>& hits = (*results)[{engine, query}];
    SearchHit hit = {url, 0, table.Get(row, ColumnOf(mapping.page)),
                     table.Get(row, ColumnOf(mapping.title))};
    FACET_ASSIGN_OR_RETURN(const int64_t rank, table.Int(row, ColumnOf(mapping.rank),
                                                         Following(hits) + mapping.first_offset));
    hit.rank = rank - mapping.first_offset;
    if (hit.rank < 0) {
      return table.Error(row,
                         absl::StrCat(ColumnOf(mapping.rank), " is below ", mapping.first_offset));
    }
    if (!url.empty()) hits.push_back(std::move(hit));
    return absl::OkStatus();
  });
}

// One document, or one a line.
absl::StatusOr<std::vector<std::pair<std::string, Json>>> Documents(const std::string& path,
                                                                    const std::string& text) {
  std::vector<std::pair<std::string, Json>> documents;
  if (absl::StatusOr<Json> whole = ParseJson(text, path); whole.ok()) {
    documents.emplace_back(path, *std::move(whole));
    return documents;
  }
  int64_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const std::string place = absl::StrCat(path, ":", number);
    FACET_ASSIGN_OR_RETURN(Json document, ParseJson(std::string(line), place));
    documents.emplace_back(place, std::move(document));
  }
  return documents;
}

}  // namespace

absl::StatusOr<EngineMapping> KnownEngineMapping(const std::string& name) {
  const auto found = KnownMappings().find(name);
  if (found != KnownMappings().end()) return found->second;
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown form of results \"", name,
      "\"; known: ", absl::StrJoin(KnownMappings(), ", ", [](std::string* out, const auto& entry) {
        out->append(entry.first);
      })));
}

absl::Status ChangeEngineMapping(const std::vector<std::string>& words, EngineMapping* mapping) {
  const std::map<std::string, std::string*> parts = {
      {"engine", &mapping->engine},   {"query", &mapping->query}, {"offset", &mapping->offset},
      {"results", &mapping->results}, {"url", &mapping->url},     {"page", &mapping->page},
      {"title", &mapping->title},     {"rank", &mapping->rank}};
  for (const std::string& word : words) {
    const size_t sign = word.find('=');
    const std::string part = word.substr(0, sign);
    const std::string value = sign == std::string::npos ? "" : word.substr(sign + 1);
    if (part == "first" && (value == "0" || value == "1")) {
      mapping->first_offset = value == "1";
      continue;
    }
    const auto found = parts.find(part);
    if (sign == std::string::npos || found == parts.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "mapping: \"", word, "\" is not of the form PART=POINTER, with a part of ",
          absl::StrJoin(parts, ", ",
                        [](std::string* out, const auto& each) { *out += each.first; }),
          ", or first=0 or first=1"));
    }
    *found->second = value.empty() || value[0] == '/' ? value : "/" + value;
  }
  return CheckPointers(*mapping);
}

absl::Status ReadEngineResults(const std::string& path, const EngineMapping& mapping,
                               const std::string& engine, SearchResults* results) {
  FACET_RETURN_IF_ERROR(CheckPointers(mapping));
  FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  FACET_RETURN_IF_ERROR(CheckTableText(path, text));
  if (absl::EndsWithIgnoreCase(path, ".csv") || absl::EndsWithIgnoreCase(path, ".tsv")) {
    return ReadTable(path, mapping, engine, results);
  }
  FACET_ASSIGN_OR_RETURN(const auto documents, Documents(path, text));
  if (documents.empty()) return absl::InvalidArgumentError(path + " is empty");
  for (const auto& [place, document] : documents) {
    FACET_RETURN_IF_ERROR(Annotate(AddDocument(document, mapping, engine, results), place));
  }
  return absl::OkStatus();
}

}  // namespace facet
