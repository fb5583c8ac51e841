#include "plugins/lists/text_lines.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/comment_line.h"
#include "core/base/status.h"

namespace facet {
namespace {

absl::Status ForEachTextLine(const std::string& path,
                             const std::function<void(int64_t, absl::string_view)>& take) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return absl::FailedPreconditionError(absl::StrCat("cannot read ", path, ": is a folder"));
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
  std::string text;
  for (int64_t number = 1; std::getline(stream, text); ++number) {
    absl::string_view line = text;
    if (number == 1 && absl::StartsWith(line, "\xef\xbb\xbf")) line.remove_prefix(3);
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty()) take(number, line);
  }
  if (stream.bad()) return absl::DataLossError(absl::StrCat("reading ", path, " failed"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<TextLine>> ReadFields(const std::string& path) {
  std::vector<TextLine> lines;
  FACET_RETURN_IF_ERROR(ForEachTextLine(path, [&](int64_t number, absl::string_view text) {
    lines.push_back(
        {number, absl::StrSplit(text, absl::ByAnyChar(" \t\r\v\f"), absl::SkipEmpty())});
  }));
  return lines;
}

absl::StatusOr<std::vector<std::string>> ReadNames(const std::string& path) {
  std::vector<std::string> names;
  FACET_RETURN_IF_ERROR(ForEachTextLine(path, [&](int64_t, absl::string_view text) {
    if (!IsCommentLine({text.data(), text.size()})) names.emplace_back(text);
  }));
  return names;
}

absl::Status LineError(const std::string& path, int64_t line, const std::string& message) {
  return absl::InvalidArgumentError(absl::StrCat(path, ":", line, ": ", message));
}

}  // namespace facet
