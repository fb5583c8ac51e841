// Named float32 matrices in one YAML file of OpenCV's, with a version and a SHA-256 of their
// numbers: vocabularies that were learned. Reading gives the same bits.
#ifndef FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_MATRIX_FILE_H_
#define FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_MATRIX_FILE_H_

#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

using NamedMatrices = std::vector<std::pair<const char*, cv::Mat>>;

// SHA-256 of names, sizes and numbers, hexadecimal.
std::string DigestOf(const NamedMatrices& matrices);

// `kind` is in the file: one of another kind is not read ("facet_face_vocabulary").
absl::Status WriteMatrices(const std::string& kind, const NamedMatrices& matrices,
                           const std::string& path);

struct MatrixFileForm {
  std::string kind, what, cure;    // "... is no <what>: ...; <cure>"
  std::vector<const char*> names;  // of all its matrices
  // What is wrong with them, in the order of names, as a whole; empty: nothing.
  std::function<std::string(const std::vector<cv::Mat>&)> problem_of;
};
// In the order of names. NotFound; InvalidArgument: damaged, or something else.
absl::StatusOr<std::vector<cv::Mat>> ReadMatrices(const MatrixFileForm& form,
                                                  const std::string& path);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_MATRIX_FILE_H_
