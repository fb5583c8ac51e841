// Trains models of local binary features (lbf_model.h).
//
// OpenCV's own trainer draws its splits from a clock: no two of its models are alike, whatever its
// seed. This one is its algorithm (Ren et al., CVPR 2014: per stage, trees that predict each
// landmark's step from grey level differences around it, then one linear map on all their leaves)
// with streams that follow from the seed, and it fits the map to the steps as FacemarkLBF applies
// them, turned and scaled with the current shape.
#ifndef FACET_PLUGINS_ALIGNERS_LOCAL_BINARY_FEATURES_TRAINER_H_
#define FACET_PLUGINS_ALIGNERS_LOCAL_BINARY_FEATURES_TRAINER_H_

#include <opencv2/core.hpp>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/aligner.h"
#include "plugins/aligners/local_binary_features/model.h"
#include "plugins/aligners/patches/box_perturbation.h"

namespace facet {

struct LbfSettings {
  int stages = 5;
  int trees = 6;              // of a landmark
  int splits = 4;             // from root to leaf
  int start_shapes = 5;       // of a face: other faces' shapes in its box
  int candidates = 200;       // splits tried at a node
  double bagging = 0.3;       // share of the samples that a tree sees
  double ridge = 0.5;         // of the linear map (lbf_regression.h)
  double radius = 0.3;        // of a split's places in the first stage [half box sides]
  double radius_decay = 0.7;  // of the next stage's radius over this one's
  // All starting shapes but a face's first lie in its box as another detector might draw it.
  BoxPerturbation boxes = {0.0, 0.0};
};

struct LbfFaces {
  Point centre;                 // of the box in every image, px
  double half = 0.0;            // of its side, px
  std::vector<cv::Mat> images;  // 8UC1
  std::vector<Shape> shapes;    // px
};

// Two faces or more, all with as many landmarks.
absl::StatusOr<LbfModel> TrainLbf(const LbfFaces& faces, const LbfSettings& settings,
                                  const TrainingContext& context);

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_LOCAL_BINARY_FEATURES_TRAINER_H_
