#include "core/base/status.h"
#include "plugins/support/matrix_file.h"
#include "plugins/support/matrix_rows.h"
#include "plugins/support/vlad_vocabulary.h"

namespace facet {
namespace {

constexpr char kKind[] = "facet_vlad_vocabulary";

NamedMatrices MatricesOf(VladVocabulary& vocabulary) {
  return {{"pca_mean", &vocabulary.mean},
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

}  // namespace

std::string DigestOf(const VladVocabulary& vocabulary) {
  VladVocabulary same = vocabulary;
  return DigestOf(MatricesOf(same));
}

absl::Status WriteVladVocabulary(const VladVocabulary& vocabulary, const std::string& path) {
  if (std::string problem = ProblemOf(vocabulary); !problem.empty()) {
    return absl::InvalidArgumentError(path + ": not written: " + problem);
  }
  VladVocabulary same = vocabulary;
  return WriteMatrices(kKind, MatricesOf(same), path);
}

absl::StatusOr<VladVocabulary> ReadVladVocabulary(const std::string& path) {
  VladVocabulary vocabulary;
  FACET_RETURN_IF_ERROR(ReadMatrices(
      kKind, "VLAD vocabulary", "give a file that WriteVladVocabulary wrote, or learn one anew",
      path, MatricesOf(vocabulary), [&] { return ProblemOf(vocabulary); }));
  return vocabulary;
}

}  // namespace facet
