#include "plugins/curators/names/candidate_names.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "core/base/json.h"
#include "plugins/lists/csv.h"

namespace facet {
namespace {

void SortByRank(std::vector<Candidate>* people) {
  std::stable_sort(people->begin(), people->end(),
                   [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
}

absl::StatusOr<std::string> SexOf(const std::string& text) {
  const std::string sex = absl::AsciiStrToLower(text);
  if (sex.empty() || sex == "female" || sex == "male") return sex;
  if (sex == "f") return "female";
  if (sex == "m") return "male";
  return absl::InvalidArgumentError(
      absl::StrCat("sex is female, male, f, m or empty, here \"", text, "\""));
}

absl::StatusOr<std::vector<Candidate>> ReadCsv(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const CsvTable table, CsvTable::Read(path));
  if (!table.Has("name")) {
    return absl::InvalidArgumentError(absl::StrCat(path, ":1: there is no column \"name\""));
  }
  std::vector<Candidate> people;
  for (const CsvTable::Row& row : table.rows()) {
    Candidate candidate;
    candidate.name = table.Get(row, "name");
    if (candidate.name.empty()) return table.Error(row, "name is empty");
    FACET_ASSIGN_OR_RETURN(candidate.rank,
                           table.Int(row, "rank", static_cast<int64_t>(people.size())));
    if (candidate.rank < 0) return table.Error(row, "rank is below 0");
    const absl::StatusOr<std::string> sex = SexOf(table.Get(row, "sex"));
    if (!sex.ok()) return table.Error(row, std::string(sex.status().message()));
    candidate.sex = *sex;
    for (const std::string& column : table.columns()) {
      const std::string& text = table.Get(row, column);
      if (column != "name" && column != "rank" && column != "sex" && !text.empty()) {
        candidate.attributes[column] = text;
      }
    }
    people.push_back(std::move(candidate));
  }
  return people;
}

absl::StatusOr<Candidate> FromJson(const Json& entry, int64_t place) {
  Candidate candidate;
  candidate.rank = place;
  if (entry.is_string()) {
    candidate.name = entry.get<std::string>();
  } else if (entry.is_object()) {
    for (const auto& [column, value] : entry.items()) {
      if (value.is_null()) continue;
      if (column == "rank") {
        if (!value.is_number_integer() || value.get<int64_t>() < 0) {
          return absl::InvalidArgumentError(
              absl::StrCat("rank is a whole number from 0, here ", Dump(value)));
        }
        candidate.rank = value.get<int64_t>();
        continue;
      }
      const std::string text = value.is_string() ? value.get<std::string>() : Dump(value);
      if (column == "name") {
        candidate.name = text;
      } else if (column == "sex") {
        FACET_ASSIGN_OR_RETURN(candidate.sex, SexOf(text));
      } else if (!text.empty()) {
        candidate.attributes[column] = text;
      }
    }
  }
  if (candidate.name.empty()) return absl::InvalidArgumentError("there is no name");
  return candidate;
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

absl::StatusOr<std::vector<Candidate>> ReadCandidates(const std::string& path) {
  if (!absl::EndsWithIgnoreCase(path, ".json")) return ReadCsv(path);
  FACET_ASSIGN_OR_RETURN(const Json list, ReadJsonFile(path));
  if (!list.is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected a list of names or of objects with a name"));
  }
  std::vector<Candidate> people;
  for (const Json& entry : list) {
    const auto place = static_cast<int64_t>(people.size());
    absl::StatusOr<Candidate> candidate = FromJson(entry, place);
    if (!candidate.ok()) {
      return Annotate(candidate.status(), absl::StrCat(path, ": entry ", place + 1));
    }
    people.push_back(*std::move(candidate));
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
