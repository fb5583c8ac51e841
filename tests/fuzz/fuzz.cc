#include "tests/fuzz/fuzz.h"

#include <fstream>
#include <memory>

#include "core/base/check.h"
#include "core/base/scratch_folder.h"

namespace facet {

const std::string& FuzzFolder() {
  static const std::unique_ptr<ScratchFolder> kFolder = [] {
    absl::StatusOr<std::unique_ptr<ScratchFolder>> made = ScratchFolder::Create();
    FACET_CHECK(made.ok());
    return *std::move(made);
  }();
  return kFolder->path();
}

std::string WriteFuzzFile(const std::string& name, std::string_view bytes) {
  std::string path = FuzzFolder() + "/" + name;
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  FACET_CHECK(stream.good());
  return path;
}

std::vector<std::string_view> FuzzParts(std::string_view bytes, size_t count) {
  constexpr std::string_view kBetween = "\n%%\n";
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < count) {
    const size_t end = bytes.find(kBetween);
    parts.push_back(bytes.substr(0, end == std::string_view::npos ? end : end + 1));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + kBetween.size());
  }
  parts.push_back(bytes);
  return parts;
}

}  // namespace facet
