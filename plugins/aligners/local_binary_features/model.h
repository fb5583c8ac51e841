// Models of local binary features (Ren, Cao, Wei, Sun: "Face alignment at 3000 FPS via regressing
// local binary features", CVPR 2014), in the YAML format of OpenCV's FacemarkLBF, and what they
// find, as FacemarkLBF finds it (which hands out 68 landmarks or none: OpenCV 4.6).
//
// A stage has trees for each landmark and one linear map. Shapes are relative to the face's box:
// (0, 0) is its centre, 1 half its side. A split compares the grey levels at two places near the
// landmark, given for the mean shape and turned and scaled with the current one; every tree's leaf
// is one feature, and the map turns the features into a step of the shape, for the mean shape's
// position again.
#ifndef FACET_PLUGINS_ALIGNERS_LOCAL_BINARY_FEATURES_MODEL_H_
#define FACET_PLUGINS_ALIGNERS_LOCAL_BINARY_FEATURES_MODEL_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/geometry.h"

namespace facet {

using Shape = std::vector<Point>;

struct LbfSplit {
  Point first, second;  // the two places, from the landmark, for the mean shape
  int threshold = 0;    // grey level difference below which a face goes to child 2 * node
};
// Splits of a complete tree; node 1 is the root, 2 * node and 2 * node + 1 its children, 0 unused.
using LbfTree = std::vector<LbfSplit>;

struct LbfStage {
  std::vector<std::vector<LbfTree>> trees;  // [landmark][tree]
  cv::Mat weights;  // 64FC1, [2 * landmarks, features]: x and y of each landmark's step
};

struct LbfModel {
  int num_trees = 0;   // of a landmark
  int num_splits = 0;  // from root to leaf
  Shape mean_shape;
  std::vector<LbfStage> stages;
};

// The turn and scale from the mean shape to `shape` as FacemarkLBF computes them, both about their
// centres: [a -b; b a] for {a, b}.
struct TurnAndScale {
  double a = 1.0, b = 0.0;
  Point operator()(const Point& p) const { return {a * p.x - b * p.y, b * p.x + a * p.y}; }
  TurnAndScale Inverse() const {
    const double square = a * a + b * b;
    return {a / square, -b / square};
  }
};
TurnAndScale FitTurnAndScale(const Shape& shape, const Shape& mean_shape);

// The leaf (0 .. 2^num_splits - 1) that a face reaches. `image` is 8UC1, the box's centre at
// `centre` and half its side `half` px; places outside the image are those on its border.
int LeafOf(const LbfTree& tree, int num_splits, const cv::Mat& image, const Point& centre,
           double half, const Point& landmark, const TurnAndScale& turn);
// The difference of grey levels that a split looks at.
int GreyDifference(const LbfSplit& split, const cv::Mat& image, const Point& centre, double half,
                   const Point& landmark, const TurnAndScale& turn);

// Writes the file that FacemarkLBF::loadModel reads. cv::Exception where it cannot.
void WriteLbfModel(const LbfModel& model, const std::string& path);

// Reads such a file, ours or OpenCV's. InvalidArgument says what is wrong with another: OpenCV
// itself takes any file and fails when it is used.
absl::StatusOr<LbfModel> ReadLbfModel(const std::string& path);

// The landmarks of the face in the box with this centre and half side, px of `image` (8UC1): the
// mean shape, moved by one stage after another.
Shape FindLbfShape(const LbfModel& model, const cv::Mat& image, const Point& centre, double half);

// The leaf that each tree of a stage reaches, as indices of features.
std::vector<int32_t> LeavesOf(const LbfStage& stage, int num_splits, const cv::Mat& image,
                              const Point& centre, double half, const Shape& current,
                              const TurnAndScale& turn);
// Moves `current` by what the stage's map makes of the leaves.
void MoveShape(const LbfStage& stage, const std::vector<int32_t>& leaves, const TurnAndScale& turn,
               Shape* current);

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_LOCAL_BINARY_FEATURES_MODEL_H_
