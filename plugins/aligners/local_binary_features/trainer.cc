#include "plugins/aligners/local_binary_features/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/aligners/local_binary_features/regression.h"
#include "plugins/aligners/patches/landmark_training.h"

namespace facet {
namespace {

// A face with one of its starting shapes; shapes are relative to the box.
struct Sample {
  size_t face = 0;
  Shape current;
  TurnAndScale turn;
  std::vector<Point> steps;  // still to go, for the mean shape's position
};

class Trainer {
 public:
  Trainer(const LbfFaces& faces, const LbfSettings& settings, const TrainingContext& context)
      : faces_(faces), settings_(settings), context_(context) {
    model_.num_trees = settings.trees;
    model_.num_splits = settings.splits;
    for (const Shape& shape : faces.shapes) {
      truth_.emplace_back();
      for (const Point& p : shape) {
        truth_.back().push_back(
            {(p.x - faces.centre.x) / faces.half, (p.y - faces.centre.y) / faces.half});
      }
    }
    model_.mean_shape.resize(truth_[0].size());
    for (const Shape& shape : truth_) {
      for (size_t i = 0; i < shape.size(); ++i) {
        model_.mean_shape[i].x += shape[i].x / static_cast<double>(truth_.size());
        model_.mean_shape[i].y += shape[i].y / static_cast<double>(truth_.size());
      }
    }
  }

  absl::StatusOr<LbfModel> Train() {
    MakeSamples();
    for (int stage = 0; stage < settings_.stages; ++stage) {
      for (Sample& sample : samples_) UpdateSteps(&sample);
      const std::string name = absl::StrCat("of stage ", stage + 1, " of ", settings_.stages);
      LbfStage next;
      next.trees.resize(num_landmarks());
      FACET_RETURN_IF_ERROR(ParallelWork(context_, static_cast<int64_t>(num_landmarks()),
                                         absl::StrCat("landmarks ", name), [&](int64_t landmark) {
                                           next.trees[static_cast<size_t>(landmark)] =
                                               TrainTrees(static_cast<size_t>(landmark), stage);
                                         }));
      const BinaryRows features = FeaturesOf(next);
      FACET_RETURN_IF_ERROR(SolveRidge(features, Targets(), settings_.ridge, context_,
                                       absl::StrCat("maps ", name), &next.weights));
      Move(features, next);
      model_.stages.push_back(std::move(next));
    }
    return std::move(model_);
  }

 private:
  size_t num_landmarks() const { return model_.mean_shape.size(); }

  // The first starting shape of a face is the mean in its box, as in use; the others are of other
  // faces, in boxes that are drawn.
  void MakeSamples() {
    Random random(DeriveSeed(context_.seed, "start shapes"));
    for (size_t face = 0; face < truth_.size(); ++face) {
      for (int i = 0; i < settings_.start_shapes; ++i) {
        const size_t other = (face + 1 + random.Index(truth_.size() - 1)) % truth_.size();
        samples_.push_back({face, i == 0 ? model_.mean_shape : truth_[other], {}, {}});
        if (i > 0) MoveToDrawnBox(&random, &samples_.back().current);
      }
    }
    random.Shuffle(samples_);
  }

  // Shapes are relative to the box: its half side is 1.
  void MoveToDrawnBox(Random* random, Shape* shape) const {
    const Box box = settings_.boxes.Draw({-1, -1, 2, 2}, random);
    const Point centre = box.Centre();
    for (Point& point : *shape) {
      point = {centre.x + point.x * box.width / 2, centre.y + point.y * box.height / 2};
    }
  }

  void UpdateSteps(Sample* sample) const {
    sample->turn = FitTurnAndScale(sample->current, model_.mean_shape);
    const TurnAndScale back = sample->turn.Inverse();
    const Shape& truth = truth_[sample->face];
    sample->steps.resize(truth.size());
    for (size_t i = 0; i < truth.size(); ++i) {
      sample->steps[i] =
          back({truth[i].x - sample->current[i].x, truth[i].y - sample->current[i].y});
    }
  }

  std::vector<LbfTree> TrainTrees(size_t landmark, int stage) const {
    Random random(DeriveSeed(context_.seed, absl::StrCat("stage ", stage, " landmark ", landmark)));
    const double radius = settings_.radius * std::pow(settings_.radius_decay, stage);
    std::vector<LbfTree> trees;
    std::vector<size_t> all(samples_.size());
    std::iota(all.begin(), all.end(), size_t{0});
    const auto bag =
        static_cast<size_t>(std::ceil(settings_.bagging * static_cast<double>(samples_.size())));
    for (int t = 0; t < settings_.trees; ++t) {
      random.Shuffle(all);
      LbfTree tree(size_t{1} << settings_.splits);
      Split({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(bag)}, landmark, radius, 1,
            &random, &tree);
      trees.push_back(std::move(tree));
    }
    return trees;
  }

  void Split(const std::vector<size_t>& samples, size_t landmark, double radius, size_t node,
             Random* random, LbfTree* tree) const {
    if (node >= tree->size()) return;
    double best = -1.0;
    std::vector<int> values(samples.size()), best_values;
    for (int i = 0; i < settings_.candidates && samples.size() > 1; ++i) {
      LbfSplit split{PlaceWithin(radius, random), PlaceWithin(radius, random), 0};
      for (size_t k = 0; k < samples.size(); ++k) {
        values[k] = Difference(split, samples_[samples[k]], landmark);
      }
      split.threshold = values[random->Index(values.size())];
      const double gain = Gain(samples, values, split.threshold, landmark);
      if (gain > best) {
        best = gain;
        (*tree)[node] = split;
        best_values = values;
      }
    }
    std::vector<size_t> below, above;
    for (size_t k = 0; k < samples.size() && !best_values.empty(); ++k) {
      (best_values[k] < (*tree)[node].threshold ? below : above).push_back(samples[k]);
    }
    Split(below, landmark, radius, 2 * node, random, tree);
    Split(above, landmark, radius, 2 * node + 1, random, tree);
  }

  static Point PlaceWithin(double radius, Random* random) {
    while (true) {
      const double x = random->Uniform(-1, 1), y = random->Uniform(-1, 1);
      if (x * x + y * y <= 1) return {radius * x, radius * y};
    }
  }

  int Difference(const LbfSplit& split, const Sample& sample, size_t landmark) const {
    return GreyDifference(split, faces_.images[sample.face], faces_.centre, faces_.half,
                          sample.current[landmark], sample.turn);
  }

  // How much of the steps' squares the two sides' means explain: the larger, the smaller the
  // variance that is left.
  double Gain(const std::vector<size_t>& samples, const std::vector<int>& values, int threshold,
              size_t landmark) const {
    double x[2] = {0, 0}, y[2] = {0, 0}, count[2] = {0, 0};
    for (size_t k = 0; k < samples.size(); ++k) {
      const int side = values[k] < threshold ? 0 : 1;
      const Point& step = samples_[samples[k]].steps[landmark];
      x[side] += step.x;
      y[side] += step.y;
      count[side] += 1;
    }
    double gain = 0.0;
    for (int side = 0; side < 2; ++side) {
      if (count[side] > 0) gain += (x[side] * x[side] + y[side] * y[side]) / count[side];
    }
    return gain;
  }

  BinaryRows FeaturesOf(const LbfStage& stage) const {
    BinaryRows features;
    features.rows = static_cast<int64_t>(samples_.size());
    features.set_per_row = static_cast<int>(num_landmarks()) * settings_.trees;
    features.num_features = features.set_per_row << settings_.splits;
    for (const Sample& sample : samples_) {
      const std::vector<int32_t> leaves =
          LeavesOf(stage, settings_.splits, faces_.images[sample.face], faces_.centre, faces_.half,
                   sample.current, sample.turn);
      features.set.insert(features.set.end(), leaves.begin(), leaves.end());
    }
    return features;
  }

  cv::Mat Targets() const {
    cv::Mat targets(static_cast<int>(samples_.size()), static_cast<int>(2 * num_landmarks()),
                    CV_32FC1);
    for (int row = 0; row < targets.rows; ++row) {
      float* to = targets.ptr<float>(row);
      for (const Point& step : samples_[static_cast<size_t>(row)].steps) {
        *to++ = static_cast<float>(step.x);
        *to++ = static_cast<float>(step.y);
      }
    }
    return targets;
  }

  // Takes the predicted steps.
  void Move(const BinaryRows& features, const LbfStage& stage) {
    const auto count = static_cast<std::ptrdiff_t>(features.set_per_row);
    auto first = features.set.begin();
    for (Sample& sample : samples_) {
      MoveShape(stage, {first, first + count}, sample.turn, &sample.current);
      first += count;
    }
  }

  const LbfFaces& faces_;
  const LbfSettings& settings_;
  const TrainingContext& context_;
  std::vector<Shape> truth_;  // relative to the box
  std::vector<Sample> samples_;
  LbfModel model_;
};

}  // namespace

absl::StatusOr<LbfModel> TrainLbf(const LbfFaces& faces, const LbfSettings& settings,
                                  const TrainingContext& context) {
  if (faces.shapes.size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("two faces or more to train on, got ", faces.shapes.size()));
  }
  return Trainer(faces, settings, context).Train();
}

}  // namespace facet
