#include "core/config/file_contents.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/json.h"

namespace facet {
namespace {

using std::string_view_literals::operator""sv;

constexpr size_t kStartBytes = 512;

struct Signature {
  std::string_view bytes;
  const char* what;
  const char* help;
  std::vector<std::string> suffixes;  // of names that say so
  size_t at = 0;                      // where the bytes stand
};

const std::vector<Signature>& Signatures() {
  static const auto* const kSignatures = new std::vector<Signature>{
      {"version https://git-lfs.github.com/spec/",
       "a Git-LFS pointer, not the file itself",
       "`git lfs pull` in its repository fetches the file",
       {}},
      {"PK\x03\x04"sv,
       "a zip archive, as PyTorch's .pt and .pth are",
       "unpack it, or convert the weights with the tool that wrote them",
       {".zip", ".npz", ".pt", ".pth", ".ckpt", ".ptl"}},
      {"\x1F\x8B"sv, "compressed with gzip", "unpack it with gunzip", {".gz", ".tgz"}},
      {"BZh"sv, "compressed with bzip2", "unpack it with bunzip2", {".bz2"}},
      {"\xFD"
       "7zXZ\0"sv,
       "compressed with xz",
       "unpack it with unxz",
       {".xz"}},
      {"\x28\xB5\x2F\xFD"sv, "compressed with zstd", "unpack it with unzstd", {".zst"}},
      {"7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive", "unpack it", {".7z"}},
      {"Rar!\x1A\x07"sv, "a RAR archive", "unpack it", {".rar"}},
      {"\x89HDF\r\n\x1A\n"sv,
       "an HDF5 file",
       "convert the weights with the tool that wrote them",
       {".h5", ".hdf5", ".mat"}},
      {"%PDF-", "a PDF", "", {".pdf"}},
      {"ustar", "a tar archive", "unpack it with tar", {".tar"}, 257}};
  return *kSignatures;
}

// Protocols 2 to 5 begin with their number; which operations can be first is what tells them from
// the length of a safetensors header.
bool IsPickle(std::string_view start) {
  if (start.size() < 3 || start[0] != '\x80' || start[1] < 2 || start[1] > 5) return false;
  return absl::StrContains("\x95}]()cqXKJN\x8A\x8C", start[2]);
}

bool IsHtml(std::string_view start) {
  const std::string text = absl::AsciiStrToLower(
      absl::StripLeadingAsciiWhitespace(absl::string_view(start.data(), start.size())));
  return absl::StartsWith(text, "<!doctype html") || absl::StartsWith(text, "<html") ||
         (absl::StartsWith(text, "<?xml") && absl::StrContains(text, "<html"));
}

// Of a file that is not empty. Weights have bytes below the blank from the start.
bool IsText(std::string_view start) {
  if (!absl::ascii_isprint(static_cast<unsigned char>(start[0]))) return false;
  return absl::c_none_of(start, [](char c) {
    return static_cast<unsigned char>(c) < ' ' &&
           !absl::ascii_isspace(static_cast<unsigned char>(c));
  });
}

std::string FirstLine(std::string_view start) {
  constexpr size_t kShown = 60;
  std::string line(start.substr(0, std::min(start.find_first_of("\r\n"), start.size())));
  if (line.size() > kShown) line = absl::StrCat(line.substr(0, kShown), "...");
  return line;
}

bool IsIn(const std::string& suffix, const std::vector<std::string>& suffixes) {
  return absl::c_linear_search(suffixes, suffix);
}

}  // namespace

FileContent ForeignContent(const std::string& path, std::string_view start) {
  const std::string suffix =
      absl::AsciiStrToLower(std::filesystem::path(path).extension().string());
  for (const Signature& signature : Signatures()) {
    if (start.size() < signature.at) continue;
    if (start.substr(signature.at, signature.bytes.size()) != signature.bytes) continue;
    return {signature.what, signature.help, IsIn(suffix, signature.suffixes)};
  }
  if (start.substr(0, 3) == "\xEF\xBB\xBF") start.remove_prefix(3);
  if (IsPickle(start)) {
    return {"a pickle, which is a program of Python's", "convert it with the tool that wrote it",
            IsIn(suffix, {".pkl", ".pickle", ".bin", ".pt", ".pth", ".ckpt", ".p"})};
  }
  if (IsHtml(start)) {
    return {"an HTML page", "the download got a page in place of the file; fetch it again",
            IsIn(suffix, {".html", ".htm", ".xhtml"})};
  }
  if (!IsIn(suffix, {".safetensors", ".onnx", ".caffemodel", ".pb"})) return {};
  if (start.empty()) return {"empty", "fetch it again", false};
  if (!IsText(start)) return {};
  return {absl::StrCat("text, which begins \"", FirstLine(start), "\""), "fetch it again", false};
}

namespace {

// A safetensors file says in its header how long it is.
FileContent CutOff(const std::string& path) {
  constexpr uint64_t kLengthBytes = 8, kMaxHeader = 100'000'000;  // the format's own limit
  std::ifstream stream(path, std::ios::binary);
  std::array<unsigned char, kLengthBytes> length;
  if (!stream.read(reinterpret_cast<char*>(length.data()), kLengthBytes)) return {};
  uint64_t header_bytes = 0;
  for (size_t i = kLengthBytes; i > 0; --i) header_bytes = header_bytes << 8 | length[i - 1];
  if (header_bytes > kMaxHeader)
    return {"no safetensors file: its header would be too long", "", false};
  std::string text(header_bytes, ' ');
  stream.read(text.data(), static_cast<std::streamsize>(header_bytes));
  const absl::StatusOr<Json> header = ParseJson(text, path);
  if (!header.ok() || !header->is_object()) {
    return {"no safetensors file: its header is no JSON object", "", false};
  }
  uint64_t end = 0;
  for (const auto& [name, tensor] : header->items()) {
    if (!tensor.is_object()) continue;
    const auto offsets = tensor.find("data_offsets");
    if (offsets == tensor.end() || !offsets->is_array() || offsets->size() != 2) continue;
    if ((*offsets)[1].is_number_unsigned()) end = std::max(end, (*offsets)[1].get<uint64_t>());
  }
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(path, error);
  const uint64_t wanted = kLengthBytes + header_bytes + end;
  if (error || size >= wanted) return {};
  return {absl::StrCat("cut off: ", size, " of ", wanted, " bytes are there"), "fetch it again",
          false};
}

}  // namespace

FileContent ForeignContent(const std::string& path) {
  std::array<char, kStartBytes> bytes;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return {};
  stream.read(bytes.data(), bytes.size());
  FileContent content = ForeignContent(path, {bytes.data(), static_cast<size_t>(stream.gcount())});
  if (!content.what.empty() || !absl::EndsWith(path, ".safetensors")) return content;
  return CutOff(path);
}

FileContent ForeignEncoding(const std::string& path, std::string_view text) {
  const auto cure = [&](const std::string& name, const std::string& encoding) -> FileContent {
    return {absl::StrCat(name, ", not UTF-8"),
            absl::StrCat("save it as UTF-8, or: iconv -f ", encoding, " -t UTF-8 ", path,
                         " > utf8.toml"),
            false};
  };
  struct Mark {
    std::string_view bytes;
    const char *name, *encoding;
  };
  // Marks of byte order, the longer first; then what a first ASCII character looks like without
  // one.
  static const Mark kMarks[] = {{"\xFF\xFE\0\0"sv, "UTF-32 (little-endian)", "UTF-32"},
                                {"\0\0\xFE\xFF"sv, "UTF-32 (big-endian)", "UTF-32"},
                                {"\xFF\xFE"sv, "UTF-16 (little-endian)", "UTF-16"},
                                {"\xFE\xFF"sv, "UTF-16 (big-endian)", "UTF-16"}};
  for (const Mark& mark : kMarks) {
    if (text.substr(0, mark.bytes.size()) == mark.bytes) return cure(mark.name, mark.encoding);
  }
  const auto is_zero = [&](size_t i) { return i < text.size() && text[i] == '\0'; };
  if (text.size() < 2 || is_zero(0) == is_zero(1)) return {};
  if (is_zero(0)) return cure("UTF-16 (big-endian)", "UTF-16BE");
  return is_zero(2) ? cure("UTF-32 (little-endian)", "UTF-32LE")
                    : cure("UTF-16 (little-endian)", "UTF-16LE");
}

}  // namespace facet
