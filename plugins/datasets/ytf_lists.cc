#include "plugins/datasets/ytf_lists.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/api/component.h"
#include "plugins/datasets/official_pairs.h"
#include "plugins/datasets/own_pairs.h"
#include "plugins/lists/text_lines.h"

namespace facet {
namespace {

constexpr int64_t kMaxNumber = 1'000'000;

// Of the lines of the official splits.txt (YtfSplits).
constexpr char kSha256[] = "52ef115ef06f26b30981eb9a21f29375846131cd41ea8fbea4ac0ecb28ea7e15";

std::optional<int64_t> Number(const std::string& text) {
  int64_t value;
  if (!absl::SimpleAtoi(text, &value) || value < 0 || value > kMaxNumber) return std::nullopt;
  return value;
}

std::vector<std::string> Columns(const TextLine& line) {
  std::vector<std::string> columns = absl::StrSplit(absl::StrJoin(line.fields, " "), ',');
  for (std::string& column : columns) absl::StripAsciiWhitespace(&column);
  return columns;
}

std::optional<YtfVideo> ParseVideo(const std::string& text) {
  const size_t slash = text.rfind('/');
  if (slash == std::string::npos || slash == 0) return std::nullopt;
  const std::optional<int64_t> number = Number(text.substr(slash + 1));
  if (!number.has_value() || text.find('/') != slash) return std::nullopt;
  return YtfVideo{text.substr(0, slash), *number};
}

struct Row {
  int64_t split = 0, number = 0;
  YtfPair pair;
  bool has_corrected = false;
};

absl::StatusOr<Row> ParseRow(const std::string& path, const TextLine& line) {
  const std::vector<std::string> columns = Columns(line);
  const auto error = [&](const std::string& message) {
    return LineError(path, line.number, message);
  };
  if (columns.size() != 5 && columns.size() != 6) {
    return error(absl::StrCat(
        "a pair has 5 columns (split, pair, video, video, is_same) or 6, here ", columns.size()));
  }
  Row row;
  const std::optional<int64_t> split = Number(columns[0]), number = Number(columns[1]);
  if (!split.has_value() || !number.has_value()) {
    return error(absl::StrCat("\"", split.has_value() ? columns[1] : columns[0],
                              "\" is no number of a ", split.has_value() ? "pair" : "split"));
  }
  for (const size_t i : {size_t{2}, size_t{3}}) {
    const std::optional<YtfVideo> video = ParseVideo(columns[i]);
    if (!video.has_value()) {
      return error(absl::StrCat("\"", columns[i], "\" is no video (Name/number)"));
    }
    (i == 2 ? row.pair.first : row.pair.second) = *video;
  }
  for (size_t i = 4; i < columns.size(); ++i) {
    if (columns[i] != "0" && columns[i] != "1") {
      return error(absl::StrCat("is_same is 0 or 1, here \"", columns[i], "\""));
    }
  }
  row.split = *split;
  row.number = *number;
  row.pair.same = columns[4] == "1";
  row.pair.corrected = columns.back() == "1";
  row.has_corrected = columns.size() == 6;
  row.pair.line = line.number;
  if (row.pair.first == row.pair.second) return error("the pair is one video with itself");
  if (row.pair.same != (row.pair.first.name == row.pair.second.name)) {
    return error(absl::StrCat("is_same is ", columns[4], ", but the names say ",
                              row.pair.first.name, " and ", row.pair.second.name));
  }
  return row;
}

// Gives the splits that occur their folds, in order.
absl::Status AssignFolds(const std::string& path, std::vector<Row>& rows, int64_t* num_folds) {
  std::map<int64_t, int64_t> fold_of;
  std::map<std::pair<int64_t, int64_t>, int64_t> line_of;
  for (const Row& row : rows) {
    fold_of[row.split] = 0;
    const auto [first, is_new] = line_of.emplace(std::pair(row.split, row.number), row.pair.line);
    if (!is_new) {
      return LineError(path, row.pair.line,
                       absl::StrCat("pair ", row.number, " of split ", row.split, " is in line ",
                                    first->second, " already"));
    }
  }
  *num_folds = 0;
  for (auto& entry : fold_of) entry.second = (*num_folds)++;
  for (Row& row : rows) row.pair.fold = fold_of[row.split];
  if (*num_folds > 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, " has 1 split; cross-validation needs 2 (officially 10)"));
}

// Splits 1, 2, ... with pairs 1, 2, ... in each, as officially; where not, a sentence.
std::string NotNumberedThrough(const std::vector<Row>& rows) {
  int64_t split = 1, number = 0;
  for (const Row& row : rows) {
    if (row.split == split + 1 && row.number == 1 && number > 0) {
      ++split;
      number = 0;
    }
    ++number;
    if (row.split == split && row.number == number) continue;
    return absl::StrCat("the pairs are not numbered through (line ", row.pair.line, " is pair ",
                        row.number, " of split ", row.split, " where pair ", number, " of split ",
                        split, " was expected)");
  }
  return "";
}

// Splits of one size with as many pairs of each kind, as officially; where not, a sentence.
std::string NotOfOneSize(const YtfSplits& splits) {
  std::vector<int64_t> same(static_cast<size_t>(splits.num_folds)), all = same;
  for (const YtfPair& pair : splits.pairs) {
    ++all[static_cast<size_t>(pair.fold)];
    same[static_cast<size_t>(pair.fold)] += pair.same;
  }
  for (size_t fold = 0; fold < all.size(); ++fold) {
    if (all[fold] == all[0] && 2 * same[fold] == all[fold]) continue;
    return absl::StrCat("the splits are not of one size with as many pairs of each kind (fold ",
                        fold, " has ", same[fold], " of one person and ", all[fold] - same[fold],
                        " of two", fold == 0 ? "" : absl::StrCat(", fold 0 ", all[0], " in all"),
                        ")");
  }
  return "";
}

void Note(const std::string& path, const std::vector<Row>& rows, YtfSplits& splits) {
  for (const std::string& what : {NotNumberedThrough(rows), NotOfOneSize(splits)}) {
    if (what.empty()) continue;
    splits.notices.push_back(absl::StrCat(
        path, ": ", what, ": a list of your own, or part of the official one; the figures are not ",
        "official."));
  }
}

absl::Status CheckPairs(const std::string& path, const std::string& images, YtfSplits& splits) {
  std::map<std::pair<YtfVideo, YtfVideo>, int64_t> seen;
  std::map<std::string, int64_t> line_of;
  for (const YtfPair& pair : splits.pairs) {
    const auto [place, is_new] = seen.emplace(std::minmax(pair.first, pair.second), pair.line);
    if (!is_new) {
      return LineError(path, pair.line, absl::StrCat("the pair of line ", place->second, " again"));
    }
    for (const YtfVideo* video : {&pair.first, &pair.second}) {
      line_of.emplace(video->name, pair.line);
      const int64_t fold = splits.fold_of.emplace(video->name, pair.fold).first->second;
      if (fold != pair.fold) {
        return LineError(
            path, pair.line,
            absl::StrCat(video->name, " is in the split of line ", line_of[video->name],
                         ", too; the people of two splits must differ. Pairs of your own, of "
                         "whatever people, are for ",
                         ImageListAdvice(images, true)));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string YtfVideo::Path() const { return absl::StrCat(name, "/", number); }

std::string YtfProtocolName(const YtfSplits& splits, bool corrected) {
  std::string source = SourceOfPairs(splits.lines, kSha256, splits.pairs.size());
  // The errata's labels are the list's; what they should be is not known here.
  if (corrected && source == "official") source = "official pairs";
  return absl::StrCat("YouTube Faces", corrected ? ", corrected labels" : "", " (", source, ")");
}

absl::StatusOr<YtfSplits> ReadYtfSplits(const std::string& path, const std::string& images) {
  FACET_ASSIGN_OR_RETURN(const std::vector<TextLine> lines, ReadFields(path));
  std::vector<Row> rows;
  for (const TextLine& line : lines) {
    // A header is words where the first pair's number should be.
    const std::string first = Columns(line)[0];
    if (&line == &lines[0] && !first.empty() && !absl::ascii_isdigit(first[0])) continue;
    FACET_ASSIGN_OR_RETURN(Row row, ParseRow(path, line));
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return absl::InvalidArgumentError(absl::StrCat(path, " has no pairs"));
  YtfSplits splits;
  FACET_RETURN_IF_ERROR(AssignFolds(path, rows, &splits.num_folds));
  splits.has_corrected = rows[0].has_corrected;
  for (const Row& row : rows) {
    if (row.has_corrected != splits.has_corrected) {
      return LineError(path, row.pair.line,
                       absl::StrCat("the number of columns differs from line ", rows[0].pair.line));
    }
    splits.lines.push_back(absl::StrCat(row.pair.fold, " ", row.pair.first.Path(), " ",
                                        row.pair.second.Path(), " ", row.pair.same ? 1 : 0, "\n"));
    splits.pairs.push_back(std::move(row.pair));
  }
  FACET_RETURN_IF_ERROR(CheckPairs(path, images, splits));
  Note(path, rows, splits);
  return splits;
}

absl::StatusOr<std::map<std::string, Box>> ReadYtfBoxes(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::vector<TextLine> lines, ReadFields(path));
  std::map<std::string, Box> boxes;
  for (const TextLine& line : lines) {
    const std::vector<std::string> columns = Columns(line);
    const std::vector<std::string> parts = absl::StrSplit(columns[0], absl::ByAnyChar("\\/"));
    if (columns.size() < 6 || parts.size() < 2) {
      return LineError(path, line.number,
                       "expected Name\\video\\file, ignored, x, y, width, height");
    }
    double numbers[4];
    for (size_t i = 0; i < 4; ++i) {
      if (!absl::SimpleAtod(columns[i + 2], &numbers[i]) || !std::isfinite(numbers[i])) {
        return LineError(path, line.number, absl::StrCat("\"", columns[i + 2], "\" is no number"));
      }
    }
    const auto [x, y, width, height] = numbers;
    if (width <= 0 || height <= 0) return LineError(path, line.number, "the box has no area");
    boxes[absl::StrCat(parts[parts.size() - 2], "/", parts.back())] = {
        x - width / 2, y - height / 2, width, height};
  }
  return boxes;
}

int64_t YtfFrameNumber(const std::string& file) {
  const size_t end = file.rfind('.');
  if (end == std::string::npos || end == 0) return -1;
  const size_t begin = file.rfind('.', end - 1);
  if (begin == std::string::npos) return -1;
  return Number(file.substr(begin + 1, end - begin - 1)).value_or(-1);
}

}  // namespace facet
