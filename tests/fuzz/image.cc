// Images, told apart by their first bytes; one fuzzer a format, each with a corpus of its own.
#include "core/base/check.h"
#include "core/image/image_format.h"
#include "core/image/image_io.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  (void)UndecodableFormat(bytes);
  ImageLimits limits;
  limits.max_pixels = 1 << 18;  // for speed; a larger header is refused by the same line
  std::string remark;
  const absl::StatusOr<Image> image = DecodeImage(bytes, limits, &remark);
  if (!image.ok()) {
    FACET_CHECK(!image.status().message().empty());
    return;
  }
  FACET_CHECK(image->width > 0 && image->height > 0);
  FACET_CHECK(static_cast<int64_t>(image->width) * image->height <= limits.max_pixels);
  FACET_CHECK(image->bgr.size() == size_t{3} * image->width * image->height);
}

}  // namespace facet
