// Named float32 matrices in one YAML file of OpenCV's, with a version and a SHA-256 of their
// numbers: vocabularies that were learned. Reading gives the same bits.
#ifndef FACET_PLUGINS_SUPPORT_MATRIX_FILE_H_
#define FACET_PLUGINS_SUPPORT_MATRIX_FILE_H_

#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace facet {

using NamedMatrices = std::vector<std::pair<const char*, cv::Mat*>>;

// SHA-256 of names, sizes and numbers, hexadecimal.
std::string DigestOf(const NamedMatrices& matrices);

// `kind` is in the file: one of another kind is not read ("facet_face_vocabulary").
absl::Status WriteMatrices(const std::string& kind, const NamedMatrices& matrices,
                           const std::string& path);

// Into `matrices`. `problem_of` says what is wrong with them as a whole; empty: nothing. NotFound;
// InvalidArgument, "<path> is no <what>: ...; <cure>": damaged, or something else.
absl::Status ReadMatrices(const std::string& kind, const std::string& what, const std::string& cure,
                          const std::string& path, const NamedMatrices& matrices,
                          const std::function<std::string()>& problem_of);

}  // namespace facet

#endif  // FACET_PLUGINS_SUPPORT_MATRIX_FILE_H_
