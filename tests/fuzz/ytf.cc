// Lists of YouTube Faces: splits, and the boxes of a person's frames.
#include "core/base/check.h"
#include "plugins/datasets/ytf_lists.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const std::vector<std::string_view> parts = FuzzParts(bytes, 2);
  const absl::StatusOr<YtfSplits> splits =
      ReadYtfSplits(WriteFuzzFile("splits.txt", parts[0]), FuzzFolder());
  if (splits.ok()) {
    for (const YtfPair& pair : splits->pairs) {
      FACET_CHECK(pair.fold >= 0 && pair.fold < splits->num_folds);
      FACET_CHECK(splits->fold_of.count(pair.first.name) == 1);
    }
    (void)YtfProtocolName(*splits, splits->has_corrected);
  }
  const absl::StatusOr<std::map<std::string, Box>> boxes =
      ReadYtfBoxes(WriteFuzzFile("Name.labeled_faces.txt", parts[1]));
  if (!boxes.ok()) return;
  for (const auto& [file, box] : *boxes) {
    (void)YtfFrameNumber(file);
    FACET_CHECK(box.width > 0 && box.height > 0);
  }
}

}  // namespace facet
