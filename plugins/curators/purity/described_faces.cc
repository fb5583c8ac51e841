#include "plugins/curators/purity/described_faces.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "core/base/random.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr int64_t kFacesForVocabulary = 10000;  // at most, that local descriptors are drawn from

absl::StatusOr<FaceVocabulary> VocabularyOf(const FaceSource& faces,
                                            const FaceDescriptionOptions& description,
                                            const FaceDescriptionRun& run) {
  if (!description.vocabulary.empty()) return ReadFaceVocabulary(description.vocabulary);
  const std::string file = run.work_files + "vocabulary.yml";
  if (std::filesystem::exists(file)) return ReadFaceVocabulary(file);
  const int64_t own = description.form == "full" ? 1000000 : 100000;
  const int64_t count = description.local_descriptors > 0 ? description.local_descriptors : own;
  FACET_ASSIGN_OR_RETURN(
      const LocalDescriptors drawn,
      DrawLocalDescriptors(faces, DescriptorOptionsOf(description), count, kFacesForVocabulary,
                           DeriveSeed(run.seed, "local descriptors"), run.threads,
                           run.progress("vocabulary")));
  FaceVocabularyOptions options = VocabularyOptionsOf(description);
  options.seed = DeriveSeed(run.seed, "vocabulary");
  FACET_ASSIGN_OR_RETURN(FaceVocabulary vocabulary, TrainFaceVocabulary(drawn, options));
  FACET_RETURN_IF_ERROR(WriteFaceVocabulary(vocabulary, file));
  return vocabulary;
}

absl::StatusOr<RowProjection> ComponentsOf(const FaceSource& faces, const FaceDescriber& describer,
                                           const FaceDescriptionOptions& description,
                                           const FaceDescriptionRun& run) {
  const std::string file = run.work_files + "components";
  if (std::filesystem::exists(file)) return ReadRowProjection(file);
  FACET_ASSIGN_OR_RETURN(cv::Mat drawn,
                         DrawFisherVectors(faces, describer, description.components_from,
                                           DeriveSeed(run.seed, "components"), run.threads,
                                           run.progress("components")));
  FACET_ASSIGN_OR_RETURN(
      RowProjection projection,
      TrainRowProjection(std::move(drawn), static_cast<int>(description.components),
                         DeriveSeed(run.seed, "projection")));
  FACET_RETURN_IF_ERROR(WriteRowProjection(projection, file));
  return projection;
}

}  // namespace

FaceDescriptorOptions DescriptorOptionsOf(const FaceDescriptionOptions& options) {
  FaceDescriptorOptions descriptor;  // the paper's
  if (options.form == "full") return descriptor;
  descriptor.width_px = 80;
  descriptor.height_px = 100;
  descriptor.sift.step_px = 2;
  descriptor.sift.scales.resize(4);
  return descriptor;
}

FaceVocabularyOptions VocabularyOptionsOf(const FaceDescriptionOptions& options) {
  FaceVocabularyOptions vocabulary;  // the paper's
  if (options.form == "full") return vocabulary;
  vocabulary.pca_dimension = 48;
  vocabulary.num_modes = 128;
  return vocabulary;
}

absl::StatusOr<std::unique_ptr<RowStore>> DescribeAllFaces(const FaceSource& faces,
                                                           const FaceDescriptionOptions& options,
                                                           const FaceDescriptionRun& run) {
  FACET_ASSIGN_OR_RETURN(const FaceVocabulary vocabulary, VocabularyOf(faces, options, run));
  FACET_ASSIGN_OR_RETURN(const FaceDescriber describer,
                         FaceDescriber::Create(DescriptorOptionsOf(options), vocabulary));
  std::optional<RowProjection> projection;
  int columns = describer.size();
  if (options.form == "reduced") {
    FACET_ASSIGN_OR_RETURN(projection, ComponentsOf(faces, describer, options, run));
    columns = projection->basis.rows;
  }
  FACET_ASSIGN_OR_RETURN(
      auto rows, RowStore::Open(run.work_files + "descriptors.f32", run.key, faces.count, columns));
  FACET_RETURN_IF_ERROR(DescribeFaces(faces, describer, projection ? &*projection : nullptr,
                                      run.threads, run.progress("descriptors"), rows.get()));
  return rows;
}

}  // namespace facet
