#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/curators/local_descriptors/matrix_file.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"
#include "plugins/curators/purity/face_vocabulary.h"

namespace facet {
namespace {

constexpr char kKind[] = "facet_face_vocabulary";

NamedMatrices MatricesOf(const FaceVocabulary& vocabulary) {
  return {{"pca_mean", vocabulary.mean},
          {"pca_basis", vocabulary.basis},
          {"mixture_priors", vocabulary.mixture.priors},
          {"mixture_means", vocabulary.mixture.means},
          {"mixture_variances", vocabulary.mixture.variances}};
}

FaceVocabulary FromMatrices(const std::vector<cv::Mat>& matrices) {
  return {matrices[0], matrices[1], {matrices[2], matrices[3], matrices[4]}};
}

// Empty: nothing is wrong.
std::string ProblemOf(const FaceVocabulary& vocabulary) {
  const int dimension = vocabulary.basis.rows;
  absl::Status status = CheckRows(vocabulary.mean, 1, kSiftSize, "pca_mean");
  if (status.ok()) status = CheckRows(vocabulary.basis, 1, kSiftSize, "pca_basis");
  if (!status.ok()) return std::string(status.message());
  if (vocabulary.mean.rows != 1) return "pca_mean has several rows";
  const cv::Mat squares = ProductTransposed(vocabulary.basis, vocabulary.basis);
  // Rounded to float32, 128 summands: about 1e-6.
  if (cv::norm(squares, cv::Mat::eye(dimension, dimension, CV_32FC1), cv::NORM_INF) > 1e-4) {
    return "the rows of pca_basis are not orthonormal";
  }
  if (std::string problem = ProblemOf(vocabulary.mixture); !problem.empty()) {
    return absl::StrCat("mixture: ", problem);
  }
  if (vocabulary.mixture.dimension() == dimension + 2) return "";
  return absl::StrCat("the mixture has ", vocabulary.mixture.dimension(), " dimensions, the PCA ",
                      dimension, " and positions 2");
}

}  // namespace

absl::Status WriteFaceVocabulary(const FaceVocabulary& vocabulary, const std::string& path) {
  if (std::string problem = ProblemOf(vocabulary); !problem.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": not written: ", problem));
  }
  return WriteMatrices(kKind, MatricesOf(vocabulary), path);
}

absl::StatusOr<FaceVocabulary> ReadFaceVocabulary(const std::string& path) {
  const MatrixFileForm form = {
      kKind,
      "face vocabulary",
      "give a file that WriteFaceVocabulary wrote, or train one anew",
      {"pca_mean", "pca_basis", "mixture_priors", "mixture_means", "mixture_variances"},
      [](const std::vector<cv::Mat>& matrices) { return ProblemOf(FromMatrices(matrices)); }};
  FACET_ASSIGN_OR_RETURN(const std::vector<cv::Mat> matrices, ReadMatrices(form, path));
  return FromMatrices(matrices);
}

}  // namespace facet
