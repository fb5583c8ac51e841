#include "plugins/lists/image_names.h"

#include <array>
#include <fstream>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/image/image_format.h"

namespace facet {

bool HasImageExtension(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string extension = absl::AsciiStrToLower(std::string(name.substr(dot + 1)));
  for (const char* known :
       {"jpg", "jpeg", "png", "pgm", "ppm", "pnm", "bmp", "tif", "tiff", "webp"}) {
    if (extension == known) return true;
  }
  return false;
}

std::string_view ImageExtensionOf(std::string_view start) {
  const absl::StatusOr<ImageFormat> format = SniffFormat(start);
  if (!format.ok()) return "";
  switch (*format) {
    case ImageFormat::kJpeg:
      return "jpg";
    case ImageFormat::kPng:
      return "png";
    case ImageFormat::kPnm:
      return "ppm";
    case ImageFormat::kBmp:
      return "bmp";
    case ImageFormat::kTiff:
      return "tiff";
    case ImageFormat::kWebp:
      return "webp";
  }
  return "";
}

std::string NoImageWords(std::string_view start) {
  const std::string_view format = UndecodableFormat(start);
  if (format.empty()) return "begins as no image that can be decoded";
  return absl::StrCat("of a format that facet cannot decode: ",
                      absl::string_view(format.data(), format.size()));
}

std::string ReadImageStart(const std::string& path) {
  std::array<char, kImageStartBytes> buffer = {};
  std::ifstream stream(path, std::ios::binary);
  stream.read(buffer.data(), buffer.size());
  return std::string(buffer.data(), static_cast<size_t>(stream.gcount()));
}

bool HasImageContent(const std::string& path) {
  return !ImageExtensionOf(ReadImageStart(path)).empty();
}

}  // namespace facet
