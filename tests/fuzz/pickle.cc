// Pickles as InsightFace's .bin files are.
#include "plugins/datasets/pickle/pickle.h"

#include "core/base/check.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const absl::StatusOr<PickledPairs> pairs = ReadPickledPairs(bytes);
  if (!pairs.ok()) return;
  size_t decoded = 0, bytes_read = 0;
  for (const std::string& text : pairs->decoded) decoded += text.size();
  for (const std::string_view image : pairs->images) {
    for (const char byte : image) bytes_read += byte != 0;
  }
  FACET_CHECK(decoded <= bytes.size());
  FACET_CHECK(pairs->is_same.size() <= bytes.size());
}

}  // namespace facet
