// Tables of people as the sources give them that the paper names, and their like.
//
//   .csv          with a header; also SPARQL 1.1 results in CSV
//   .tsv          the same with tabs; SPARQL 1.1 results in TSV (the variables begin with '?', and
//                 terms are as in Turtle); IMDb's name.basics.tsv (nconst, primaryName, ...)
//   .json, .srj   a list of names or of objects; SPARQL 1.1 results in JSON (head, results); what
//                 Google's Knowledge Graph Search API answers (itemListElement), persons alone
//
// Which column is what is found by name (PeopleColumns). A row of a graph without a name is passed
// over, and so is a label that is Wikidata's number of the item, which is how it writes that there
// is none. Several rows of one subject, as joins make them, are one person.
// Errors name file and line, or entry: a page of HTML in place of the file, text that is not UTF-8
// or not of the form, no column with names, a rank that is no number.
#ifndef FACET_PLUGINS_CURATORS_NAMES_PEOPLE_TABLES_H_
#define FACET_PLUGINS_CURATORS_NAMES_PEOPLE_TABLES_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

// Names of columns; the first that a table has is the one. All others are attributes.
struct PeopleColumns {
  std::vector<std::string> name = {"name", "primaryName", "personLabel", "itemLabel", "label"};
  std::vector<std::string> sex = {"sex", "gender", "sexLabel", "genderLabel"};
  std::vector<std::string> rank = {"rank"};  // from 0, the best first
  // Where there is no rank: larger is more popular, and who has none comes last.
  std::vector<std::string> popularity = {"popularity", "sitelinks", "numVotes", "resultScore"};
  std::vector<std::string> subject = {"person", "item", "nconst", "@id"};
};

// One row as text; columns that it does not have, or that are unbound, are missing.
struct PeopleRow {
  std::string place;  // "people.csv:3", "people.json: entry 2"
  std::unordered_map<std::string, std::string> fields;
};
struct PeopleTable {
  std::vector<std::string> columns;
  std::vector<PeopleRow> rows;
  bool of_graph = false;  // rows without a name, and sexes that are neither, are no mistakes
};
absl::StatusOr<PeopleTable> ReadPeopleTable(const std::string& path);

// Whether ReadPeopleTable() knows files of this name.
bool IsPeopleTable(const std::string& path);

// InvalidArgument, by file and line: a page of HTML, text that is not UTF-8.
absl::Status CheckTableText(const std::string& path, const std::string& text);

// Votes of IMDb's title.ratings.tsv (tconst, averageRating, numVotes) by title.
using TitleVotes = std::unordered_map<std::string, int64_t>;
absl::StatusOr<TitleVotes> ReadTitleVotes(const std::string& path);

// Of a table of IMDb's names: a column `popularity` with the sum of the votes of the titles that a
// person is known for, and `sex` by profession (actor, actress), which is all that IMDb has.
void AddImdbFacts(const TitleVotes& votes, PeopleTable* table);

// "female", "male", or nothing for another text; in words, as Wikidata's items or Freebase's.
std::string SexOfText(const std::string& text);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_NAMES_PEOPLE_TABLES_H_
