// TIFF through libtiff's RGBA interface: any number of bits up to 16, palettes, CMYK, YCbCr, tiles.
#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/image/formats.h"

namespace facet {
namespace {

// A file in memory, and libtiff's first error.
struct TiffFile {
  std::string_view bytes;
  uint64_t at = 0;
  char message[256] = "";
};

TiffFile* TiffFileOf(thandle_t handle) { return static_cast<TiffFile*>(handle); }

tmsize_t ReadTiff(thandle_t handle, void* target, tmsize_t count) {
  TiffFile* file = TiffFileOf(handle);
  if (file->at >= file->bytes.size()) return 0;
  const size_t given = std::min(static_cast<size_t>(count), file->bytes.size() - file->at);
  std::memcpy(target, file->bytes.data() + file->at, given);
  file->at += given;
  return static_cast<tmsize_t>(given);
}

tmsize_t WriteTiff(thandle_t, void*, tmsize_t) { return 0; }

toff_t SeekTiff(thandle_t handle, toff_t offset, int from) {
  TiffFile* file = TiffFileOf(handle);
  file->at = offset + (from == SEEK_CUR ? file->at : from == SEEK_END ? file->bytes.size() : 0);
  return file->at;
}

int CloseTiff(thandle_t) { return 0; }
toff_t SizeTiff(thandle_t handle) { return TiffFileOf(handle)->bytes.size(); }

// The data are in memory already. (Without, libtiff 4.5.0 refuses tiles of less than 1 KiB.)
int MapTiff(thandle_t handle, void** base, toff_t* size) {
  *base = const_cast<char*>(TiffFileOf(handle)->bytes.data());
  *size = TiffFileOf(handle)->bytes.size();
  return 1;
}
void UnmapTiff(thandle_t, void*, toff_t) {}

int OnTiffError(TIFF*, void* handle, const char*, const char* format, va_list arguments) {
  TiffFile* file = static_cast<TiffFile*>(handle);
  if (file->message[0] == '\0') {
    std::vsnprintf(file->message, sizeof(file->message), format, arguments);
  }
  return 1;  // told: nothing on stderr
}

int OnTiffWarning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct TiffCloser {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

// A file says how large its strips and tiles are, whatever the picture's size; none needs more than
// these bytes for each of its pixels, small pictures with a large tile apart.
constexpr int64_t kMostBytesPerPixel = 16;
constexpr int64_t kSmallestBound = int64_t{16} << 20;

int64_t LargestPart(int64_t pixels) {
  return std::max(kSmallestBound, pixels * kMostBytesPerPixel);
}

std::unique_ptr<TIFF, TiffCloser> OpenTiff(TiffFile* file, int64_t max_pixels) {
  const std::unique_ptr<TIFFOpenOptions, TiffCloser> options(TIFFOpenOptionsAlloc());
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(),
                                      static_cast<tmsize_t>(LargestPart(max_pixels)));
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), &OnTiffError, file);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), &OnTiffWarning, file);
  return std::unique_ptr<TIFF, TiffCloser>(TIFFClientOpenExt("", "r", file, &ReadTiff, &WriteTiff,
                                                             &SeekTiff, &CloseTiff, &SizeTiff,
                                                             &MapTiff, &UnmapTiff, options.get()));
}

// libtiff has no code for the end of a file; these are its words.
absl::Status BrokenTiff(const TiffFile& file) {
  const std::string_view message(file.message);
  if (absl::StrContains(file.message, "Memory allocation")) {
    return absl::InvalidArgumentError(absl::StrCat("corrupt TIFF: ", file.message));
  }
  for (const char* words :
       {"Read error", "read error", "got ", "not enough", "Not enough", "past EOF", "beyond"}) {
    if (message.find(words) != std::string_view::npos) {
      return absl::InvalidArgumentError(absl::StrCat("truncated TIFF: ", file.message));
    }
  }
  const bool unsupported = absl::StrContains(file.message, "can not handle");
  return absl::InvalidArgumentError(
      absl::StrCat(unsupported ? "unsupported" : "corrupt",
                   " TIFF: ", message.empty() ? "libtiff cannot decode it" : file.message,
                   unsupported ? "; convert it to PNG" : ""));
}

enum class TiffAlpha { kNone, kMultiplied, kApart };

// What the picture's extra samples are, as libtiff leaves them: it multiplies an alpha that is
// apart into colours, but not into grey. Samples of which the file does not say what they are (0)
// are no alpha.
TiffAlpha AlphaOf(TIFF* tiff) {
  uint16_t photometric = 0, num_extra = 0;
  uint16_t* extra = nullptr;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &num_extra, &extra) == 0 || num_extra == 0) {
    return TiffAlpha::kNone;
  }
  if (extra[0] == EXTRASAMPLE_ASSOCALPHA) return TiffAlpha::kMultiplied;
  if (extra[0] != EXTRASAMPLE_UNASSALPHA) return TiffAlpha::kNone;
  return photometric <= PHOTOMETRIC_MINISBLACK ? TiffAlpha::kApart : TiffAlpha::kMultiplied;
}

uint8_t TiffOnWhite(TiffAlpha kind, uint32_t colour, uint32_t alpha) {
  if (kind == TiffAlpha::kNone) return static_cast<uint8_t>(colour);
  if (kind == TiffAlpha::kMultiplied)
    return static_cast<uint8_t>(std::min(255u, colour + 255 - alpha));
  return OnWhite(static_cast<int>(colour), static_cast<int>(alpha));
}

}  // namespace

absl::StatusOr<DecodedImage> DecodeTiff(std::string_view bytes, int64_t max_pixels) {
  TiffFile file = {bytes};
  const std::unique_ptr<TIFF, TiffCloser> tiff = OpenTiff(&file, max_pixels);
  if (tiff == nullptr) return BrokenTiff(file);
  uint32_t width = 0, height = 0;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height);
  const absl::Status size = CheckSize(width, height, max_pixels);
  if (!size.ok()) return size;
  const auto part = static_cast<int64_t>(TIFFIsTiled(tiff.get()) != 0 ? TIFFTileSize(tiff.get())
                                                                      : TIFFStripSize(tiff.get()));
  if (part > LargestPart(int64_t{width} * height)) {
    return absl::InvalidArgumentError(absl::StrCat("corrupt TIFF: a tile or strip of ", part,
                                                   " bytes in a picture of ", width, "x", height));
  }
  DecodedImage decoded;
  if (TIFFGetField(tiff.get(), TIFFTAG_ORIENTATION, &orientation) != 0 && orientation >= 1 &&
      orientation <= 8) {
    decoded.orientation = orientation;
  }
  // As it is stored: libtiff flips, but does not exchange rows and columns.
  std::vector<uint32_t> abgr(size_t{width} * height);
  if (TIFFReadRGBAImageOriented(tiff.get(), width, height, abgr.data(), orientation,
                                /*stop_on_error=*/1) == 0) {
    return BrokenTiff(file);
  }
  decoded.image = Image(static_cast<int>(width), static_cast<int>(height));
  const TiffAlpha alpha = AlphaOf(tiff.get());
  for (size_t i = 0; i < abgr.size(); ++i) {
    const uint32_t colours[3] = {TIFFGetB(abgr[i]), TIFFGetG(abgr[i]), TIFFGetR(abgr[i])};
    for (size_t c = 0; c < 3; ++c) {
      decoded.image.bgr[3 * i + c] = TiffOnWhite(alpha, colours[c], TIFFGetA(abgr[i]));
    }
  }
  if (TIFFLastDirectory(tiff.get()) == 0) {
    decoded.remark = "a TIFF of several pictures, of which the first is taken";
  }
  return decoded;
}

}  // namespace facet
