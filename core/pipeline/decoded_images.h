// Decoded images in memory that several stages share: detect, align and pack look at the same ones,
// one after the other, and decoding one takes as long as much of what they do with it.
#ifndef FACET_CORE_PIPELINE_DECODED_IMAGES_H_
#define FACET_CORE_PIPELINE_DECODED_IMAGES_H_

#include <cstdint>
#include <optional>

#include "core/api/image.h"
#include "core/graph/shared_memory.h"

namespace facet {

// Any thread, any process.
class DecodedImages {
 public:
  explicit DecodedImages(const SharedMemory& memory = {}) : memory_(memory) {}

  // None: nobody has put it there, or not wholly.
  std::optional<Image> Get(int64_t index) const;
  // For whom it has room. Those who put one image there have all decoded the same.
  void Put(int64_t index, const Image& image) const;

 private:
  SharedMemory memory_;
};

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_DECODED_IMAGES_H_
