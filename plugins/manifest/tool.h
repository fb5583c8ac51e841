// What facet-manifest does: shows a frozen manifest, takes decisions back in a new one, and turns
// it into other forms and back. Inputs are never changed; outputs must not be there yet.
//
// OutOfRange: the manifest has no such run, mark or snapshot, what it has instead is named; other
// codes: a file cannot be read or written, or has mistakes.
#ifndef FACET_PLUGINS_MANIFEST_TOOL_H_
#define FACET_PLUGINS_MANIFEST_TOOL_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/manifest/manifest.h"
#include "plugins/manifest/vggface.h"

namespace facet {

// Snapshots with people and images, runs with their state and what each marks for which reason.
absl::StatusOr<std::string> ShowManifest(const std::string& file);

// A run by its number, or by its stage if there is one run of it.
absl::StatusOr<int64_t> FindRun(const Manifest& manifest, const std::string& run);

struct UndoRequest {
  std::string file, out;  // `out`: a new frozen manifest
  std::string run;        // see FindRun()
  // One mark of the run instead of all. The reason may be left out where the image has one mark.
  std::optional<int64_t> image;
  std::string reason;
  bool undone = true;  // false: into force again
};
absl::Status UndoInCopy(const UndoRequest& request);

// A new frozen manifest that has the snapshot `name` of `runs`, or has it anew.
absl::Status SnapshotInCopy(const std::string& file, const std::string& name,
                            const std::vector<std::string>& runs, const std::string& out);

absl::Status ExportCsv(const std::string& file, const std::string& folder);
absl::Status ImportCsv(const std::string& folder, const std::string& out);
// The number of lines.
absl::StatusOr<int64_t> ExportVggFaceLists(const std::string& file, const VggFaceExport& options,
                                           const std::string& folder);
absl::Status ImportVggFaceLists(const std::string& folder, const std::string& out);

}  // namespace facet

#endif  // FACET_PLUGINS_MANIFEST_TOOL_H_
