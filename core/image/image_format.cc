#include "core/image/image_format.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace facet {
namespace {

struct Magic {
  size_t at;
  std::string_view bytes;
  std::string_view name;
};

// ISO base media files (AVIF, HEIC, videos) name themselves at byte 4: "ftyp" and a brand.
constexpr Magic kUndecodable[] = {
    {0, "GIF87a", "GIF"},
    {0, "GIF89a", "GIF"},
    {4, "ftypavif", "AVIF"},
    {4, "ftypavis", "AVIF"},
    {4, "ftyphei", "HEIC"},
    {4, "ftyphev", "HEIC"},
    {4, "ftypmif1", "HEIF"},
    {4, "ftypmsf1", "HEIF"},
    {4, "ftypcrx ", "camera's raw file (CR3)"},
    {4, "JXL \r\n\x87\n", "JPEG XL"},
    {0, "\xFF\x0A", "JPEG XL"},
    {4, "jP  \r\n\x87\n", "JPEG 2000"},
    {0, "\xFF\x4F\xFF\x51", "JPEG 2000"},
    {0, "8BPS", "Photoshop file"},
    {0, "\x76\x2F\x31\x01", "OpenEXR"},
    {0, "#?RADIANCE", "Radiance HDR"},
    {0, "#?RGBE", "Radiance HDR"},
    {0, "P7\n", "PAM"},
    {0, "PF\n", "PFM"},
    {0, "Pf\n", "PFM"},
    {0, "qoif", "QOI"},
    {0, "DDS ", "DDS"},
    {0, "\x59\xA6\x6A\x95", "Sun raster file"},
    {0, {"\0\0\1\0", 4}, "Windows icon"},
    {0, "gimp xcf", "GIMP file"},
    {0, "<svg", "SVG"},
    {0, "%PDF-", "PDF"},
};

bool Holds(std::string_view bytes, size_t at, std::string_view what) {
  return bytes.size() >= at && bytes.substr(at, what.size()) == what;
}

bool IsPnm(std::string_view start) {
  return start.size() > 2 && start[0] == 'P' && start[1] >= '1' && start[1] <= '6' &&
         (absl::ascii_isspace(static_cast<unsigned char>(start[2])) || start[2] == '#');
}

bool IsTiff(std::string_view start) {
  for (const std::string_view magic : {"II*\0", "MM\0*", "II+\0", "MM\0+"}) {  // +: BigTIFF
    if (Holds(start, 0, {magic.data(), 4})) return true;
  }
  return false;
}

}  // namespace

std::string_view UndecodableFormat(std::string_view start) {
  for (const Magic& magic : kUndecodable) {
    if (Holds(start, magic.at, magic.bytes)) return magic.name;
  }
  return "";
}

absl::StatusOr<ImageFormat> SniffFormat(std::string_view start) {
  if (start.empty()) return absl::InvalidArgumentError("empty file");
  if (Holds(start, 0, "\xFF\xD8\xFF")) return ImageFormat::kJpeg;
  if (Holds(start, 0, "\x89PNG\r\n\x1A\n")) return ImageFormat::kPng;
  if (IsPnm(start)) return ImageFormat::kPnm;
  if (Holds(start, 0, "BM") && start.size() > 26) return ImageFormat::kBmp;
  if (IsTiff(start)) return ImageFormat::kTiff;
  if (Holds(start, 0, "RIFF") && Holds(start, 8, "WEBP")) return ImageFormat::kWebp;
  const std::string_view known = UndecodableFormat(start);
  if (!known.empty()) {
    const bool vowel = known == "AVIF" || known == "OpenEXR" || known == "SVG";
    return absl::InvalidArgumentError(
        absl::StrCat(vowel ? "an " : "a ", absl::string_view(known.data(), known.size()),
                     ", which facet cannot decode; convert it to PNG"));
  }
  start = start.substr(0, 12);
  return absl::InvalidArgumentError(
      absl::StrCat("not an image (starts with \"",
                   absl::CHexEscape(absl::string_view(start.data(), start.size())),
                   "\"); known: JPEG, PNG, PGM/PPM, BMP, TIFF, WebP"));
}

}  // namespace facet
