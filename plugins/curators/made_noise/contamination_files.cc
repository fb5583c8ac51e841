#include "plugins/curators/made_noise/contamination_files.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/file.h"
#include "core/base/parallel_work.h"
#include "core/base/status.h"
#include "plugins/curators/made_noise/web_noise.h"
#include "plugins/curators/search/query_expansion.h"
#include "plugins/curators/stage/files.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/image_names.h"

namespace facet {
namespace {

constexpr int kDuplicateJpegQuality =
    95;  // of near duplicates, which have been through a worse one
constexpr int kMinSidePx = 16;

// A copy: what happens to the original later must not happen to it.
absl::Status CopyTo(const std::filesystem::path& source, const std::filesystem::path& target) {
  std::error_code error, other;
  const uintmax_t size = std::filesystem::file_size(target, error);
  if (!error && size == std::filesystem::file_size(source, other) && !other) {
    return absl::OkStatus();
  }
  const std::filesystem::path partial = target.string() + ".partial";
  std::filesystem::create_directories(target.parent_path(), error);
  if (!error) {
    std::filesystem::copy_file(source, partial, std::filesystem::copy_options::overwrite_existing,
                               error);
  }
  if (!error) std::filesystem::rename(partial, target, error);
  if (!error) return absl::OkStatus();
  return FileError(error.value(),
                   absl::StrCat("cannot copy ", source.string(), " to ", target.string()));
}

absl::Status Change(const ContaminationPlan& plan, const ContaminatedImage& image,
                    const CurationContext& context, std::string* changes) {
  const ContaminatedImage& original = plan.images[static_cast<size_t>(image.original)];
  const absl::StatusOr<Image> pixels = context.read_image(ContaminatedPath(plan, original));
  if (!pixels.ok() || std::min(pixels->width, pixels->height) < kMinSidePx) {
    *changes = kImpossible;
    return absl::OkStatus();
  }
  const int width = pixels->width, height = pixels->height;
  const Box head = {width / 4.0, height / 8.0, width / 2.0, height / 2.0};  // where most have it
  const DuplicatePlan duplicate = DrawDuplicate(image.duplicate_seed, width, height, head, {});
  *changes = DescribeDuplicate(duplicate, width, height);
  const std::string path = absl::StrCat(context.image_folder, "/", ContaminatedPath(plan, image));
  std::error_code error;
  if (std::filesystem::exists(path, error)) return absl::OkStatus();  // and whole
  return WriteImageFile(path,
                        EncodeJpeg(ApplyDuplicate(duplicate, *pixels), kDuplicateJpegQuality));
}

}  // namespace

absl::StatusOr<std::vector<PersonFolder>> ListPersonFolders(const std::string& root) {
  FACET_ASSIGN_OR_RETURN(const FolderListing people, ListFolder(root));
  std::vector<PersonFolder> folders;
  for (const std::string& name : people.folders) {
    FACET_ASSIGN_OR_RETURN(FolderListing listing, ListFolder(absl::StrCat(root, "/", name)));
    PersonFolder folder = {name, {}};
    for (std::string& file : listing.files) {
      if (HasImageExtension(file)) folder.files.push_back(std::move(file));
    }
    if (!folder.files.empty()) folders.push_back(std::move(folder));
  }
  return folders;
}

std::string ContaminatedPath(const ContaminationPlan& plan, const ContaminatedImage& image) {
  const std::string& name = plan.people[static_cast<size_t>(image.person)];
  const std::string extension =
      image.IsNear() ? ".jpg" : std::filesystem::path(image.file).extension().string();
  return absl::StrFormat("%s/%04d%s", IdentityFolder(name), image.rank,
                         absl::AsciiStrToLower(extension));
}

absl::StatusOr<std::vector<std::string>> WriteContamination(const ContaminationPlan& plan,
                                                            const std::string& root,
                                                            const CurationContext& context) {
  const auto total = static_cast<int64_t>(plan.images.size());
  std::vector<std::string> changes(plan.images.size());
  for (const bool near : {false, true}) {  // what is repeated comes first
    const auto write = [&](int64_t index) -> absl::Status {
      const ContaminatedImage& image = plan.images[static_cast<size_t>(index)];
      if (image.IsNear() != near) return absl::OkStatus();
      if (near) return Change(plan, image, context, &changes[static_cast<size_t>(index)]);
      return CopyTo(absl::StrCat(root, "/", image.file),
                    absl::StrCat(context.image_folder, "/", ContaminatedPath(plan, image)));
    };
    FACET_RETURN_IF_ERROR(ParallelWork(total, context.threads, write, [&](int64_t done) {
      const char* unit = near ? "near duplicates" : "photographs";
      return !context.progress || context.progress(done, total, unit, "");
    }));
  }
  return changes;
}

}  // namespace facet
