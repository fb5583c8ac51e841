#include "plugins/curators/names/people_tables.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/base/utf8.h"
#include "plugins/lists/csv.h"
#include "plugins/lists/text_lines.h"

namespace facet {
namespace {

constexpr char kImdbNull[] = "\\N";
constexpr size_t kShown = 40;  // characters of a text in a message

std::string Place(const std::string& path, int64_t line) { return absl::StrCat(path, ":", line); }

bool IsPage(const std::string& text) {
  const absl::string_view start =
      absl::StripLeadingAsciiWhitespace(absl::string_view(text).substr(0, 512));
  const std::string lower = absl::AsciiStrToLower(start.substr(0, 16));
  return absl::StartsWith(lower, "<!doctype") || absl::StartsWith(lower, "<html") ||
         absl::StartsWith(lower, "<head") || absl::StartsWith(lower, "<?xml");
}

// A term of SPARQL's TSV: <iri>, "text", "text"@en, "5"^^<type>, 5, or nothing.
absl::StatusOr<std::string> TextOfTerm(absl::string_view term) {
  if (term.empty()) return std::string();
  if (term.front() == '<' && term.back() == '>')
    return std::string(term.substr(1, term.size() - 2));
  if (term.front() != '"') return std::string(term);
  std::string text;
  for (size_t i = 1; i < term.size(); ++i) {
    if (term[i] == '"') return text;  // a language or a type follows
    if (term[i] != '\\') {
      text += term[i];
      continue;
    }
    constexpr absl::string_view kEscaped = "tnr\"\\'", kMeant = "\t\n\r\"\\'";
    const size_t which = ++i < term.size() ? kEscaped.find(term[i]) : absl::string_view::npos;
    if (which == absl::string_view::npos) break;
    text += kMeant[which];
  }
  return absl::InvalidArgumentError(absl::StrCat("no term of SPARQL: ", term.substr(0, kShown)));
}

// Tabs between fields and no quoting, which CsvTable would see in names such as "Weird Al".
absl::StatusOr<PeopleTable> ReadTabs(const std::string& path, const std::string& text) {
  PeopleTable table;
  int64_t number = 0;
  bool sparql = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '\t');
    if (table.columns.empty()) {
      sparql = absl::StartsWith(line, "?");
      table.of_graph = sparql;
      for (const absl::string_view field : fields) {
        table.columns.emplace_back(sparql ? field.substr(1) : field);
      }
      continue;
    }
    if (fields.size() != table.columns.size()) {
      return LineError(path, number,
                       absl::StrCat(fields.size(), " fields; the header has ", table.columns.size(),
                                    " columns"));
    }
    PeopleRow row;
    row.place = Place(path, number);
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].empty() || fields[i] == kImdbNull) continue;
      absl::StatusOr<std::string> field = std::string(fields[i]);
      if (sparql) field = TextOfTerm(fields[i]);
      if (!field.ok()) return LineError(path, number, std::string(field.status().message()));
      if (!field->empty()) row.fields[table.columns[i]] = *std::move(field);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

absl::StatusOr<PeopleTable> ReadCsv(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const CsvTable csv, CsvTable::Read(path));
  PeopleTable table;
  table.columns = csv.columns();
  for (const CsvTable::Row& row : csv.rows()) {
    PeopleRow person;
    person.place = Place(path, row.line);
    for (size_t i = 0; i < row.fields.size(); ++i) {
      if (!row.fields[i].empty()) person.fields[table.columns[i]] = row.fields[i];
    }
    table.rows.push_back(std::move(person));
  }
  return table;
}

std::string TextOf(const Json& value) {
  return value.is_string() ? value.get<std::string>() : Dump(value);
}

absl::Status NotOfTheForm(const std::string& place, const char* form) {
  return absl::InvalidArgumentError(absl::StrCat(place, ": not of the form of ", form));
}

// https://www.w3.org/TR/sparql11-results-json/
absl::StatusOr<PeopleTable> FromSparql(const std::string& path, const Json& document) {
  constexpr char kForm[] = "SPARQL 1.1 query results (head.vars, results.bindings)";
  PeopleTable table;
  table.of_graph = true;
  const Json head = document.value("head", Json::object());
  const Json results = document["results"];
  if (!head.is_object() || !head.contains("vars") || !head["vars"].is_array() ||
      !results.is_object() || !results.contains("bindings") || !results["bindings"].is_array()) {
    return NotOfTheForm(path, kForm);
  }
  for (const Json& variable : head["vars"]) table.columns.push_back(TextOf(variable));
  for (const Json& binding : results["bindings"]) {
    PeopleRow row;
    row.place = absl::StrCat(path, ": binding ", table.rows.size() + 1);
    if (!binding.is_object()) return NotOfTheForm(row.place, kForm);
    for (const auto& [variable, term] : binding.items()) {
      if (!term.is_object() || !term.contains("value")) return NotOfTheForm(row.place, kForm);
      const std::string text = TextOf(term["value"]);
      if (!text.empty()) row.fields[variable] = text;
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

// https://developers.google.com/knowledge-graph/reference/rest/v1
absl::StatusOr<PeopleTable> FromKnowledgeGraph(const std::string& path, const Json& document) {
  constexpr char kForm[] = "Knowledge Graph Search answers (itemListElement[].result)";
  PeopleTable table;
  table.of_graph = true;
  table.columns = {"name", "@id", "description", "resultScore"};
  const Json& elements = document["itemListElement"];
  if (!elements.is_array()) return NotOfTheForm(path, kForm);
  int64_t number = 0;
  for (const Json& element : elements) {
    PeopleRow row;
    row.place = absl::StrCat(path, ": element ", ++number);
    if (!element.is_object() || !element.contains("result") || !element["result"].is_object()) {
      return NotOfTheForm(row.place, kForm);
    }
    const Json& result = element["result"];
    const Json types = result.value("@type", Json::array());
    if (types.is_array() && std::find(types.begin(), types.end(), Json("Person")) == types.end()) {
      continue;  // a film, a place
    }
    for (const char* column : {"name", "@id", "description"}) {
      if (result.contains(column)) row.fields[column] = TextOf(result[column]);
    }
    if (element.contains("resultScore")) row.fields["resultScore"] = TextOf(element["resultScore"]);
    table.rows.push_back(std::move(row));
  }
  return table;
}

absl::StatusOr<PeopleTable> FromList(const std::string& path, const Json& list) {
  PeopleTable table;
  table.columns = {"name", "rank", "sex"};
  for (const Json& entry : list) {
    PeopleRow row;
    row.place = absl::StrCat(path, ": entry ", table.rows.size() + 1);
    if (entry.is_string()) {
      row.fields["name"] = entry.get<std::string>();
    } else if (entry.is_object()) {
      for (const auto& [column, value] : entry.items()) {
        if (value.is_null()) continue;
        if (column == "rank" && !value.is_number_integer()) {
          return absl::InvalidArgumentError(
              absl::StrCat(row.place, ": rank is a whole number from 0, here ", Dump(value)));
        }
        const std::string text = TextOf(value);
        if (text.empty()) continue;
        if (std::find(table.columns.begin(), table.columns.end(), column) == table.columns.end()) {
          table.columns.push_back(column);
        }
        row.fields[column] = text;
      }
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

absl::StatusOr<PeopleTable> ReadJson(const std::string& path, const std::string& text) {
  FACET_ASSIGN_OR_RETURN(const Json document, ParseJson(text, path));
  if (document.is_array()) return FromList(path, document);
  if (document.is_object() && document.contains("results")) return FromSparql(path, document);
  if (document.is_object() && document.contains("itemListElement")) {
    return FromKnowledgeGraph(path, document);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      path,
      ": expected a list of names or of objects with a name, SPARQL 1.1 results (head, results) or "
      "answers of the Knowledge Graph Search API (itemListElement)"));
}

bool HasSuffix(const std::string& path, const char* suffix) {
  return absl::EndsWithIgnoreCase(path, suffix);
}

}  // namespace

absl::Status CheckTableText(const std::string& path, const std::string& text) {
  if (IsPage(text)) {
    return LineError(path, 1,
                     "a page of HTML or XML in place of a table: the server answered with a "
                     "message; read it, and fetch the file again");
  }
  if (IsUtf8(text)) return absl::OkStatus();
  int64_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (IsUtf8({line.data(), line.size()})) continue;
    return LineError(path, number,
                     absl::StrCat("not UTF-8: \"", absl::CHexEscape(line.substr(0, kShown)),
                                  "\"; convert the file (iconv -f latin1 -t utf-8)"));
  }
  return absl::OkStatus();
}

bool IsPeopleTable(const std::string& path) {
  for (const char* suffix : {".csv", ".tsv", ".json", ".srj"}) {
    if (HasSuffix(path, suffix)) return true;
  }
  return false;
}

absl::StatusOr<PeopleTable> ReadPeopleTable(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  FACET_RETURN_IF_ERROR(CheckTableText(path, text));
  if (HasSuffix(path, ".json") || HasSuffix(path, ".srj")) return ReadJson(path, text);
  if (absl::StartsWith(text, "?") || absl::StartsWith(text, "nconst\t")) {
    return ReadTabs(path, text);
  }
  return ReadCsv(path);
}

absl::StatusOr<TitleVotes> ReadTitleVotes(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  FACET_RETURN_IF_ERROR(CheckTableText(path, text));
  TitleVotes votes;
  int64_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    if (line.empty()) continue;
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '\t');
    if (number == 1) {
      if (line == "tconst\taverageRating\tnumVotes") continue;
      return LineError(path, 1, "expected the columns tconst, averageRating, numVotes");
    }
    int64_t count = 0;
    if (fields.size() != 3 || !absl::SimpleAtoi(fields[2], &count) || count < 0) {
      return LineError(path, number,
                       absl::StrCat("expected a title, a rating and a number of votes, here \"",
                                    line.substr(0, kShown), "\""));
    }
    votes[std::string(fields[0])] = count;
  }
  return votes;
}

void AddImdbFacts(const TitleVotes& votes, PeopleTable* table) {
  const auto has = [&](const char* column) {
    return std::find(table->columns.begin(), table->columns.end(), column) != table->columns.end();
  };
  if (!has("nconst")) return;
  if (!votes.empty()) table->columns.push_back("popularity");
  table->columns.push_back("sex");
  for (PeopleRow& row : table->rows) {
    if (const auto known = row.fields.find("knownForTitles");
        known != row.fields.end() && !votes.empty()) {
      int64_t sum = 0;
      for (const absl::string_view title : absl::StrSplit(known->second, ',')) {
        const auto found = votes.find(std::string(title));
        if (found != votes.end()) sum += found->second;
      }
      if (sum > 0) row.fields["popularity"] = absl::StrCat(sum);
    }
    bool actor = false, actress = false;
    if (const auto works = row.fields.find("primaryProfession"); works != row.fields.end()) {
      for (const absl::string_view work : absl::StrSplit(works->second, ',')) {
        actor |= work == "actor";
        actress |= work == "actress";
      }
    }
    if (actor != actress) row.fields["sex"] = actress ? "female" : "male";
  }
}

std::string SexOfText(const std::string& text) {
  const std::string lower = absl::AsciiStrToLower(text);
  // Wikidata's items, Freebase's topics.
  for (const char* female : {"female", "f", "/q6581072", "wd:q6581072", "/m/02zsn"}) {
    if (lower == female || (female[0] == '/' && absl::EndsWith(lower, female))) return "female";
  }
  for (const char* male : {"male", "m", "/q6581097", "wd:q6581097", "/m/05zppz"}) {
    if (lower == male || (male[0] == '/' && absl::EndsWith(lower, male))) return "male";
  }
  return "";
}

}  // namespace facet
