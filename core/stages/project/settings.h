// What the project stage may be told. Defaults are the paper's where it gives one (section 4.4).
#ifndef FACET_CORE_STAGES_PROJECT_SETTINGS_H_
#define FACET_CORE_STAGES_PROJECT_SETTINGS_H_

#include <cstdint>
#include <string>

#include "core/api/options.h"

namespace facet {

// Beside them, where test.evaluator.threshold_from = "held_out_fold": W' learns from neither the
// fold that it is tested on nor the next, whose pairs choose the threshold.
inline constexpr char kThresholdHeldOut[] = "threshold_held_out";

// `embed`: learns W' [L, D] on frozen l2-normalised descriptors (paper, section 4.4).
struct ProjectSettings {
  std::string on = "folds";
  std::string unit = "samples";
  int64_t dimension = 1024;
  double lr = 0.25;
  int64_t epochs = 10;
  int64_t batch = 64;
  std::string initial = "pca";
  double initial_std = 0.01;

  void Visit(OptionVisitor& v) {
    v("on", on, OneOf({"folds", "train"}),
      "training data: the test set's other folds (one W' per fold; paper), or the training set");
    v("unit", unit, OneOf({"samples", "templates"}),
      "what a pair consists of: images, or whole templates as the evaluator pools them (a video)");
    v("dimension", dimension, AtLeast(1), "L, rows of W'; paper; at most D");
    v("lr", lr, Above(0), "fixed learning rate; paper");
    v("epochs", epochs, AtLeast(1), "passes over all positive pairs; paper");
    v("batch", batch, AtLeast(1), "tuples per step; the paper does not say");
    v("initial", initial, OneOf({"pca", "normal"}),
      "W' before training: principal directions of the training descriptors, or N(0, "
      "initial_std^2)");
    v("initial_std", initial_std, Above(0), "of initial normal; paper's filter initialisation");
  }
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_PROJECT_SETTINGS_H_
