#include "core/base/status.h"
#include "plugins/curators/duplicates/vlad_vocabulary.h"
#include "plugins/curators/local_descriptors/matrix_file.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"

namespace facet {
namespace {

constexpr char kKind[] = "facet_vlad_vocabulary";

NamedMatrices MatricesOf(const VladVocabulary& vocabulary) {
  return {
      {"pca_mean", vocabulary.mean}, {"pca_basis", vocabulary.basis}, {"words", vocabulary.words}};
}

VladVocabulary FromMatrices(const std::vector<cv::Mat>& matrices) {
  return {matrices[0], matrices[1], matrices[2]};
}

// Empty: nothing is wrong.
std::string ProblemOf(const VladVocabulary& vocabulary) {
  absl::Status status = CheckRows(vocabulary.mean, 1, kSiftSize, "pca_mean");
  if (status.ok()) status = CheckRows(vocabulary.basis, 1, kSiftSize, "pca_basis");
  if (status.ok()) status = CheckRows(vocabulary.words, 1, vocabulary.basis.rows, "words");
  if (!status.ok()) return std::string(status.message());
  return vocabulary.mean.rows == 1 ? "" : "pca_mean has several rows";
}

}  // namespace

std::string DigestOf(const VladVocabulary& vocabulary) { return DigestOf(MatricesOf(vocabulary)); }

absl::Status WriteVladVocabulary(const VladVocabulary& vocabulary, const std::string& path) {
  if (std::string problem = ProblemOf(vocabulary); !problem.empty()) {
    return absl::InvalidArgumentError(path + ": not written: " + problem);
  }
  return WriteMatrices(kKind, MatricesOf(vocabulary), path);
}

absl::StatusOr<VladVocabulary> ReadVladVocabulary(const std::string& path) {
  const MatrixFileForm form = {
      kKind,
      "VLAD vocabulary",
      "give a file that WriteVladVocabulary wrote, or learn one anew",
      {"pca_mean", "pca_basis", "words"},
      [](const std::vector<cv::Mat>& matrices) { return ProblemOf(FromMatrices(matrices)); }};
  FACET_ASSIGN_OR_RETURN(const std::vector<cv::Mat> matrices, ReadMatrices(form, path));
  return FromMatrices(matrices);
}

}  // namespace facet
