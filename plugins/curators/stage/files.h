// Files of the images of a data set in the making, and those that one stage leaves for the next.
#ifndef FACET_PLUGINS_CURATORS_STAGE_FILES_H_
#define FACET_PLUGINS_CURATORS_STAGE_FILES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/curator.h"

namespace facet {

// `given`, or the file or folder `name` of the stage before (below input_folder, or image_folder
// where this stage makes no images of its own); empty if there is none.
std::string GivenOrFound(const std::string& given, const CurationContext& context,
                         const std::string& name);

// Makes `names`, files or folders of `from`, part of `to` as well: by hard links, or where the file
// system has none by copies. What is there already stays; what `from` does not have is passed over.
absl::Status HandOn(const std::string& from, const std::string& to,
                    const std::vector<std::string>& names);

// Writes beside `path` and renames, so that a file which is there is whole (not synced: a file lost
// by a power failure is made again); makes the folders.
absl::Status WriteImageFile(const std::string& path, std::string_view bytes);

struct ImageFacts {
  int64_t width_px = 0, height_px = 0;  // 0: it cannot be decoded
  int64_t num_bytes = 0;
  std::string bytes_sha256;
  std::string damage;  // why it cannot be decoded
};
// Of each of `paths`, below image_folder, in their order; decoded on all threads of the context.
// Errors: a stop, or a file that is not there.
absl::StatusOr<std::vector<ImageFacts>> MeasureImages(const std::vector<std::string>& paths,
                                                      const CurationContext& context);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_STAGE_FILES_H_
