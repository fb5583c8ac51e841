#include "plugins/curators/names/excluded_names.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "core/base/status.h"
#include "core/base/utf8.h"
#include "plugins/curators/stage/files.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/text_lines.h"

namespace facet {
namespace {

bool IsNumber(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// What is not a number of LFW's people.txt and pairs.txt; the people of the videos of YouTube Faces'
// splits.txt; else the line.
std::vector<std::string> NamesOfLine(const std::string& line) {
  std::vector<std::string> names;
  const std::vector<absl::string_view> fields = absl::StrSplit(line, ',');
  if (fields.size() >= 5 && absl::StrContains(fields[2], '/') &&
      absl::StrContains(fields[3], '/')) {
    for (const size_t i : {2, 3}) {
      names.emplace_back(absl::StripAsciiWhitespace(fields[i].substr(0, fields[i].find('/'))));
    }
    return names;
  }
  for (const absl::string_view field : absl::StrSplit(line, '\t', absl::SkipWhitespace())) {
    if (!IsNumber(field)) names.emplace_back(absl::StripAsciiWhitespace(field));
  }
  return names;
}

absl::StatusOr<std::vector<std::string>> ReadListOfPeople(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> lines, ReadNames(path));
  std::vector<std::string> names;
  for (const std::string& line : lines) {
    if (!IsUtf8(line)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path,
                       " is not UTF-8, so its names are not those of the people; convert it "
                       "(iconv -t utf-8, with -f what it is in)"));
    }
    for (std::string& name : NamesOfLine(line)) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

absl::StatusOr<std::vector<ExcludedNames>> ReadExcludedNames(const std::string& file,
                                                             const std::string& folder,
                                                             const CurationContext& context) {
  std::vector<std::string> files;
  const std::string single = GivenOrFound(file, context, "exclude.txt");
  if (!single.empty()) files.push_back(single);
  if (!folder.empty()) {
    FACET_ASSIGN_OR_RETURN(const FolderListing listing, ListFolder(folder));
    for (const std::string& name : listing.files) {
      if (absl::EndsWithIgnoreCase(name, ".txt")) files.push_back(absl::StrCat(folder, "/", name));
    }
    if (files.size() == (single.empty() ? 0u : 1u)) {
      return absl::InvalidArgumentError(
          absl::StrCat(folder, " has no list that ends in .txt: nobody would be left out"));
    }
  }
  std::vector<ExcludedNames> lists;
  for (const std::string& path : files) {
    ExcludedNames excluded;
    FACET_ASSIGN_OR_RETURN(excluded.names, ReadListOfPeople(path));
    // That of the stage before may be of a web without benchmarks' people.
    const bool is_found = file.empty() && path == single;
    if (excluded.names.empty() && !is_found) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, " has no names: nobody would be left out"));
    }
    excluded.list = std::filesystem::path(path).stem().string();
    if (excluded.list == "exclude") excluded.list = "the benchmarks";
    lists.push_back(std::move(excluded));
  }
  return lists;
}

}  // namespace facet
