// The pictorial structure of Everingham, Sivic and Zisserman (IVC 27, 2009): a classifier for each
// of 9 parts (points9) that gives a map of log-odds on the canonical patch, and trees that say
// where the parts lie relative to each other (pictorial_trees.h).
//
// The patch is 80 x 80 px, the face's box in its middle at 50 x 50 px; a part's window is 15 x 15.
// Each classifier is masked: it is asked only where its part was seen in training, with a margin,
// and elsewhere the part cannot be.
#ifndef FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_MODEL_H_
#define FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_MODEL_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/aligner.h"
#include "plugins/aligners/patches/canonical_patch.h"
#include "plugins/aligners/pictorial_structure/haar_boost.h"
#include "plugins/aligners/pictorial_structure/trees.h"

namespace facet {

constexpr int kNumParts = 9;
constexpr int kMapPx = 80;
// The patch with half a window more on each side, so that windows fit around every pixel of the
// map: pixel (x, y) of the map is the middle of the window whose corner is (x, y) of this patch.
constexpr PatchSize kPictorialPatch = {50, 15 + kWindowPx / 2};

struct PartMask {  // pixels of the map
  int x = 0, y = 0, width = 0, height = 0;
};

struct PartModel {
  PartMask mask;
  HaarClassifier classifier;
};

struct PictorialModel {
  std::array<PartModel, kNumParts> parts;
  std::vector<PartTree> trees;  // learned from the training's landmarks
};

// Map px from image px for a box.
absl::StatusOr<Affine> MapFromImage(const Box& box);

struct PictorialSettings {
  HaarBoostSettings boost;
  int64_t max_faces = 1500;  // as many mirrored ones are added
  int negatives_per_face = 8;
  int hard_rounds = 2;  // each adds up to hard_per_face windows of a face and trains again
  int hard_per_face = 3;
  double part_radius_px = 3.0;  // nearer windows are no negatives
};
// InvalidArgument: an example has fewer landmarks than points9, or no face is usable (those turned
// to a side and those whose landmarks leave the patch are not).
absl::StatusOr<PictorialModel> TrainPictorial(const LandmarkExamples& examples,
                                              const TrainingContext& context,
                                              const PictorialSettings& settings);

// Costs -appearance_weight * log-odds of each part on a patch of kPictorialPatch.
std::vector<CostMap> PartCosts(const PictorialModel& model, const cv::Mat& patch,
                               double appearance_weight);

// The file: text, the first line names the format.
std::string FormatPictorial(const PictorialModel& model);
// InvalidArgument: another format; DataLoss: damaged. `path` is for the message.
absl::StatusOr<PictorialModel> ParsePictorial(const std::string& text, const std::string& path);

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_MODEL_H_
