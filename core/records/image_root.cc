#include "core/records/image_root.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {

namespace fs = std::filesystem;

absl::StatusOr<ImageRoot> FindImageRoot(const std::string& root, const std::string& dataset,
                                        const Json& options,
                                        const std::vector<std::string>& folders) {
  const fs::path normal = (fs::path(root) / "").lexically_normal();
  ImageRoot nearest;
  for (const std::string& option : folders) {
    const std::string value = options.value(option, "");
    const fs::path folder = (fs::path(value) / "").lexically_normal();
    if (value.empty() || !folder.is_absolute()) continue;
    const std::string below = normal.lexically_relative(folder).generic_string();
    if (below.empty() || below.rfind("..", 0) == 0) continue;
    if (nearest.option.empty() || below.size() < nearest.below.size()) nearest = {option, below};
  }
  if (!nearest.option.empty()) return nearest;
  return absl::InternalError(absl::StrCat("dataset \"", dataset, "\": its root() \"", root,
                                          "\" does not lie in a folder that an option names"));
}

absl::Status WriteImageRoot(const ImageRoot& root, const std::string& output_dir) {
  return WriteFileAtomically(absl::StrCat(output_dir, "/", kImageRootFile),
                             Dump({{"option", root.option}, {"below", root.below}}) + "\n");
}

std::string ImageRoot::Below(const std::string& path) const {
  return (fs::path(below) / path).lexically_normal().generic_string();
}

absl::StatusOr<ImageRoot> ParseImageRoot(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(path));
  return ImageRoot{json.value("option", ""), json.value("below", "")};
}

absl::StatusOr<std::string> ReadImageRoot(const std::string& path, const std::string& dataset,
                                          const Json& options) {
  FACET_ASSIGN_OR_RETURN(const ImageRoot root, ParseImageRoot(path));
  if (!options.contains(root.option)) {
    return absl::InternalError(
        absl::StrCat(path, ": dataset \"", dataset, "\" has no option \"", root.option, "\""));
  }
  return (fs::path(options[root.option].get<std::string>()) / root.below).string();
}

}  // namespace facet
