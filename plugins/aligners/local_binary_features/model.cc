#include "plugins/aligners/local_binary_features/model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/aligners/patches/landmark_training.h"

namespace facet {
namespace {

Point Mean(const Shape& shape) {
  Point mean;
  for (const Point& p : shape) {
    mean.x += p.x / static_cast<double>(shape.size());
    mean.y += p.y / static_cast<double>(shape.size());
  }
  return mean;
}

// Length of the vector of (x - y) over the centred points, FacemarkLBF's measure of a shape's size.
double SizeOf(const Shape& shape, const Point& mean) {
  double sum = 0.0;
  for (const Point& p : shape) sum += std::pow((p.x - mean.x) - (p.y - mean.y), 2);
  return std::sqrt(sum);
}

cv::Mat ShapeMat(const Shape& shape) {
  cv::Mat mat(static_cast<int>(shape.size()), 2, CV_64FC1);
  for (int i = 0; i < mat.rows; ++i) {
    mat.at<double>(i, 0) = shape[static_cast<size_t>(i)].x;
    mat.at<double>(i, 1) = shape[static_cast<size_t>(i)].y;
  }
  return mat;
}

void WriteTree(cv::FileStorage& file, const LbfTree& tree, int num_splits,
               const std::string& place) {
  cv::Mat features = cv::Mat::zeros(2 << num_splits, 4, CV_64FC1);
  std::vector<int> thresholds(static_cast<size_t>(features.rows));
  for (size_t node = 1; node < tree.size(); ++node) {
    double* row = features.ptr<double>(static_cast<int>(node));
    row[0] = tree[node].first.x;
    row[1] = tree[node].first.y;
    row[2] = tree[node].second.x;
    row[3] = tree[node].second.y;
    thresholds[node] = tree[node].threshold;
  }
  file << "tree_" + place << features << "thresholds_" + place << thresholds;
}

bool IsFinite(const cv::Mat& mat, int rows, int columns) {
  return mat.type() == CV_64FC1 && mat.rows == rows && mat.cols == columns &&
         cv::checkRange(mat, true, nullptr, -1e6, 1e6);
}

bool ReadTree(const cv::FileStorage& file, const std::string& place, int num_splits,
              LbfTree* tree) {
  cv::Mat features;
  std::vector<int> thresholds;
  file["tree_" + place] >> features;
  file["thresholds_" + place] >> thresholds;
  if (!IsFinite(features, 2 << num_splits, 4)) return false;
  if (thresholds.size() != size_t{2} << num_splits) return false;
  tree->resize(size_t{1} << num_splits);
  for (size_t node = 1; node < tree->size(); ++node) {
    const double* row = features.ptr<double>(static_cast<int>(node));
    (*tree)[node] = {{row[0], row[1]}, {row[2], row[3]}, thresholds[node]};
  }
  return true;
}

// What is wrong with a file's content; empty: nothing.
std::string ReadContent(const cv::FileStorage& file, LbfModel* model) {
  int stages = 0, depth = 0, landmarks = 0;
  for (const auto& [name, value] : {std::pair<const char*, int*>{"stages_n", &stages},
                                    {"tree_n", &model->num_trees},
                                    {"tree_depth", &depth},
                                    {"n_landmarks", &landmarks}}) {
    if (!file[name].isInt()) return absl::StrCat("it has no number ", name);
    file[name] >> *value;
  }
  if (stages < 1 || stages > 100 || model->num_trees < 1 || model->num_trees > 1000 || depth < 2 ||
      depth > 16) {
    return absl::StrCat(stages, " stages of ", model->num_trees, " trees of depth ", depth);
  }
  if (landmarks != 68 && landmarks != 9) {
    return absl::StrCat("it has ", landmarks, " landmarks, known are 68 and 9");
  }
  model->num_splits = depth - 1;
  cv::Mat mean;
  file["regressor_meanshape"] >> mean;
  if (!IsFinite(mean, landmarks, 2)) return "its mean shape is missing or damaged";
  for (int i = 0; i < landmarks; ++i) {
    model->mean_shape.push_back({mean.at<double>(i, 0), mean.at<double>(i, 1)});
  }
  for (int stage = 0; stage < stages; ++stage) {
    LbfStage one;
    one.trees.resize(static_cast<size_t>(landmarks));
    for (int i = 0; i < landmarks * model->num_trees; ++i) {
      const int landmark = i / model->num_trees;
      const std::string place = absl::StrCat(stage, "_", landmark, "_", i % model->num_trees);
      LbfTree tree;
      if (!ReadTree(file, place, model->num_splits, &tree)) {
        return absl::StrCat("tree_", place, " is missing or damaged");
      }
      one.trees[static_cast<size_t>(landmark)].push_back(std::move(tree));
    }
    file[absl::StrCat("weights_", stage)] >> one.weights;
    if (!IsFinite(one.weights, 2 * landmarks,
                  landmarks * model->num_trees * (1 << model->num_splits))) {
      return absl::StrCat("weights_", stage, " is missing or damaged");
    }
    model->stages.push_back(std::move(one));
  }
  return "";
}

}  // namespace

TurnAndScale FitTurnAndScale(const Shape& shape, const Shape& mean_shape) {
  const Point to = Mean(shape), from = Mean(mean_shape);
  const double scale = SizeOf(shape, to) / SizeOf(mean_shape, from);
  double sine = 0.0, cosine = 0.0;
  for (size_t i = 0; i < shape.size(); ++i) {
    const double x = shape[i].x - to.x, y = shape[i].y - to.y;
    const double u = mean_shape[i].x - from.x, v = mean_shape[i].y - from.y;
    sine += y * u - x * v;
    cosine += x * u + y * v;
  }
  const double norm = std::hypot(sine, cosine);
  return {scale * cosine / norm, scale * sine / norm};
}

int GreyDifference(const LbfSplit& split, const cv::Mat& image, const Point& centre, double half,
                   const Point& landmark, const TurnAndScale& turn) {
  const auto level = [&](const Point& place) -> int {
    const Point p = turn(place);
    const double x = half * (p.x + landmark.x) + centre.x;
    const double y = half * (p.y + landmark.y) + centre.y;
    return image.at<uint8_t>(static_cast<int>(std::clamp(y, 0.0, image.rows - 1.0)),
                             static_cast<int>(std::clamp(x, 0.0, image.cols - 1.0)));
  };
  return level(split.first) - level(split.second);
}

int LeafOf(const LbfTree& tree, int num_splits, const cv::Mat& image, const Point& centre,
           double half, const Point& landmark, const TurnAndScale& turn) {
  size_t node = 1;
  for (int i = 0; i < num_splits; ++i) {
    const LbfSplit& split = tree[node];
    const bool below = GreyDifference(split, image, centre, half, landmark, turn) < split.threshold;
    node = 2 * node + (below ? 0 : 1);
  }
  return static_cast<int>(node) - (1 << num_splits);
}

void WriteLbfModel(const LbfModel& model, const std::string& path) {
  cv::FileStorage file(path, cv::FileStorage::WRITE_BASE64);
  file << "stages_n" << static_cast<int>(model.stages.size()) << "tree_n" << model.num_trees;
  file << "tree_depth" << model.num_splits + 1;
  file << "n_landmarks" << static_cast<int>(model.mean_shape.size());
  file << "regressor_meanshape" << ShapeMat(model.mean_shape);
  for (size_t stage = 0; stage < model.stages.size(); ++stage) {
    const LbfStage& one = model.stages[stage];
    for (size_t landmark = 0; landmark < one.trees.size(); ++landmark) {
      for (size_t tree = 0; tree < one.trees[landmark].size(); ++tree) {
        WriteTree(file, one.trees[landmark][tree], model.num_splits,
                  absl::StrCat(stage, "_", landmark, "_", tree));
      }
    }
    file << absl::StrCat("weights_", stage) << one.weights;
  }
  file.release();
}

absl::StatusOr<LbfModel> ReadLbfModel(const std::string& path) {
  std::string problem;
  LbfModel model;
  try {
    cv::FileStorage file(path, cv::FileStorage::READ);
    problem = file.isOpened() ? ReadContent(file, &model) : "OpenCV cannot read it";
  } catch (const cv::Exception& error) {
    problem = absl::StrCat("OpenCV cannot read it: ", error.err);
  }
  if (!problem.empty()) return WrongModelError(path, "facemark_lbf", problem);
  return model;
}

std::vector<int32_t> LeavesOf(const LbfStage& stage, int num_splits, const cv::Mat& image,
                              const Point& centre, double half, const Shape& current,
                              const TurnAndScale& turn) {
  std::vector<int32_t> leaves;
  for (size_t landmark = 0; landmark < current.size(); ++landmark) {
    for (const LbfTree& tree : stage.trees[landmark]) {
      const auto first = static_cast<int32_t>(leaves.size()) << num_splits;
      leaves.push_back(first +
                       LeafOf(tree, num_splits, image, centre, half, current[landmark], turn));
    }
  }
  return leaves;
}

void MoveShape(const LbfStage& stage, const std::vector<int32_t>& leaves, const TurnAndScale& turn,
               Shape* current) {
  for (size_t landmark = 0; landmark < current->size(); ++landmark) {
    const double* x = stage.weights.ptr<double>(static_cast<int>(2 * landmark));
    const double* y = stage.weights.ptr<double>(static_cast<int>(2 * landmark + 1));
    Point step;
    for (const int32_t leaf : leaves) {
      step.x += x[leaf];
      step.y += y[leaf];
    }
    const Point moved = turn(step);
    (*current)[landmark].x += moved.x;
    (*current)[landmark].y += moved.y;
  }
}

Shape FindLbfShape(const LbfModel& model, const cv::Mat& image, const Point& centre, double half) {
  Shape shape = model.mean_shape;
  for (const LbfStage& stage : model.stages) {
    const TurnAndScale turn = FitTurnAndScale(shape, model.mean_shape);
    MoveShape(stage, LeavesOf(stage, model.num_splits, image, centre, half, shape, turn), turn,
              &shape);
  }
  for (Point& p : shape) p = {half * p.x + centre.x, half * p.y + centre.y};
  return shape;
}

}  // namespace facet
