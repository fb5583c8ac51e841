#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "plugins/support/matrix_rows.h"
#include "plugins/support/vlad_vocabulary.h"

namespace facet {
namespace {

constexpr char kVersion[] = "facet_vlad_vocabulary";
constexpr char kDigest[] = "sha256";
constexpr int kMaxNumbers = 1 << 26;  // of one matrix: 256 MiB

template <class Vocabulary>
auto MatricesOf(Vocabulary& vocabulary) {
  using MatPointer = decltype(&vocabulary.mean);
  return std::vector<std::pair<const char*, MatPointer>>{{"pca_mean", &vocabulary.mean},
                                                         {"pca_basis", &vocabulary.basis},
                                                         {"words", &vocabulary.words}};
}

// Empty: nothing is wrong.
std::string ProblemOf(const VladVocabulary& vocabulary) {
  absl::Status status = CheckRows(vocabulary.mean, 1, kSiftSize, "pca_mean");
  if (status.ok()) status = CheckRows(vocabulary.basis, 1, kSiftSize, "pca_basis");
  if (status.ok()) status = CheckRows(vocabulary.words, 1, vocabulary.basis.rows, "words");
  if (!status.ok()) return std::string(status.message());
  return vocabulary.mean.rows == 1 ? "" : "pca_mean has several rows";
}

std::string ReadContent(const cv::FileStorage& file, VladVocabulary* vocabulary) {
  if (!file.isOpened()) return "it is no YAML of OpenCV's";
  if (!file[kVersion].isInt()) return absl::StrCat("it has no number ", kVersion);
  if (const int version = file[kVersion]; version != 1) {
    return absl::StrCat("its version is ", version, ", known is 1");
  }
  for (const auto& [name, matrix] : MatricesOf(*vocabulary)) {
    if (!file[name].isMap()) return absl::StrCat("it has no matrix ", name);
    // OpenCV allocates whatever the file says.
    const int rows = file[name]["rows"], columns = file[name]["cols"];
    if (rows < 1 || columns < 1 || rows > kMaxNumbers / columns) {
      return absl::StrCat("its matrix ", name, " says that it is ", rows, " x ", columns);
    }
    file[name] >> *matrix;
  }
  if (std::string problem = ProblemOf(*vocabulary); !problem.empty()) return problem;
  if (!file[kDigest].isString() || file[kDigest].string() != DigestOf(*vocabulary)) {
    return "its numbers are not those that were written (sha256 differs)";
  }
  return "";
}

}  // namespace

std::string DigestOf(const VladVocabulary& vocabulary) {
  Sha256 digest;
  for (const auto& [name, matrix] : MatricesOf(vocabulary)) {
    digest.Update(absl::StrCat(name, " ", matrix->rows, " ", matrix->cols, "\n"));
    digest.Update({matrix->template ptr<char>(), matrix->total() * matrix->elemSize()});
  }
  return digest.HexDigest();
}

absl::Status WriteVladVocabulary(const VladVocabulary& vocabulary, const std::string& path) {
  if (std::string problem = ProblemOf(vocabulary); !problem.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": not written: ", problem));
  }
  cv::FileStorage file(".yml", cv::FileStorage::WRITE_BASE64 | cv::FileStorage::MEMORY);
  file << kVersion << 1 << kDigest << DigestOf(vocabulary);
  for (const auto& [name, matrix] : MatricesOf(vocabulary)) file << name << *matrix;
  return WriteFileAtomically(path, file.releaseAndGetString());
}

absl::StatusOr<VladVocabulary> ReadVladVocabulary(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  VladVocabulary vocabulary;
  std::string problem;
  try {
    // OpenCV asserts on an empty text and takes one without this beginning for another format.
    if (content.rfind("%YAML", 0) != 0) {
      problem = "it is no YAML of OpenCV's";
    } else {
      problem = ReadContent(
          cv::FileStorage(content, cv::FileStorage::READ | cv::FileStorage::MEMORY), &vocabulary);
    }
  } catch (const cv::Exception& error) {
    problem = absl::StrCat("OpenCV cannot read it: ", error.err);
  }
  if (problem.empty()) return vocabulary;
  return absl::InvalidArgumentError(
      absl::StrCat(path, " is no VLAD vocabulary: ", problem,
                   "; give a file that WriteVladVocabulary wrote, or learn one anew"));
}

}  // namespace facet
