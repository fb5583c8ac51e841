// Descriptors of all faces of a stage, learned from them and found again after a crash.
#ifndef FACET_PLUGINS_CURATORS_PURITY_DESCRIBED_FACES_H_
#define FACET_PLUGINS_CURATORS_PURITY_DESCRIBED_FACES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "plugins/curators/purity/face_descriptors.h"

namespace facet {

struct FaceDescriptionOptions {
  std::string form = "reduced";   // or "full", the paper's
  std::string vocabulary;         // a file; empty: learned from the faces
  int64_t local_descriptors = 0;  // 0: a million of the full form, 100,000 of the reduced one
  int64_t components = 256, components_from = 2000;
};
// The two forms of the descriptor.
FaceDescriptorOptions DescriptorOptionsOf(const FaceDescriptionOptions& options);
FaceVocabularyOptions VocabularyOptionsOf(const FaceDescriptionOptions& options);

struct FaceDescriptionRun {
  std::string work_files;  // how the names of what a killed stage left begin, with their folder
  std::string key;         // says what they are made from
  uint64_t seed = 0;
  int threads = 1;
  std::function<FaceProgress(const std::string& what)> progress;
};
// One row of unit length per face: Fisher vectors, of the reduced form their principal components.
// `progress` is told, one after the other, of "vocabulary", "components" (reduced form) and
// "descriptors".
absl::StatusOr<std::unique_ptr<RowStore>> DescribeAllFaces(const FaceSource& faces,
                                                           const FaceDescriptionOptions& options,
                                                           const FaceDescriptionRun& run);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_DESCRIBED_FACES_H_
