#include "core/pipeline/decoded_images.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>

namespace facet {
namespace {

// An image's place follows from its index: the file takes memory only for what was written.
constexpr int kPlaceBits = 28;
constexpr off_t kPixels = 4096;  // behind a page with the head
constexpr int64_t kMostIndex = INT64_MAX >> (kPlaceBits + 1);

// Written after the pixels: who finds it finds them.
struct Head {
  int64_t magic = 0;
  int32_t width = 0, height = 0;
};
constexpr int64_t kMagic = 0x6661636574696d67;

off_t PlaceOf(int64_t index) { return static_cast<off_t>(index) << kPlaceBits; }

bool HasPlace(int64_t index) { return index >= 0 && index < kMostIndex; }

// Nothing of it is a cause to fail: whoever gets no image decodes it.
bool ReadAt(int file, void* bytes, size_t count, off_t at) {
  return ::pread(file, bytes, count, at) == static_cast<ssize_t>(count);
}
bool WriteAt(int file, const void* bytes, size_t count, off_t at) {
  return ::pwrite(file, bytes, count, at) == static_cast<ssize_t>(count);
}

}  // namespace

std::optional<Image> DecodedImages::Get(int64_t index) const {
  Head head;
  if (!memory_ || !HasPlace(index) || !ReadAt(memory_.file, &head, sizeof(head), PlaceOf(index)) ||
      head.magic != kMagic) {
    return std::nullopt;
  }
  Image image(head.width, head.height);
  if (!ReadAt(memory_.file, image.bgr.data(), image.bgr.size(), PlaceOf(index) + kPixels)) {
    return std::nullopt;
  }
  return image;
}

void DecodedImages::Put(int64_t index, const Image& image) const {
  struct stat info;
  const auto bytes = static_cast<int64_t>(image.bgr.size());
  if (!memory_ || !HasPlace(index) || bytes + kPixels > PlaceOf(1) ||
      ::fstat(memory_.file, &info) != 0 ||
      info.st_blocks * 512 + bytes + kPixels > memory_.most_bytes) {
    return;
  }
  const Head head = {kMagic, image.width, image.height};
  if (WriteAt(memory_.file, image.bgr.data(), image.bgr.size(), PlaceOf(index) + kPixels)) {
    WriteAt(memory_.file, &head, sizeof(head), PlaceOf(index));
  }
}

}  // namespace facet
