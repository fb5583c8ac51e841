#include "plugins/curators/local_descriptors/matrix_file.h"

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr char kDigest[] = "sha256";
constexpr int kMaxNumbers = 1 << 26;  // of one matrix: 256 MiB

// What is wrong; empty: nothing.
std::string ReadContent(const cv::FileStorage& file, const MatrixFileForm& form,
                        std::vector<cv::Mat>* matrices) {
  if (!file.isOpened()) return "it is no YAML of OpenCV's";
  if (!file[form.kind].isInt()) return absl::StrCat("it has no number ", form.kind);
  if (const int version = file[form.kind]; version != 1) {
    return absl::StrCat("its version is ", version, ", known is 1");
  }
  NamedMatrices named;
  for (const char* const name : form.names) {
    if (!file[name].isMap()) return absl::StrCat("it has no matrix ", name);
    // OpenCV allocates whatever the file says.
    const int rows = file[name]["rows"], columns = file[name]["cols"];
    if (rows < 1 || columns < 1 || rows > kMaxNumbers / columns) {
      return absl::StrCat("its matrix ", name, " says that it is ", rows, " x ", columns);
    }
    matrices->emplace_back();
    file[name] >> matrices->back();
    named.emplace_back(name, matrices->back());
  }
  if (std::string problem = form.problem_of(*matrices); !problem.empty()) return problem;
  if (!file[kDigest].isString() || file[kDigest].string() != DigestOf(named)) {
    return "its numbers are not those that were written (sha256 differs)";
  }
  return "";
}

}  // namespace

std::string DigestOf(const NamedMatrices& matrices) {
  Sha256 digest;
  for (const auto& [name, matrix] : matrices) {
    digest.Update(absl::StrCat(name, " ", matrix.rows, " ", matrix.cols, "\n"));
    digest.Update({matrix.ptr<char>(), matrix.total() * matrix.elemSize()});
  }
  return digest.HexDigest();
}

absl::Status WriteMatrices(const std::string& kind, const NamedMatrices& matrices,
                           const std::string& path) {
  cv::FileStorage file(".yml", cv::FileStorage::WRITE_BASE64 | cv::FileStorage::MEMORY);
  file << kind << 1 << kDigest << DigestOf(matrices);
  for (const auto& [name, matrix] : matrices) file << name << matrix;
  return WriteFileAtomically(path, file.releaseAndGetString());
}

absl::StatusOr<std::vector<cv::Mat>> ReadMatrices(const MatrixFileForm& form,
                                                  const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  std::vector<cv::Mat> matrices;
  std::string problem;
  try {
    // OpenCV asserts on an empty text and takes one without this beginning for another format.
    if (content.rfind("%YAML", 0) != 0) {
      problem = "it is no YAML of OpenCV's";
    } else {
      const cv::FileStorage file(content, cv::FileStorage::READ | cv::FileStorage::MEMORY);
      problem = ReadContent(file, form, &matrices);
    }
  } catch (const cv::Exception& error) {
    problem = absl::StrCat("OpenCV cannot read it: ", error.err);
  }
  if (problem.empty()) return matrices;
  return absl::InvalidArgumentError(
      absl::StrCat(path, " is no ", form.what, ": ", problem, "; ", form.cure));
}

}  // namespace facet
