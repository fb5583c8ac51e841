#include "plugins/curators/purity/face_descriptors.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/parallel_work.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

constexpr int64_t kFacesPerBlock = 512;               // between two entries of the store's journal
constexpr int64_t kBytesPerBlock = int64_t{1} << 26;  // fewer faces where their rows are long

// Distinct ones of 0 .. count - 1, ascending.
std::vector<int64_t> Draw(int64_t count, int64_t wanted, uint64_t seed) {
  std::vector<int64_t> all(static_cast<size_t>(count));
  std::iota(all.begin(), all.end(), int64_t{0});
  if (wanted >= count) return all;
  Random random(seed);
  for (int64_t i = 0; i < wanted; ++i) {
    const auto other = i + static_cast<int64_t>(random.Index(static_cast<uint64_t>(count - i)));
    std::swap(all[static_cast<size_t>(i)], all[static_cast<size_t>(other)]);
  }
  all.resize(static_cast<size_t>(wanted));
  std::sort(all.begin(), all.end());
  return all;
}

LocalDescriptors SampleOf(const LocalDescriptors& all, int64_t wanted, uint64_t seed) {
  LocalDescriptors chosen;
  for (const int64_t i : Draw(all.sift.rows, wanted, seed)) {
    chosen.sift.push_back(all.sift.row(static_cast<int>(i)));
    chosen.positions.push_back(all.positions.row(static_cast<int>(i)));
  }
  return chosen;
}

// The largest central part with the form of `size`, scaled to it.
cv::Mat Fitted(const cv::Mat& image, const cv::Size& size) {
  const double scale = std::min(static_cast<double>(image.cols) / size.width,
                                static_cast<double>(image.rows) / size.height);
  const int width = std::clamp(static_cast<int>(scale * size.width + 0.5), 1, image.cols);
  const int height = std::clamp(static_cast<int>(scale * size.height + 0.5), 1, image.rows);
  const cv::Rect part((image.cols - width) / 2, (image.rows - height) / 2, width, height);
  cv::Mat fitted;
  cv::resize(image(part), fitted, size, 0, 0, scale > 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return fitted;
}

// work(i) for all i in blocks, with reports between them.
template <class Work>
absl::Status InBlocks(int64_t count, int threads, const FaceProgress& progress, const Work& work) {
  for (int64_t begin = 0; begin < count; begin += kFacesPerBlock) {
    if (!progress(begin, count)) return absl::CancelledError("stopped between faces");
    const int64_t size = std::min(kFacesPerBlock, count - begin);
    FACET_RETURN_IF_ERROR(
        ParallelWork(size, threads, [&](int64_t i) { return work(begin + i); }, {}));
  }
  return absl::OkStatus();
}

absl::Status OfRow(const absl::Status& status, int64_t row) {
  return Annotate(status, absl::StrCat("face ", row));
}

}  // namespace

absl::StatusOr<LocalDescriptors> LocalDescriptorsOf(const Image& face,
                                                    const FaceDescriptorOptions& options) {
  if (face.width < 1 || face.height < 1) {
    return absl::InvalidArgumentError("the crop of the face is empty");
  }
  return DenseSift(Fitted(Grey(face), {options.width_px, options.height_px}), options.sift);
}

FaceDescriber::FaceDescriber(const FaceDescriptorOptions& options, FaceVocabulary vocabulary,
                             FisherEncoder encoder)
    : options_(options), vocabulary_(std::move(vocabulary)), encoder_(std::move(encoder)) {}

absl::StatusOr<FaceDescriber> FaceDescriber::Create(const FaceDescriptorOptions& options,
                                                    const FaceVocabulary& vocabulary) {
  FACET_ASSIGN_OR_RETURN(FisherEncoder encoder, FisherEncoder::Create(vocabulary.mixture));
  return FaceDescriber(options, vocabulary, std::move(encoder));
}

absl::StatusOr<cv::Mat> FaceDescriber::Describe(const Image& face) const {
  FACET_ASSIGN_OR_RETURN(const LocalDescriptors local, LocalDescriptorsOf(face, options_));
  return encoder_.Encode(Project(vocabulary_, local));
}

absl::StatusOr<LocalDescriptors> DrawLocalDescriptors(const FaceSource& faces,
                                                      const FaceDescriptorOptions& options,
                                                      int64_t count, int64_t num_faces,
                                                      uint64_t seed, int threads,
                                                      const FaceProgress& progress) {
  const std::vector<int64_t> drawn = Draw(faces.count, num_faces, DeriveSeed(seed, "faces"));
  const auto num_drawn = static_cast<int64_t>(drawn.size());
  std::vector<LocalDescriptors> parts(drawn.size());
  FACET_RETURN_IF_ERROR(InBlocks(num_drawn, threads, progress, [&](int64_t i) -> absl::Status {
    const int64_t row = drawn[static_cast<size_t>(i)];
    absl::StatusOr<Image> face = faces.get(row);
    if (!face.ok()) return OfRow(face.status(), row);
    absl::StatusOr<LocalDescriptors> all = LocalDescriptorsOf(*face, options);
    if (!all.ok()) return OfRow(all.status(), row);
    const int64_t wanted = (i + 1) * count / num_drawn - i * count / num_drawn;
    parts[static_cast<size_t>(i)] = SampleOf(*all, wanted, DeriveSeed(seed, absl::StrCat(row)));
    return absl::OkStatus();
  }));
  LocalDescriptors all;
  for (LocalDescriptors& part : parts) {
    if (part.sift.empty()) continue;
    all.sift.push_back(part.sift);
    all.positions.push_back(part.positions);
    part = LocalDescriptors();
  }
  return all;
}

absl::StatusOr<cv::Mat> DrawFisherVectors(const FaceSource& faces, const FaceDescriber& describer,
                                          int64_t num_faces, uint64_t seed, int threads,
                                          const FaceProgress& progress) {
  const std::vector<int64_t> drawn = Draw(faces.count, num_faces, seed);
  cv::Mat vectors(static_cast<int>(drawn.size()), describer.size(), CV_32FC1);
  FACET_RETURN_IF_ERROR(InBlocks(vectors.rows, threads, progress, [&](int64_t i) -> absl::Status {
    const int64_t row = drawn[static_cast<size_t>(i)];
    absl::StatusOr<Image> face = faces.get(row);
    if (!face.ok()) return OfRow(face.status(), row);
    absl::StatusOr<cv::Mat> vector = describer.Describe(*face);
    if (!vector.ok()) return OfRow(vector.status(), row);
    vector->copyTo(vectors.row(static_cast<int>(i)));
    return absl::OkStatus();
  }));
  return vectors;
}

absl::Status DescribeFaces(const FaceSource& faces, const FaceDescriber& describer,
                           const RowProjection* projection, int threads,
                           const FaceProgress& progress, RowStore* store) {
  const int64_t row_bytes = static_cast<int64_t>(store->columns()) * int64_t{sizeof(float)};
  const int64_t block = std::clamp<int64_t>(kBytesPerBlock / row_bytes, 1, kFacesPerBlock);
  while (store->num_done() < faces.count) {
    const int64_t begin = store->num_done();
    if (!progress(begin, faces.count)) return absl::CancelledError("stopped between faces");
    cv::Mat rows(static_cast<int>(std::min(block, faces.count - begin)), store->columns(),
                 CV_32FC1);
    const auto describe = [&](int64_t i) -> absl::Status {
      absl::StatusOr<Image> face = faces.get(begin + i);
      if (!face.ok()) return OfRow(face.status(), begin + i);
      absl::StatusOr<cv::Mat> vector = describer.Describe(*face);
      if (!vector.ok()) return OfRow(vector.status(), begin + i);
      // One row at a time: a product's bits depend on how many rows it has.
      (projection == nullptr ? *vector : ProjectRows(*projection, *vector))
          .copyTo(rows.row(static_cast<int>(i)));
      return absl::OkStatus();
    };
    FACET_RETURN_IF_ERROR(ParallelWork(rows.rows, threads, describe, {}));
    FACET_RETURN_IF_ERROR(store->Append(rows));
    store->ReleaseMemory();
  }
  return absl::OkStatus();
}

}  // namespace facet
