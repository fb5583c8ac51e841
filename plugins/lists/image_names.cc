#include "plugins/lists/image_names.h"

#include <array>
#include <fstream>
#include <initializer_list>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

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

std::string_view ImageExtensionOf(std::string_view bytes) {
  const absl::string_view start(bytes.data(), bytes.size());
  using absl::string_view;
  for (const auto& [magic, extension] : std::initializer_list<std::pair<string_view, const char*>>{
           {"\xff\xd8\xff", "jpg"},
           {"\x89PNG\r\n\x1a\n", "png"},
           {"BM", "bmp"},
           {string_view("II*\0", 4), "tiff"},
           {string_view("MM\0*", 4), "tiff"}}) {
    if (absl::StartsWith(start, magic)) return extension;
  }
  if (start.size() > 2 && start[0] == 'P' && start[1] >= '1' && start[1] <= '6') {
    return absl::ascii_isspace(static_cast<unsigned char>(start[2])) ? "ppm" : "";
  }
  const bool is_webp =
      absl::StartsWith(start, "RIFF") && start.size() >= 12 && start.substr(8, 4) == "WEBP";
  return is_webp ? "webp" : "";
}

bool HasImageContent(const std::string& path) {
  std::array<char, kImageStartBytes> buffer = {};
  std::ifstream stream(path, std::ios::binary);
  stream.read(buffer.data(), buffer.size());
  return !ImageExtensionOf({buffer.data(), static_cast<size_t>(stream.gcount())}).empty();
}

}  // namespace facet
