#include "plugins/datasets/lfw_lists.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/api/component.h"
#include "plugins/datasets/own_pairs.h"
#include "plugins/lists/text_lines.h"
#include "plugins/lists/words.h"

namespace facet {
namespace {

constexpr int64_t kMaxNumber = 1'000'000;  // of an image, a fold's pairs, a fold's people

// From 1 on.
std::optional<int64_t> Number(const std::string& text) {
  int64_t value;
  if (!absl::SimpleAtoi(text, &value) || value < 1 || value > kMaxNumber) return std::nullopt;
  return value;
}

absl::StatusOr<LfwPair> ParsePair(const std::string& path, const TextLine& line) {
  const std::vector<std::string>& fields = line.fields;
  const bool genuine = fields.size() == 3;
  if (!genuine && fields.size() != 4) {
    return LineError(path, line.number,
                     absl::StrCat("a pair has 3 fields (name, number, number) or 4 (name, number, "
                                  "name, number), here ",
                                  fields.size()));
  }
  const std::optional<int64_t> first = Number(fields[1]), second = Number(fields.back());
  if (!first.has_value() || !second.has_value()) {
    return LineError(path, line.number,
                     absl::StrCat("\"", first.has_value() ? fields.back() : fields[1],
                                  "\" is no number of an image"));
  }
  LfwPair pair;
  pair.first = {fields[0], *first};
  pair.second = {genuine ? fields[0] : fields[2], *second};
  pair.genuine = genuine;
  pair.line = line.number;
  if (pair.first == pair.second) {
    return LineError(path, line.number, "the pair is one image with itself");
  }
  if (!genuine && pair.first.name == pair.second.name) {
    return LineError(path, line.number,
                     absl::StrCat("a mismatched pair (4 fields) of one person, ", fields[0]));
  }
  return pair;
}

// Where the pairs of a file must lie: `folds` blocks of `count` matched and `count` mismatched.
struct Header {
  int64_t folds = 1, count = 0;
};

absl::StatusOr<std::optional<Header>> ParseHeader(const std::string& path, const TextLine& line) {
  if (line.fields.size() > 2) return std::optional<Header>();
  Header header;
  const std::optional<int64_t> first = Number(line.fields[0]), last = Number(line.fields.back());
  if (!first.has_value() || !last.has_value()) {
    return LineError(path, line.number,
                     "expected the header (\"folds pairs\" or \"pairs\") or a pair");
  }
  if (line.fields.size() == 2) header.folds = *first;
  header.count = *last;
  return std::optional<Header>(header);
}

// Gives the pairs their folds as the header says, or refuses.
absl::Status AssignByHeader(const Header& header, LfwPairs& pairs) {
  for (size_t i = 0; i < pairs.pairs.size(); ++i) {
    LfwPair& pair = pairs.pairs[i];
    const auto index = static_cast<int64_t>(i);
    pair.fold = index / (2 * header.count);
    const bool genuine = index % (2 * header.count) < header.count;
    if (pair.fold >= header.folds) {
      return LineError(pairs.path, pair.line, "more pairs than the header says");
    }
    if (pair.genuine != genuine) {
      return LineError(
          pairs.path, pair.line,
          absl::StrCat("by the header (", header.folds, " x ", header.count,
                       " matched and mismatched) this is a ",
                       genuine ? "matched pair (3 fields)" : "mismatched pair (4 fields)"));
    }
  }
  const int64_t expected = 2 * header.folds * header.count;
  if (static_cast<int64_t>(pairs.pairs.size()) != expected) {
    return absl::InvalidArgumentError(
        absl::StrCat(pairs.path, " has ", Thousands(static_cast<int64_t>(pairs.pairs.size())),
                     " pairs, its header says ", Thousands(expected)));
  }
  pairs.num_folds = header.folds;
  return absl::OkStatus();
}

void AssignByBlocks(LfwPairs& pairs) {
  int64_t fold = 0;
  for (size_t i = 0; i < pairs.pairs.size(); ++i) {
    if (i > 0 && pairs.pairs[i].genuine && !pairs.pairs[i - 1].genuine) ++fold;
    pairs.pairs[i].fold = fold;
  }
  pairs.num_folds = fold + 1;
}

absl::Status RefuseDuplicates(const LfwPairs& pairs) {
  std::map<std::pair<LfwImage, LfwImage>, int64_t> seen;
  for (const LfwPair& pair : pairs.pairs) {
    auto key = std::make_pair(pair.first, pair.second);
    if (key.second < key.first) std::swap(key.first, key.second);
    const auto [place, is_new] = seen.emplace(std::move(key), pair.line);
    if (!is_new) {
      return LineError(pairs.path, pair.line,
                       absl::StrCat("the pair of line ", place->second, " again"));
    }
  }
  return absl::OkStatus();
}

std::string Place(const std::string& path, int64_t line) {
  return absl::StrCat(path.substr(path.rfind('/') + 1), ":", line);
}

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

// Adds the people of the pairs of one more file, its folds beginning at `first_fold`.
absl::Status AddPeople(const LfwPairs& pairs, int64_t first_fold, LfwPeople& people) {
  for (const LfwPair& pair : pairs.pairs) {
    const int64_t fold = first_fold + pair.fold;
    for (const LfwImage* image : {&pair.first, &pair.second}) {
      const LfwPerson& person =
          people.emplace(image->name, LfwPerson{fold, -1, Place(pairs.path, pair.line)})
              .first->second;
      if (person.fold != fold) {
        return LineError(pairs.path, pair.line,
                         absl::StrCat(image->name, " is in fold ", fold + 1, " here and in fold ",
                                      person.fold + 1, " by ", person.place,
                                      "; the people of two folds must differ. Pairs of your own, "
                                      "of whatever people, are for ",
                                      ImageListAdvice(FolderOf(pairs.path), false)));
      }
      if (person.num_images >= 0 && image->number > person.num_images) {
        return LineError(pairs.path, pair.line,
                         absl::StrCat("image ", image->number, " of ", image->name, ", who has ",
                                      person.num_images, " by ", person.place));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string LfwImage::Path() const { return absl::StrFormat("%s/%s_%04d.jpg", name, name, number); }

std::vector<std::string> LfwView::Lines() const {
  std::vector<std::string> lines;
  for (const LfwPair& pair : pairs) {
    lines.push_back(absl::StrCat(pair.fold, " ", pair.first.name, "/", pair.first.number, " ",
                                 pair.second.name, "/", pair.second.number, "\n"));
  }
  return lines;
}

absl::StatusOr<LfwPairs> ReadLfwPairs(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::vector<TextLine> lines, ReadFields(path));
  if (lines.empty()) return absl::InvalidArgumentError(absl::StrCat(path, " is empty"));
  FACET_ASSIGN_OR_RETURN(const std::optional<Header> header, ParseHeader(path, lines[0]));
  LfwPairs pairs;
  pairs.path = path;
  for (size_t i = header.has_value() ? 1 : 0; i < lines.size(); ++i) {
    FACET_ASSIGN_OR_RETURN(LfwPair pair, ParsePair(path, lines[i]));
    pairs.pairs.push_back(std::move(pair));
  }
  if (header.has_value()) {
    FACET_RETURN_IF_ERROR(AssignByHeader(*header, pairs));
  } else {
    AssignByBlocks(pairs);
  }
  FACET_RETURN_IF_ERROR(RefuseDuplicates(pairs));
  return pairs;
}

absl::StatusOr<LfwPeople> ReadLfwPeople(const std::string& path, int64_t* num_folds) {
  FACET_ASSIGN_OR_RETURN(const std::vector<TextLine> lines, ReadFields(path));
  LfwPeople people;
  // A line of one field opens a fold; of two such lines at the beginning the first is the header.
  size_t next = lines.size() > 1 && lines[0].fields.size() == 1 && lines[1].fields.size() == 1;
  int64_t fold = 0;
  for (; next < lines.size(); ++fold) {
    const TextLine& opening = lines[next++];
    const std::optional<int64_t> count = Number(opening.fields[0]);
    if (opening.fields.size() != 1 || !count.has_value()) {
      return LineError(path, opening.number, "expected a fold's number of people");
    }
    for (int64_t i = 0; i < *count; ++i, ++next) {
      const bool person = next < lines.size() && lines[next].fields.size() == 2;
      const std::optional<int64_t> images =
          person ? Number(lines[next].fields[1]) : std::optional<int64_t>();
      if (!images.has_value()) {
        return LineError(path, next < lines.size() ? lines[next].number : opening.number,
                         absl::StrCat("expected person ", i + 1, " of ", *count, " of fold ",
                                      fold + 1, ": name and number of images"));
      }
      const auto [seen, is_new] = people.emplace(
          lines[next].fields[0], LfwPerson{fold, *images, Place(path, lines[next].number)});
      if (!is_new) {
        return LineError(path, lines[next].number,
                         absl::StrCat(seen->first, " is in ", seen->second.place, " already"));
      }
    }
  }
  int64_t header = fold;
  if (lines.size() > 1 && lines[1].fields.size() == 1) {
    header = Number(lines[0].fields[0]).value_or(-1);
  }
  if (fold == 0 || header != fold) {
    return absl::InvalidArgumentError(absl::StrCat(path, " has ", fold, " folds, its header says ",
                                                   lines.empty() ? "" : lines[0].fields[0]));
  }
  *num_folds = fold;
  return people;
}

absl::StatusOr<LfwView> ReadLfwView1(const std::string& root) {
  LfwView view = {"LFW view 1", Protocol::Kind::kSplit, 2, {}, {}};
  int64_t fold = 0;
  for (const char* name : {"pairsDevTrain.txt", "pairsDevTest.txt"}) {
    FACET_ASSIGN_OR_RETURN(LfwPairs pairs, ReadLfwPairs(absl::StrCat(root, "/", name)));
    if (pairs.num_folds != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(pairs.path, " has ", pairs.num_folds, " folds, expected 1"));
    }
    FACET_RETURN_IF_ERROR(AddPeople(pairs, fold, view.people));
    for (LfwPair& pair : pairs.pairs) {
      pair.fold = fold;
      view.pairs.push_back(std::move(pair));
    }
    ++fold;
  }
  return view;
}

absl::StatusOr<LfwView> ReadLfwView2(const std::string& root) {
  LfwView view = {"LFW view 2", Protocol::Kind::kFolds, 0, {}, {}};
  FACET_ASSIGN_OR_RETURN(LfwPairs pairs, ReadLfwPairs(absl::StrCat(root, "/pairs.txt")));
  view.num_folds = pairs.num_folds;
  const std::string people = absl::StrCat(root, "/people.txt");
  if (std::filesystem::exists(people)) {
    int64_t num_folds = 0;
    FACET_ASSIGN_OR_RETURN(view.people, ReadLfwPeople(people, &num_folds));
    if (num_folds != view.num_folds) {
      return absl::InvalidArgumentError(
          absl::StrCat(people, " has ", num_folds, " folds, pairs.txt ", view.num_folds));
    }
  }
  FACET_RETURN_IF_ERROR(AddPeople(pairs, 0, view.people));
  view.pairs = std::move(pairs.pairs);
  return view;
}

}  // namespace facet
