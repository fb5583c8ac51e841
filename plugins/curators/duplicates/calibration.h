// How near is near: the threshold of a search for duplicates, from the collection itself. Copies
// are made of some of its images (cropped, resized, recoloured, captioned, recompressed, and all
// mixed as on the web) and compared with their originals; the other side are pairs of images of one
// person. A collection has copies of its own: pairs of the second sort whose pixels agree are not
// distinct, whatever they are filed as, and are left out.
#ifndef FACET_PLUGINS_CURATORS_DUPLICATES_CALIBRATION_H_
#define FACET_PLUGINS_CURATORS_DUPLICATES_CALIBRATION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/curators/duplicates/search.h"

namespace facet {

struct MadeDuplicate {
  std::string change;  // "cropped"
  double distance = 0.0, agreement = 0.0;
};

struct DuplicateCalibration {
  double threshold = 0.0;
  std::vector<MadeDuplicate> made;
  std::vector<double> distinct;  // distances, ascending
  int64_t copies = 0;            // pairs that were left out
};

// The largest threshold below which lie at most `max_false` of the distinct distances (ascending).
// Without any, the largest distance of a made duplicate, plus 1 %.
double ChooseThreshold(const std::vector<MadeDuplicate>& made, const std::vector<double>& distinct,
                       double max_false);

// Of `images`, 100 descriptors each. InvalidArgument: too few can be read.
absl::StatusOr<VladVocabulary> LearnVladVocabulary(const CurationContext& context,
                                                   const std::vector<ManifestImage>& images,
                                                   const VladVocabularyOptions& options,
                                                   int side_px,
                                                   const std::function<bool(int64_t)>& go_on);

// `people`: images of each; what cannot be read is left out. options.threshold is not used.
// InvalidArgument: no image can be read.
absl::StatusOr<DuplicateCalibration> CalibrateDuplicates(
    const CurationContext& context, const VladVocabulary& vocabulary,
    const DuplicateSearchOptions& options, const std::vector<std::vector<ManifestImage>>& people,
    double max_false, const std::function<bool(int64_t)>& go_on);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DUPLICATES_CALIBRATION_H_
