#include "core/records/name_lists.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/comment_line.h"
#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {
namespace {

class IcuNameKeys final : public NameKeys {
 public:
  explicit IcuNameKeys(std::unique_ptr<icu::Transliterator> normalize)
      : normalize_(std::move(normalize)) {}

  std::string Key(const std::string& name) const override {
    icu::UnicodeString text = icu::UnicodeString::fromUTF8(name);
    // Before, as Latin-ASCII knows one case alone of some letters, and after, as it makes capitals.
    text.foldCase();
    normalize_->transliterate(text);
    text.foldCase();
    std::string key;
    text.toUTF8String(key);
    return key;
  }

 private:
  const std::unique_ptr<icu::Transliterator> normalize_;
};

bool IsNumber(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// Names of one line; InvalidArgument says what was expected.
absl::StatusOr<std::vector<std::string>> PlainNames(const std::string& line) {
  if (IsCommentLine(line)) return std::vector<std::string>();
  return std::vector<std::string>{line};
}

absl::StatusOr<std::vector<std::string>> LfwNames(const std::string& line) {
  const std::vector<std::string> fields =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  std::vector<std::string> names;
  if (fields.size() <= 2 && IsNumber(fields[0]) && IsNumber(fields.back())) return names;
  const bool is_pair = fields.size() == 4;
  if (fields.size() < 2 || fields.size() > 4 || !IsNumber(fields[1]) || !IsNumber(fields.back())) {
    return absl::InvalidArgumentError(
        "expected a name and its number of images, or a pair of images, as LFW's people.txt and "
        "pairs.txt have them (one name a line is for the option `names`)");
  }
  names.push_back(fields[0]);
  if (is_pair) names.push_back(fields[2]);
  return names;
}

absl::StatusOr<std::vector<std::string>> YtfNames(const std::string& line) {
  std::vector<std::string> names;
  const std::vector<std::string> columns = absl::StrSplit(line, ',');
  for (size_t i = 2; i < 4 && i < columns.size(); ++i) {
    const std::string video(absl::StripAsciiWhitespace(columns[i]));
    const size_t slash = video.rfind('/');
    if (slash != std::string::npos && slash > 0) names.push_back(video.substr(0, slash));
  }
  // The first line may be a header.
  if (names.size() == 2 || (names.empty() && !absl::ascii_isdigit(line[0]))) return names;
  return absl::InvalidArgumentError(
      "expected \"split, pair, Name/video, Name/video, is_same\", as YouTube Faces' splits.txt has "
      "it");
}

}  // namespace

absl::StatusOr<std::unique_ptr<NameKeys>> NameKeys::Create() {
  UErrorCode code = U_ZERO_ERROR;
  std::unique_ptr<icu::Transliterator> normalize(icu::Transliterator::createInstance(
      "NFKD; [:Mark:] Remove; Lower; Latin-ASCII; [^[:Letter:][:Number:]] Remove", UTRANS_FORWARD,
      code));
  if (U_FAILURE(code) || normalize == nullptr) {
    return absl::InternalError(
        absl::StrCat("ICU cannot compare names: ", u_errorName(code), "; is libicu complete?"));
  }
  return std::make_unique<IcuNameKeys>(std::move(normalize));
}

absl::StatusOr<std::vector<std::string>> ReadNameList(const std::string& path, NameList form) {
  FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::vector<std::string> names;
  std::set<std::string> seen;
  int64_t number = 0;
  for (absl::string_view piece : absl::StrSplit(text, '\n')) {
    if (++number == 1) absl::ConsumePrefix(&piece, "\xef\xbb\xbf");
    const std::string line(absl::StripAsciiWhitespace(piece));
    if (line.empty()) continue;
    absl::StatusOr<std::vector<std::string>> found = form == NameList::kPlain ? PlainNames(line)
                                                     : form == NameList::kLfw ? LfwNames(line)
                                                                              : YtfNames(line);
    if (!found.ok() || (form == NameList::kYtf && found->empty() && number > 1)) {
      return Annotate(found.ok() ? YtfNames("0").status() : found.status(),
                      absl::StrCat(path, ":", number));
    }
    for (std::string& name : *found) {
      if (seen.insert(name).second) names.push_back(std::move(name));
    }
  }
  if (names.empty()) return absl::InvalidArgumentError(absl::StrCat(path, " names nobody"));
  return names;
}

}  // namespace facet
