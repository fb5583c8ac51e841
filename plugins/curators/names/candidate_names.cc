#include "plugins/curators/names/candidate_names.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/component.h"
#include "plugins/lists/csv.h"
#include "plugins/lists/folder_listing.h"

namespace facet {
namespace {

void SortByRank(std::vector<Candidate>* people) {
  std::stable_sort(people->begin(), people->end(),
                   [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
}

// The first of `names` that the table has as a column; empty: none.
std::string ColumnOf(const PeopleTable& table, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (std::find(table.columns.begin(), table.columns.end(), name) != table.columns.end()) {
      return name;
    }
  }
  return "";
}

std::string FieldOf(const PeopleRow& row, const std::string& column) {
  const auto found = row.fields.find(column);
  return found == row.fields.end() ? "" : found->second;
}

absl::Status RowError(const PeopleRow& row, const std::string& message) {
  return absl::InvalidArgumentError(absl::StrCat(row.place, ": ", message));
}

// "Q42": what Wikidata's label service writes where an item has no label.
bool IsNoLabel(const std::string& name) {
  return name.size() > 1 && name[0] == 'Q' &&
         std::all_of(name.begin() + 1, name.end(), absl::ascii_isdigit);
}

// Names of the columns that a table has.
struct FoundColumns {
  std::string name, sex, rank, popularity, subject;
};

absl::StatusOr<FoundColumns> FindColumns(const std::string& path, const PeopleTable& table,
                                         const PeopleColumns& columns) {
  FoundColumns found = {ColumnOf(table, columns.name), ColumnOf(table, columns.sex),
                        ColumnOf(table, columns.rank), ColumnOf(table, columns.popularity),
                        ColumnOf(table, columns.subject)};
  if (!found.name.empty()) return found;
  return absl::InvalidArgumentError(absl::StrCat(path, ":1: there is no column \"",
                                                 absl::StrJoin(columns.name, "\" or \""),
                                                 "\"; it has: ", absl::StrJoin(table.columns, ", "),
                                                 "; name the one with names (name_columns)"));
}

absl::StatusOr<Candidate> CandidateOf(const PeopleRow& row, const PeopleTable& table,
                                      const FoundColumns& columns, int64_t place) {
  Candidate candidate;
  candidate.name = FieldOf(row, columns.name);
  candidate.rank = place;
  const std::string rank = FieldOf(row, columns.rank);
  if (!rank.empty() && (!absl::SimpleAtoi(rank, &candidate.rank) || candidate.rank < 0)) {
    return RowError(row, absl::StrCat("rank is a whole number from 0, here \"", rank, "\""));
  }
  const std::string sex = FieldOf(row, columns.sex);
  candidate.sex = SexOfText(sex);
  if (candidate.sex.empty() && !sex.empty() && !table.of_graph) {
    return RowError(row, absl::StrCat("sex is female, male, f, m or empty, here \"", sex, "\""));
  }
  for (const auto& [column, text] : row.fields) {
    if (column != columns.name && column != columns.rank && column != columns.sex) {
      candidate.attributes[column] = text;
    }
  }
  return candidate;
}

// Places by popularity, the largest first; who has none comes last.
absl::Status RankByPopularity(const std::string& column, const std::vector<PeopleRow>& rows,
                              std::vector<Candidate>* people) {
  std::vector<std::pair<double, size_t>> order;
  for (size_t i = 0; i < people->size(); ++i) {
    const std::string text = FieldOf(rows[i], column);
    double value = -std::numeric_limits<double>::infinity();
    if (!text.empty() && (!absl::SimpleAtod(text, &value) || !std::isfinite(value))) {
      return RowError(rows[i], absl::StrCat(column, " is a number, here \"", text, "\""));
    }
    order.emplace_back(-value, i);
  }
  std::sort(order.begin(), order.end());
  for (size_t rank = 0; rank < order.size(); ++rank) {
    (*people)[order[rank].second].rank = static_cast<int64_t>(rank);
  }
  return absl::OkStatus();
}

// For a person that was seen before.
void MergeInto(Candidate* known, const Candidate& other, std::set<std::string>* disputed,
               const std::string& key) {
  known->rank = std::min(known->rank, other.rank);
  if (!other.sex.empty() && !known->sex.empty() && other.sex != known->sex) disputed->insert(key);
  if (known->sex.empty()) known->sex = other.sex;
  known->attributes.insert(other.attributes.begin(), other.attributes.end());
}

}  // namespace

absl::StatusOr<std::vector<Candidate>> ReadCandidates(const std::string& path,
                                                      const PeopleColumns& columns,
                                                      const TitleVotes& votes) {
  FACET_ASSIGN_OR_RETURN(PeopleTable table, ReadPeopleTable(path));
  AddImdbFacts(votes, &table);
  FACET_ASSIGN_OR_RETURN(const FoundColumns found, FindColumns(path, table, columns));
  std::vector<Candidate> people;
  std::vector<PeopleRow> rows;                                  // of `people`
  std::map<std::pair<std::string, std::string>, size_t> index;  // (subject, name)
  std::set<std::string> disputed;
  for (PeopleRow& row : table.rows) {
    const auto place = static_cast<int64_t>(people.size());
    FACET_ASSIGN_OR_RETURN(Candidate candidate, CandidateOf(row, table, found, place));
    if (candidate.name.empty() || (table.of_graph && IsNoLabel(candidate.name))) {
      if (table.of_graph) continue;
      return RowError(row, "name is empty");
    }
    const std::string subject = FieldOf(row, found.subject);
    if (!subject.empty()) {
      const auto [at, is_new] =
          index.emplace(std::make_pair(subject, candidate.name), people.size());
      if (!is_new) {
        MergeInto(&people[at->second], candidate, &disputed, subject);
        if (disputed.count(subject) > 0) people[at->second].sex.clear();
        continue;
      }
    }
    people.push_back(std::move(candidate));
    rows.push_back(std::move(row));
  }
  if (people.empty() && !table.rows.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": none of ", table.rows.size(), " rows has a name (", found.name, ")"));
  }
  if (found.rank.empty() && !found.popularity.empty()) {
    FACET_RETURN_IF_ERROR(RankByPopularity(found.popularity, rows, &people));
  }
  return people;
}

std::vector<Candidate> MergeRankedLists(const std::vector<std::vector<Candidate>>& lists,
                                        const NameNormalizer& normalize) {
  std::vector<Candidate> merged;
  std::map<std::string, size_t> index;
  std::set<std::string> disputed;
  for (const std::vector<Candidate>& list : lists) {
    for (const Candidate& candidate : list) {
      const std::string key = normalize(candidate.name);
      if (key.empty()) continue;
      const auto [place, is_new] = index.emplace(key, merged.size());
      if (is_new) {
        merged.push_back(candidate);
      } else {
        MergeInto(&merged[place->second], candidate, &disputed, key);
      }
    }
  }
  for (const std::string& key : disputed) merged[index[key]].sex.clear();
  SortByRank(&merged);
  for (size_t i = 0; i < merged.size(); ++i) merged[i].rank = static_cast<int64_t>(i);
  return merged;
}

absl::StatusOr<std::vector<Candidate>> ReadRankedLists(const std::string& folder,
                                                       const PeopleColumns& columns,
                                                       const NameNormalizer& normalize) {
  constexpr char kTitleRatings[] = "title.ratings.tsv";
  FACET_ASSIGN_OR_RETURN(const FolderListing listing, ListFolder(folder));
  TitleVotes votes;
  for (const std::string& file : listing.files) {
    const std::string path = absl::StrCat(folder, "/", file);
    if (file == kTitleRatings) {
      FACET_ASSIGN_OR_RETURN(votes, ReadTitleVotes(path));
    }
    if (absl::EndsWithIgnoreCase(file, ".gz")) {
      return absl::InvalidArgumentError(path + " is packed; unpack it (gunzip)");
    }
  }
  std::vector<std::vector<Candidate>> lists;
  for (const std::string& file : listing.files) {
    if (!IsPeopleTable(file) || file == kTitleRatings) continue;
    FACET_ASSIGN_OR_RETURN(std::vector<Candidate> list,
                           ReadCandidates(absl::StrCat(folder, "/", file), columns, votes));
    lists.push_back(std::move(list));
  }
  std::vector<Candidate> people = MergeRankedLists(lists, normalize);
  if (!people.empty()) return people;
  return absl::NotFoundError(absl::StrCat(folder, " has ", lists.size(),
                                          " lists (.csv, .tsv, .json, .srj) and no name in them"));
}

absl::StatusOr<std::vector<SheetVote>> ReadSheetVotes(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const CsvTable table, CsvTable::Read(path));
  for (const char* column : {"name", "sheet", "annotator", "shown", "right"}) {
    if (table.Has(column)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(path, ":1: there is no column \"", column,
                     "\"; expected name, sheet, annotator, shown, right"));
  }
  std::vector<SheetVote> votes;
  for (const CsvTable::Row& row : table.rows()) {
    SheetVote vote;
    vote.name = table.Get(row, "name");
    vote.annotator = table.Get(row, "annotator");
    FACET_ASSIGN_OR_RETURN(vote.sheet, table.Int(row, "sheet", -1));
    FACET_ASSIGN_OR_RETURN(vote.shown, table.Int(row, "shown", -1));
    FACET_ASSIGN_OR_RETURN(vote.right, table.Int(row, "right", -1));
    if (vote.name.empty() || vote.sheet < 0 || vote.shown < 1 || vote.right < 0 ||
        vote.right > vote.shown) {
      return table.Error(row,
                         "expected a name, a sheet from 0, and 0 <= right <= shown, shown > 0");
    }
    votes.push_back(std::move(vote));
  }
  return votes;
}

std::vector<std::pair<int64_t, int64_t>> Sheets(int64_t num_images, int64_t sheet_size) {
  FACET_CHECK(sheet_size > 0);
  std::vector<std::pair<int64_t, int64_t>> sheets;
  for (int64_t begin = 0; begin < num_images; begin += sheet_size) {
    sheets.emplace_back(begin, std::min(begin + sheet_size, num_images));
  }
  return sheets;
}

}  // namespace facet
