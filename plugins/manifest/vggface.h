// A manifest from the text files of the VGG-Face release, and the files from a manifest.
//
// The release lists a data set's full snapshot, one file per identity; its curation flag says which
// images belong to the curated one (vggface_lists.h has the lines).
#ifndef FACET_PLUGINS_MANIFEST_VGGFACE_H_
#define FACET_PLUGINS_MANIFEST_VGGFACE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/manifest/manifest.h"

namespace facet {

// Adds all <folder>/<Name>.txt, but licence.txt, in byte order of name: identities by the file's
// name, images in order of id with source "vggface", rank by id, path "<Name>/<id of 8
// digits>.jpg". One run, stage "import_vggface", removes what is not curated, with the reason "not
// curated"; the snapshots `full` (no run) and `curated` (that run) are defined. The run's id. All
// or nothing. NotFound if there are no lists; a wrong line by file and line.
absl::StatusOr<int64_t> ImportVggFace(const std::string& folder, Manifest* manifest);

struct VggFaceExport {
  std::string full = "full";        // the snapshot whose images are listed
  std::string curated = "curated";  // the snapshot that the curation flag shows
  bool with_uids = false;           // of images that have one
};
// Writes <folder>/<Name>.txt per identity that has images; blanks in the name become '_'. Lines are
// in order of id: the images' numbers, or where one of the identity's lacks its number or two have
// the same, 1, 2, ... in order of rank. The release has no words for some things unknown: no box is
// 0 0 0 0, no score 0, no URL "-"; a pose without the detector's component is 3 if frontal or
// unknown, 1 left, 2 right. InvalidArgument: names that are no file names, or become one. The
// number of lines.
absl::StatusOr<int64_t> ExportVggFace(const Manifest& manifest, const VggFaceExport& options,
                                      const std::string& folder);

}  // namespace facet

#endif  // FACET_PLUGINS_MANIFEST_VGGFACE_H_
