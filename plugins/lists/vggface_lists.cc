#include "plugins/lists/vggface_lists.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "plugins/lists/text_lines.h"

namespace facet {
namespace {

bool IsUid(const std::string& text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
}

// Fields count from the right, because of the uid.
absl::StatusOr<VggFaceLine> ParseLine(const std::string& path, const TextLine& line) {
  VggFaceLine parsed;
  const std::vector<std::string>& fields = line.fields;
  const size_t count = fields.size();
  if (count != 9 && !(count == 10 && IsUid(fields[1]))) {
    return LineError(path, line.number,
                     absl::StrCat("expected id, url, left, top, right, bottom, pose, score and "
                                  "curation (with a uid of 32 hexadecimal digits after the id or "
                                  "without), found ",
                                  count, " fields"));
  }
  if (!absl::SimpleAtoi(fields[0], &parsed.id) || parsed.id < 0) {
    return LineError(path, line.number, absl::StrCat("\"", fields[0], "\" is no id"));
  }
  double numbers[6];  // left, top, right, bottom, pose, score
  for (size_t i = 0; i < 6; ++i) {
    const std::string& text = fields[count - 7 + i];
    if (!absl::SimpleAtod(text, &numbers[i]) || !std::isfinite(numbers[i])) {
      return LineError(path, line.number, absl::StrCat("\"", text, "\" is no number"));
    }
  }
  if (fields.back() != "0" && fields.back() != "1") {
    return LineError(path, line.number,
                     absl::StrCat("curation is 0 or 1, here \"", fields.back(), "\""));
  }
  if (count == 10) parsed.uid = fields[1];
  parsed.url = fields[count - 8];
  parsed.left = numbers[0];
  parsed.top = numbers[1];
  parsed.right = numbers[2];
  parsed.bottom = numbers[3];
  parsed.pose = numbers[4];
  Sample& sample = parsed.sample;
  const double width = numbers[2] - numbers[0], height = numbers[3] - numbers[1];
  if (!std::isfinite(width) || !std::isfinite(height)) {
    return LineError(path, line.number, "the box is larger than a number can be");
  }
  if (width > 0 && height > 0) sample.box = Box{numbers[0], numbers[1], width, height};
  sample.pose = numbers[4] > 2 ? Pose::kFrontal : numbers[4] > 1 ? Pose::kRight : Pose::kLeft;
  sample.score = numbers[5];
  sample.curated = fields.back() == "1";
  return parsed;
}

}  // namespace

absl::StatusOr<std::vector<VggFaceLine>> ReadVggFaceList(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::vector<TextLine> lines, ReadFields(path));
  std::map<int64_t, std::pair<VggFaceLine, int64_t>> by_id;  // -> line, its number
  for (const TextLine& line : lines) {
    FACET_ASSIGN_OR_RETURN(VggFaceLine parsed, ParseLine(path, line));
    const int64_t id = parsed.id;
    const auto [place, is_new] = by_id.emplace(id, std::make_pair(std::move(parsed), line.number));
    if (!is_new) {
      return LineError(path, line.number,
                       absl::StrCat("id ", id, " is in line ", place->second.second, " already"));
    }
  }
  std::vector<VggFaceLine> sorted;
  sorted.reserve(by_id.size());
  for (auto& entry_of_id : by_id) {
    auto& entry = entry_of_id.second;
    entry.first.sample.rank = static_cast<int64_t>(sorted.size());
    sorted.push_back(std::move(entry.first));
  }
  return sorted;
}

absl::StatusOr<std::string> VggFaceText(const VggFaceLine& line) {
  const bool has_blanks = std::any_of(line.url.begin(), line.url.end(), [](char c) {
    return absl::ascii_isspace(static_cast<unsigned char>(c));
  });
  if (line.url.empty() || has_blanks) {
    return absl::InvalidArgumentError(
        absl::StrCat("id ", line.id, ": the url \"", line.url,
                     "\" is empty or has blanks; in a list they are written %20"));
  }
  if (!line.uid.empty() && !IsUid(line.uid)) {
    return absl::InvalidArgumentError(absl::StrCat("id ", line.id, ": the uid \"", line.uid,
                                                   "\" is not of 32 hexadecimal digits"));
  }
  return absl::StrCat(
      absl::Dec(line.id, absl::kZeroPad8), " ", line.uid, line.uid.empty() ? "" : " ", line.url,
      absl::StrFormat(" %.2f %.2f %.2f %.2f %.2f %.2f %d\n", line.left, line.top, line.right,
                      line.bottom, line.pose, line.sample.score, line.sample.curated ? 1 : 0));
}

}  // namespace facet
