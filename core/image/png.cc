// PNG through libpng, with the transformations that OpenCV asks it for; OpenCV drops alpha and
// tRNS.
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/image/formats.h"

namespace facet {
namespace {

constexpr char kTooShort[] = "it ends before its IEND chunk";

struct PngSource {
  std::string_view left;
  char message[128] = "";
};

void ReadPng(png_structp png, png_bytep target, size_t count) {
  auto* source = static_cast<PngSource*>(png_get_io_ptr(png));
  if (source->left.size() < count) png_error(png, kTooShort);
  std::memcpy(target, source->left.data(), count);
  source->left.remove_prefix(count);
}

[[noreturn]] void OnPngError(png_structp png, png_const_charp message) {
  auto* source = static_cast<PngSource*>(png_get_error_ptr(png));
  std::snprintf(source->message, sizeof(source->message), "%s", message);
  png_longjmp(png, 1);
}

void OnPngWarning(png_structp, png_const_charp) {}

// Chunks that say nothing of the pixels. libpng unpacks each text and profile to up to 8 MB and keeps
// a thousand of them: a file of some MB could ask for 8 GB.
constexpr char kIgnoredChunks[] = "iCCP\0iTXt\0pCAL\0sPLT\0tEXt\0zTXt";
constexpr int kNumIgnoredChunks = (sizeof(kIgnoredChunks)) / 5;

// What has a destructor and would be jumped over belongs to the caller.
struct PngPixels {
  bool alpha = false;
  std::vector<uint8_t> bgra;
  std::vector<png_bytep> rows;
};

// 8-bit BGR or, where anything may be transparent, BGRA.
void SetTransformations(png_structp png, png_infop info, PngPixels* pixels) {
  const int colour = png_get_color_type(png, info);
  const bool key = png_get_valid(png, info, PNG_INFO_tRNS) != 0;  // also a palette's
  pixels->alpha = key || (colour & PNG_COLOR_MASK_ALPHA) != 0;
  png_set_strip_16(png);
  png_set_expand(png);
  if ((colour & PNG_COLOR_MASK_COLOR) == 0) png_set_gray_to_rgb(png);
  png_set_bgr(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

// Everything that may jump, in a frame of its own, because a jump may clobber variables of the
// frame that called setjmp.
[[gnu::noinline]] void ReadPngPixels(png_structp png, png_infop info, PngPixels* pixels,
                                     DecodedImage* decoded) {
  // The chunk of animations, which libpng does not know.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS,
                              reinterpret_cast<png_const_bytep>("acTL"), 1);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER,
                              reinterpret_cast<png_const_bytep>(kIgnoredChunks), kNumIgnoredChunks);
  png_read_info(png, info);
  SetTransformations(png, info, pixels);
  const size_t row_bytes = png_get_rowbytes(png, info);
  const size_t height = png_get_image_height(png, info);
  decoded->image =
      Image(static_cast<int>(png_get_image_width(png, info)), static_cast<int>(height));
  if (pixels->alpha) pixels->bgra.resize(row_bytes * height);
  pixels->rows.resize(height);
  for (size_t y = 0; y < height; ++y) {
    pixels->rows[y] = (pixels->alpha ? pixels->bgra : decoded->image.bgr).data() + y * row_bytes;
  }
  png_read_image(png, pixels->rows.data());
  png_read_end(png, info);
  png_unknown_chunkp chunks = nullptr;
  if (png_get_unknown_chunks(png, info, &chunks) > 0) {
    decoded->remark = "an animated PNG, of which the still picture is taken";
  }
  png_bytep exif = nullptr;
  png_uint_32 exif_size = 0;
  if (png_get_eXIf_1(png, info, &exif_size, &exif) != 0) {
    decoded->orientation = ExifOrientation({reinterpret_cast<const char*>(exif), exif_size});
  }
}

}  // namespace

absl::StatusOr<DecodedImage> DecodePng(std::string_view bytes, int64_t max_pixels) {
  // The first chunk is the header; libpng asks for its checksum first.
  const IntegerReader read(bytes, /*little=*/false);
  const auto width = static_cast<uint32_t>(read(16, 4)),
             height = static_cast<uint32_t>(read(20, 4));
  FACET_RETURN_IF_ERROR(CheckSize(width, height, max_pixels));
  PngSource source = {bytes};
  DecodedImage decoded;
  PngPixels pixels;
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, &OnPngError, &OnPngWarning);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  if (info == nullptr) {
    png_destroy_read_struct(&png, nullptr, nullptr);
    return absl::UnavailableError("no memory to decode it");
  }
  png_set_read_fn(png, &source, &ReadPng);
  png_set_user_limits(png, width, height);  // no header of another place may ask for more
  if (setjmp(png_jmpbuf(png)) == 0) ReadPngPixels(png, info, &pixels, &decoded);
  const std::string message = source.message;
  png_destroy_read_struct(&png, &info, nullptr);
  if (!message.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(message == kTooShort ? "truncated" : "corrupt", " PNG: ", message));
  }
  if (pixels.alpha) {
    const uint8_t* from = pixels.bgra.data();
    for (size_t i = 0; i < decoded.image.bgr.size(); i += 3, from += 4) {
      for (size_t c = 0; c < 3; ++c) decoded.image.bgr[i + c] = OnWhite(from[c], from[3]);
    }
  }
  return decoded;
}

}  // namespace facet
