#include "plugins/curators/stage/files.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/parallel_work.h"

namespace facet {

std::string GivenOrFound(const std::string& given, const CurationContext& context,
                         const std::string& name) {
  if (!given.empty()) return given;
  for (const std::string& folder : {context.input_folder, context.image_folder}) {
    std::error_code error;
    const std::string path = folder + "/" + name;
    if (!folder.empty() && std::filesystem::exists(path, error)) return path;
  }
  return "";
}

namespace {

namespace fs = std::filesystem;

absl::Status HandOnFile(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (fs::exists(to, error)) return absl::OkStatus();
  fs::create_directories(to.parent_path(), error);
  fs::create_hard_link(from, to, error);
  if (!error) return absl::OkStatus();
  // Beside it first: a copy that bears the name is whole.
  const fs::path part = to.string() + ".part";
  error.clear();
  fs::copy_file(from, part, fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(part, to, error);
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(error.value(),
                             absl::StrCat("cannot copy ", from.string(), " to ", to.string()));
}

}  // namespace

absl::Status HandOn(const std::string& from, const std::string& to,
                    const std::vector<std::string>& names) {
  std::error_code error;
  if (from.empty() || fs::equivalent(from, to, error)) return absl::OkStatus();
  for (const std::string& name : names) {
    const fs::path source = fs::path(from) / name;
    if (fs::is_regular_file(source, error)) {
      FACET_RETURN_IF_ERROR(HandOnFile(source, fs::path(to) / name));
      continue;
    }
    if (!fs::is_directory(source, error)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(source, error)) {
      if (!entry.is_regular_file(error)) continue;
      const fs::path below = entry.path().lexically_relative(from);
      FACET_RETURN_IF_ERROR(HandOnFile(entry.path(), fs::path(to) / below));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteImageFile(const std::string& path, std::string_view bytes) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(),
                               absl::StrCat("cannot make the folder ", folder.string()));
  }
  const std::string part = path + ".part";
  errno = 0;
  std::ofstream stream(part, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream || std::rename(part.c_str(), path.c_str()) != 0) {
    return absl::ErrnoToStatus(errno != 0 ? errno : EIO, absl::StrCat("cannot write ", path));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ImageFacts>> MeasureImages(const std::vector<std::string>& paths,
                                                      const CurationContext& context) {
  std::vector<ImageFacts> facts(paths.size());
  const auto total = static_cast<int64_t>(paths.size());
  const auto measure = [&](int64_t index) -> absl::Status {
    const std::string& path = paths[static_cast<size_t>(index)];
    ImageFacts& out = facts[static_cast<size_t>(index)];
    FACET_ASSIGN_OR_RETURN(const std::string bytes,
                           ReadFile(absl::StrCat(context.image_folder, "/", path)));
    out.num_bytes = static_cast<int64_t>(bytes.size());
    out.bytes_sha256 = Sha256Hex(bytes);
    const absl::StatusOr<Image> image = context.read_image(path);
    if (image.ok()) {
      out.width_px = image->width;
      out.height_px = image->height;
    } else {
      out.damage = std::string(image.status().message());
    }
    return absl::OkStatus();
  };
  FACET_RETURN_IF_ERROR(ParallelWork(total, context.threads, measure, [&](int64_t done) {
    return !context.progress || context.progress(done, total, "images measured", "");
  }));
  return facts;
}

}  // namespace facet
