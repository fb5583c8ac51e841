#include "plugins/support/vggface_lists.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "plugins/support/data_files.h"

namespace facet {
namespace {

bool IsUid(const std::string& text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
}

// Fields count from the right, because of the uid.
absl::StatusOr<VggFaceLine> ParseLine(const std::string& path, const TextLine& line) {
  const std::vector<std::string>& fields = line.fields;
  const size_t count = fields.size();
  if (count != 9 && !(count == 10 && IsUid(fields[1]))) {
    return LineError(path, line.number,
                     absl::StrCat("expected id, url, left, top, right, bottom, pose, score and "
                                  "curation (with a uid of 32 hexadecimal digits after the id or "
                                  "without), found ",
                                  count, " fields"));
  }
  VggFaceLine parsed;
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
  parsed.url = fields[count - 8];
  Sample& sample = parsed.sample;
  const double width = numbers[2] - numbers[0], height = numbers[3] - numbers[1];
  if (width > 0 && height > 0) sample.box = Box{numbers[0], numbers[1], width, height};
  sample.pose = numbers[4] > 2 ? Pose::kFrontal : numbers[4] > 1 ? Pose::kRight : Pose::kLeft;
  sample.score = numbers[5];
  sample.curated = fields.back() == "1";
  return parsed;
}

}  // namespace

absl::StatusOr<std::vector<VggFaceLine>> ReadVggFaceList(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::vector<TextLine> lines, ReadFields(path));
  std::map<int64_t, std::pair<VggFaceLine, int64_t>> by_id;  // -> content, line
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
  for (auto& [id, entry] : by_id) {
    entry.first.sample.rank = static_cast<int64_t>(sorted.size());
    sorted.push_back(std::move(entry.first));
  }
  return sorted;
}

}  // namespace facet
