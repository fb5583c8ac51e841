#include "plugins/curators/duplicates/calibration.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/parallel_work.h"
#include "plugins/curators/duplicates/image_vlad.h"
#include "plugins/curators/duplicates/photograph_alignment.h"
#include "plugins/rendered_faces/duplicates.h"

namespace facet {
namespace {

constexpr int kSiftPerImage = 100;

struct Change {
  const char* name;
  DuplicateRates rates;
};

std::vector<Change> Changes() {
  return {{"cropped", {1, 0, 0, 0}},   {"resized", {0, 1, 0, 0}},      {"recoloured", {0, 0, 1, 0}},
          {"captioned", {0, 0, 0, 1}}, {"recompressed", {0, 0, 0, 0}}, {"mixed", DuplicateRates()}};
}

// Where a crop must not go: the face, or where none is known the middle.
Box FaceOf(const ManifestImage& row, const Image& image) {
  if (row.box && row.box->width > 0 && row.box->height > 0) return *row.box;
  return {0.3 * image.width, 0.3 * image.height, 0.4 * image.width, 0.4 * image.height};
}

struct Described {
  cv::Mat grey, vlad;
  std::vector<MadeDuplicate> made;
};

class Calibrator {
 public:
  Calibrator(const CurationContext& context, const VladVocabulary& vocabulary,
             const DuplicateSearchOptions& options,
             const std::vector<std::vector<ManifestImage>>& people)
      : context_(context), vocabulary_(vocabulary), options_(options) {
    for (size_t person = 0; person < people.size(); ++person) {
      for (const ManifestImage& image : people[person]) {
        rows_.push_back(image);
        person_.push_back(person);
      }
    }
    described_.resize(rows_.size());
  }

  absl::StatusOr<DuplicateCalibration> Run(double max_false,
                                           const std::function<bool(int64_t)>& go_on) {
    FACET_RETURN_IF_ERROR(ParallelWork(
        static_cast<int64_t>(rows_.size()), context_.threads,
        [this](int64_t i) { return Describe(static_cast<size_t>(i)); }, go_on));
    DuplicateCalibration calibration;
    for (Described& each : described_) {
      calibration.made.insert(calibration.made.end(), each.made.begin(), each.made.end());
    }
    if (calibration.made.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "none of the ", rows_.size(), " images drawn can be read and has anything on it; give a ",
          "threshold, or mend the folder of images"));
    }
    FACET_RETURN_IF_ERROR(CompareDistinct(&calibration, go_on));
    calibration.threshold = ChooseThreshold(calibration.made, calibration.distinct, max_false);
    return calibration;
  }

 private:
  absl::Status Describe(size_t i) {
    const auto image = context_.read_image(rows_[i].path);
    if (!image.ok()) return absl::OkStatus();
    Described& one = described_[i];
    one.grey = GreyOfArea(*image, options_.side_px);
    FACET_ASSIGN_OR_RETURN(one.vlad, ImageVlad(vocabulary_, one.grey));
    if (one.vlad.empty()) return absl::OkStatus();
    // All changes to every image would be the same images again and again.
    const std::vector<Change> changes = Changes();
    for (const size_t c : {i % (changes.size() - 1), changes.size() - 1}) {
      const uint64_t seed = DeriveSeed(context_.seed, absl::StrCat("copy ", rows_[i].id, " ", c));
      const DuplicatePlan plan = DrawDuplicate(seed, image->width, image->height,
                                               FaceOf(rows_[i], *image), changes[c].rates);
      const cv::Mat grey = GreyOfArea(ApplyDuplicate(plan, *image), options_.side_px);
      FACET_ASSIGN_OR_RETURN(const cv::Mat vlad, ImageVlad(vocabulary_, grey));
      if (vlad.empty()) continue;
      const double agreement =
          options_.check_pixels ? PhotographAgreement(one.grey, grey, options_.min_agreement) : 1.0;
      one.made.push_back({changes[c].name, cv::norm(one.vlad, vlad), agreement});
    }
    return absl::OkStatus();
  }

  absl::Status CompareDistinct(DuplicateCalibration* calibration,
                               const std::function<bool(int64_t)>& go_on) const {
    std::vector<std::pair<size_t, size_t>> pairs;
    for (size_t i = 0; i < rows_.size(); ++i) {
      for (size_t j = i + 1; j < rows_.size() && person_[j] == person_[i]; ++j) {
        if (!described_[i].vlad.empty() && !described_[j].vlad.empty()) pairs.emplace_back(i, j);
      }
    }
    std::vector<double> distances(pairs.size());
    std::vector<char> copy(pairs.size(), 0);
    const double largest = LargestOf(calibration->made);
    const auto count = static_cast<int64_t>(pairs.size());
    FACET_RETURN_IF_ERROR(ParallelWork(
        count, context_.threads,
        [&](int64_t p) {
          const auto place = static_cast<size_t>(p);
          const Described& a = described_[pairs[place].first];
          const Described& b = described_[pairs[place].second];
          distances[place] = cv::norm(a.vlad, b.vlad);
          // Beyond what any copy has, none can be.
          copy[place] =
              distances[place] <= largest &&
              PhotographAgreement(a.grey, b.grey, options_.min_agreement) >= options_.min_agreement;
          return absl::OkStatus();
        },
        [&](int64_t) { return !go_on || go_on(static_cast<int64_t>(rows_.size())); }));
    for (size_t p = 0; p < pairs.size(); ++p) {
      if (copy[p] == 0) calibration->distinct.push_back(distances[p]);
      calibration->copies += copy[p];
    }
    std::sort(calibration->distinct.begin(), calibration->distinct.end());
    return absl::OkStatus();
  }

  static double LargestOf(const std::vector<MadeDuplicate>& made) {
    double largest = 0.0;
    for (const MadeDuplicate& each : made) largest = std::max(largest, each.distance);
    return largest;
  }

  const CurationContext& context_;
  const VladVocabulary& vocabulary_;
  const DuplicateSearchOptions& options_;
  std::vector<ManifestImage> rows_;
  std::vector<size_t> person_;
  std::vector<Described> described_;
};

}  // namespace

double ChooseThreshold(const std::vector<MadeDuplicate>& made, const std::vector<double>& distinct,
                       double max_false) {
  const auto allowed = static_cast<size_t>(max_false * static_cast<double>(distinct.size()));
  if (allowed < distinct.size()) return distinct[allowed];
  double largest = 0.0;
  for (const MadeDuplicate& each : made) largest = std::max(largest, each.distance);
  return 1.01 * largest;
}

absl::StatusOr<VladVocabulary> LearnVladVocabulary(const CurationContext& context,
                                                   const std::vector<ManifestImage>& images,
                                                   const VladVocabularyOptions& options,
                                                   int side_px,
                                                   const std::function<bool(int64_t)>& go_on) {
  std::vector<cv::Mat> drawn(images.size());
  FACET_RETURN_IF_ERROR(ParallelWork(
      static_cast<int64_t>(images.size()), context.threads,
      [&](int64_t i) -> absl::Status {
        const ManifestImage& row = images[static_cast<size_t>(i)];
        const auto image = context.read_image(row.path);
        if (!image.ok()) return absl::OkStatus();
        FACET_ASSIGN_OR_RETURN(const cv::Mat sift, ImageSift(GreyOfArea(*image, side_px)));
        Random random(DeriveSeed(options.seed, absl::StrCat("descriptors ", row.id)));
        std::vector<int> order(static_cast<size_t>(sift.rows));
        for (size_t k = 0; k < order.size(); ++k) order[k] = static_cast<int>(k);
        random.Shuffle(order);
        cv::Mat& mine = drawn[static_cast<size_t>(i)];
        mine.create(0, kSiftSize, CV_32FC1);
        for (int k = 0; k < std::min(kSiftPerImage, sift.rows); ++k) {
          mine.push_back(sift.row(order[static_cast<size_t>(k)]));
        }
        return absl::OkStatus();
      },
      go_on));
  cv::Mat all(0, kSiftSize, CV_32FC1);
  for (const cv::Mat& mine : drawn) {
    if (mine.rows > 0) all.push_back(mine);
  }
  return TrainVladVocabulary(all, options);
}

absl::StatusOr<DuplicateCalibration> CalibrateDuplicates(
    const CurationContext& context, const VladVocabulary& vocabulary,
    const DuplicateSearchOptions& options, const std::vector<std::vector<ManifestImage>>& people,
    double max_false, const std::function<bool(int64_t)>& go_on) {
  return Calibrator(context, vocabulary, options, people).Run(max_false, go_on);
}

}  // namespace facet
