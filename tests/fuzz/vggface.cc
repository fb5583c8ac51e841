// Lists of the VGG-Face release; what is read can be written, and is read again as it was.
#include "core/base/check.h"
#include "plugins/lists/text_lines.h"
#include "plugins/lists/vggface_lists.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const std::string path = WriteFuzzFile("Name.txt", bytes);
  (void)ReadNames(path);
  const absl::StatusOr<std::vector<VggFaceLine>> lines = ReadVggFaceList(path);
  if (!lines.ok()) return;
  std::string written;
  for (const VggFaceLine& line : *lines) {
    const absl::StatusOr<std::string> text = VggFaceText(line);
    FACET_CHECK(text.ok());
    written += *text;
  }
  const absl::StatusOr<std::vector<VggFaceLine>> again =
      ReadVggFaceList(WriteFuzzFile("Again.txt", written));
  FACET_CHECK(again.ok() && again->size() == lines->size());
  for (size_t i = 0; i < lines->size(); ++i) {
    FACET_CHECK((*again)[i].id == (*lines)[i].id && (*again)[i].url == (*lines)[i].url);
    FACET_CHECK((*again)[i].uid == (*lines)[i].uid);
  }
}

}  // namespace facet
