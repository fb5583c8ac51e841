#include "plugins/datasets/celeba_lists.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "plugins/lists/path_below.h"
#include "plugins/lists/text_lines.h"
#include "plugins/lists/words.h"

namespace facet {

absl::StatusOr<CelebaTable> ReadCelebaTable(const std::string& path, size_t columns) {
  FACET_ASSIGN_OR_RETURN(const std::vector<TextLine> lines, ReadFields(path));
  int64_t expected = -1;
  size_t first = 0;
  if (!lines.empty() && lines[0].fields.size() == 1) {
    if (!absl::SimpleAtoi(lines[0].fields[0], &expected)) {
      return LineError(path, lines[0].number, "expected the number of images, or an image");
    }
    first = 2;  // the names of the columns follow
  }
  CelebaTable table;
  for (size_t i = first; i < lines.size(); ++i) {
    const std::vector<std::string>& fields = lines[i].fields;
    if (fields.size() != columns + 1) {
      return LineError(path, lines[i].number,
                       absl::StrCat("expected an image and ", columns, " numbers, found ",
                                    fields.size(), " fields"));
    }
    const absl::StatusOr<std::string> image = PathBelow(fields[0]);
    if (!image.ok()) {
      return LineError(path, lines[i].number, std::string(image.status().message()));
    }
    const auto [row, is_new] = table.try_emplace(*image);
    if (!is_new) return LineError(path, lines[i].number, *image + " occurs twice");
    for (size_t k = 1; k < fields.size(); ++k) {
      int64_t value;
      if (!absl::SimpleAtoi(fields[k], &value)) {
        return LineError(path, lines[i].number,
                         absl::StrCat("\"", fields[k], "\" is no whole number"));
      }
      row->second.push_back(value);
    }
  }
  if (expected >= 0 && static_cast<int64_t>(table.size()) != expected) {
    return absl::InvalidArgumentError(absl::StrCat(path, " has ",
                                                   Thousands(static_cast<int64_t>(table.size())),
                                                   " images, its head says ", Thousands(expected)));
  }
  return table;
}

}  // namespace facet
