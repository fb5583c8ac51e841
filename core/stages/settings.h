// The host's own options of each stage, declared like a component's (core/api/options.h). Defaults
// are the paper's where it gives one (Parkhi et al. 2015, sections 4 and 5).
#ifndef FACET_CORE_STAGES_SETTINGS_H_
#define FACET_CORE_STAGES_SETTINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/api/options.h"

namespace facet {

// `train.faces`, `test.faces`: which image files are taken, and which of the detected faces.
struct FaceSettings {
  std::string unreadable = "skip";
  int64_t max_megapixels = 64;
  std::string select = "central";
  std::string missing = "central";
  double central_side = 0.454;

  void Visit(OptionVisitor& v) {
    v("unreadable", unreadable, OneOf({"skip", "refuse"}),
      "an image that cannot be read: skip and count it, or refuse to go on");
    v("max_megapixels", max_megapixels, Range(1, 1000),
      "larger images are unreadable [10^6 pixels]");
    v("select", select, OneOf({"central", "largest", "best"}),
      "of several faces: nearest the image's centre, the largest, or the best score");
    v("missing", missing, OneOf({"central", "drop"}),
      "where no face is found: take a central box, or drop the sample");
    v("central_side", central_side, AboveUpTo(0, 1),
      "side of the central box [shorter image sides]; LFW's detection is 113.6 of 250 px");
  }
};

// `train.crops`: what is packed for training.
struct TrainCropSettings {
  int64_t size_px = 256;
  std::string encoding = "jpeg";
  int64_t jpeg_quality = 95;

  void Visit(OptionVisitor& v) {
    v("size_px", size_px, Range(8, 4096), "shorter side of the stored crops [px]; paper");
    v("encoding", encoding, OneOf({"jpeg", "raw"}), "how crops are stored");
    v("jpeg_quality", jpeg_quality, Range(1, 100), "of encoding jpeg");
  }
};

// `test.crops`: what is packed for describing, and the views of a face that are averaged.
struct TestCropSettings {
  std::string kind = "ten";
  std::vector<int64_t> scales = {256, 384, 512};
  std::string normalize = "none";
  std::string encoding = "jpeg";
  int64_t jpeg_quality = 95;

  void Visit(OptionVisitor& v) {
    v("kind", kind, OneOf({"ten", "two", "one"}),
      "per scale: four corners and centre with mirrors (paper), centre with mirror, centre");
    v("scales", scales, Range(8, 4096), "shorter sides the face is scaled to [px]; paper");
    v("normalize", normalize, OneOf({"none", "each"}), "l2-normalise each view before the average");
    v("encoding", encoding, OneOf({"jpeg", "raw"}), "how crops are stored");
    v("jpeg_quality", jpeg_quality, Range(1, 100), "of encoding jpeg");
  }
};

// `train.augment`: what varies at every visit of an image.
struct AugmentSettings {
  std::string crop = "random";
  bool flip = true;

  void Visit(OptionVisitor& v) {
    v("crop", crop, OneOf({"random", "center"}), "place of the network's input in the stored crop");
    v("flip", flip, Any(), "mirror with probability 0.5");
  }
};

// `train.optimizer`: SGD, its schedule and its validation split.
struct OptimizerSettings {
  std::string use = "sgd";
  int64_t batch = 64;
  double momentum = 0.9;
  double weight_decay = 5e-4;
  std::vector<double> rates = {1e-2, 1e-3, 1e-4};
  int64_t patience = 1;
  int64_t epochs = 90;
  double validation_share = 0.05;
  std::string mean = "pixel";

  void Visit(OptionVisitor& v) {
    v("use", use, OneOf({"sgd"}), "optimiser");
    v("batch", batch, AtLeast(1), "images per step; paper");
    v("momentum", momentum, Range(0, 1), "paper");
    v("weight_decay", weight_decay, AtLeast(0), "l2 penalty on all weights; paper");
    v("rates", rates, Above(0), "learning rates; the next one when validation stops improving");
    v("patience", patience, AtLeast(1), "epochs without a better validation accuracy: next rate");
    v("epochs", epochs, AtLeast(1), "at most so many passes over the training images in all");
    v("validation_share", validation_share, Range(0, 0.5),
      "share of each identity's images held out, seeded; 0: a rate lasts epochs / number of rates");
    v("mean", mean, OneOf({"pixel", "image", "none"}),
      "what is subtracted: mean per channel, mean image, nothing (an architecture may fix its "
      "own)");
  }
};

// `embed`: learns W' [L, D] on frozen l2-normalised descriptors (paper, section 4.4).
struct EmbedSettings {
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

#endif  // FACET_CORE_STAGES_SETTINGS_H_
