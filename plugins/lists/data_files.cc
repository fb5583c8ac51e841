#include "plugins/lists/data_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace facet {
namespace {

absl::Status ForEachTextLine(const std::string& path,
                             const std::function<void(int64_t, absl::string_view)>& take) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return absl::FailedPreconditionError(absl::StrCat("cannot read ", path, ": is a folder"));
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
  std::string text;
  for (int64_t number = 1; std::getline(stream, text); ++number) {
    absl::string_view line = text;
    if (number == 1 && absl::StartsWith(line, "\xef\xbb\xbf")) line.remove_prefix(3);
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty()) take(number, line);
  }
  if (stream.bad()) return absl::DataLossError(absl::StrCat("reading ", path, " failed"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<TextLine>> ReadFields(const std::string& path) {
  std::vector<TextLine> lines;
  FACET_RETURN_IF_ERROR(ForEachTextLine(path, [&](int64_t number, absl::string_view text) {
    lines.push_back({number, absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipEmpty())});
  }));
  return lines;
}

absl::StatusOr<std::vector<std::string>> ReadNames(const std::string& path) {
  std::vector<std::string> names;
  FACET_RETURN_IF_ERROR(ForEachTextLine(path, [&](int64_t, absl::string_view text) {
    if (text[0] != '#') names.emplace_back(text);
  }));
  return names;
}

absl::Status LineError(const std::string& path, int64_t line, const std::string& message) {
  return absl::InvalidArgumentError(absl::StrCat(path, ":", line, ": ", message));
}

bool IsUtf8(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  for (size_t i = 0; i < text.size();) {
    const uint8_t first = byte(i);
    const size_t length = first < 0x80             ? 1
                          : (first & 0xe0) == 0xc0 ? 2
                          : (first & 0xf0) == 0xe0 ? 3
                          : (first & 0xf8) == 0xf0 ? 4
                                                   : 0;
    if (length == 0 || i + length > text.size()) return false;
    uint32_t code = length == 1 ? first : first & (0x7fu >> length);
    for (size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
      code = code << 6 | (byte(i + k) & 0x3fu);
    }
    // Not the shortest form, a surrogate, or beyond Unicode.
    constexpr std::array<uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kSmallest[length] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) {
      return false;
    }
    i += length;
  }
  return true;
}

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

absl::StatusOr<FolderListing> ListFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error), end;
  FolderListing listing;
  for (; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name[0] == '.') continue;
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      listing.folders.push_back(std::move(name));
    } else if (entry->is_regular_file(ignored)) {
      listing.files.push_back(std::move(name));
    }
  }
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot list the folder ", folder));
  }
  std::sort(listing.files.begin(), listing.files.end());
  std::sort(listing.folders.begin(), listing.folders.end());
  return listing;
}

std::string Thousands(int64_t count) {
  std::string digits = absl::StrCat(count);
  for (int64_t place = static_cast<int64_t>(digits.size()) - 3; place > (count < 0 ? 1 : 0);
       place -= 3) {
    digits.insert(static_cast<size_t>(place), ",");
  }
  return digits;
}

std::string Missing::Names() const {
  return absl::StrCat(absl::StrJoin(first_, ", "), count_ > kShown ? ", ..." : "");
}

}  // namespace facet
