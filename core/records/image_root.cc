#include "core/records/image_root.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {

namespace fs = std::filesystem;

absl::Status WriteImageRoot(const std::string& root, const std::string& dataset,
                            const Json& options, const std::string& output_dir) {
  if (root.empty()) return absl::OkStatus();
  const fs::path normal = (fs::path(root) / "").lexically_normal();
  for (const auto& [option, value] : options.items()) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) continue;
    const fs::path folder = (fs::path(value.get<std::string>()) / "").lexically_normal();
    const std::string below = normal.lexically_relative(folder).generic_string();
    if (!folder.is_absolute() || below.empty() || below.rfind("..", 0) == 0) continue;
    return WriteFileAtomically(absl::StrCat(output_dir, "/", kImageRootFile),
                               Dump({{"option", option}, {"below", below}}) + "\n");
  }
  return absl::InternalError(absl::StrCat("dataset \"", dataset, "\": its root() \"", root,
                                          "\" does not lie in a folder that an option names"));
}

absl::StatusOr<std::string> ReadImageRoot(const std::string& path, const std::string& dataset,
                                          const Json& options) {
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(path));
  const std::string option = json.value("option", ""), below = json.value("below", "");
  if (!options.contains(option)) {
    return absl::InternalError(
        absl::StrCat(path, ": dataset \"", dataset, "\" has no option \"", option, "\""));
  }
  return (fs::path(options[option].get<std::string>()) / below).string();
}

}  // namespace facet
