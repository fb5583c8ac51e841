// What the training loop may be told, declared like a component's options (core/api/options.h). Defaults
// are the paper's where it gives one (Parkhi et al. 2015, section 4).
#ifndef FACET_CORE_TRAINING_SETTINGS_H_
#define FACET_CORE_TRAINING_SETTINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/api/options.h"

namespace facet {

// `train.augment`: what varies at every visit of an image, in this order. The paper: crop and flip.
struct AugmentSettings {
  std::string crop = "random";
  bool flip = true;
  double zoom_min = 1.0, zoom_max = 1.0;
  double rotation_rad = 0.0;
  double brightness = 0.0, contrast = 0.0, saturation = 0.0;
  double hue_rad = 0.0;
  double grey = 0.0;
  double blur = 0.0;
  double blur_sigma_min_px = 0.1, blur_sigma_max_px = 2.0;
  double erase = 0.0;
  double erase_area_min = 0.02, erase_area_max = 0.4;
  double erase_aspect_min = 0.3;

  void Visit(OptionVisitor& v) {
    v("crop", crop, OneOf({"random", "center"}), "place of the network's input in the stored crop");
    v("flip", flip, Any(), "mirror with probability 0.5");
    v("zoom_min", zoom_min, Range(0.1, 10),
      "smallest zoom: a window of input / zoom px, at most the stored crop, is scaled to the "
      "input");
    v("zoom_max", zoom_max, Range(0.1, 10), "largest zoom; uniform between both; 1 and 1: off");
    v("rotation_rad", rotation_rad, Range(0, 3.1416),
      "largest rotation about the window's centre, to either side [rad]; 0: off");
    v("brightness", brightness, Range(0, 1), "b: all values times 1 - b .. 1 + b; 0: off");
    v("contrast", contrast, Range(0, 1),
      "c: distance from the mean grey level times 1 - c .. 1 + c; 0: off");
    v("saturation", saturation, Range(0, 1),
      "s: distance of each pixel from its grey level times 1 - s .. 1 + s; 0: off");
    v("hue_rad", hue_rad, Range(0, 3.1416),
      "largest rotation of colours about the grey axis, to either side [rad]; 0: off");
    v("grey", grey, Range(0, 1), "probability of losing all colour; 0: off");
    v("blur", blur, Range(0, 1), "probability of a Gaussian blur; 0: off");
    v("blur_sigma_min_px", blur_sigma_min_px, AboveUpTo(0, 100), "of blur; SimCLR");
    v("blur_sigma_max_px", blur_sigma_max_px, AboveUpTo(0, 100), "of blur; SimCLR");
    v("erase", erase, Range(0, 1),
      "probability of random erasing (Zhong et al. 2020; theirs 0.5): a rectangle of noise; 0: "
      "off");
    v("erase_area_min", erase_area_min, AboveUpTo(0, 1), "of erase [share of the input]; Zhong");
    v("erase_area_max", erase_area_max, AboveUpTo(0, 1), "of erase [share of the input]; Zhong");
    v("erase_aspect_min", erase_aspect_min, AboveUpTo(0, 1),
      "of erase: height / width from it to 1 / it; Zhong");
  }
};

// `train.optimizer`: the optimiser, its schedule and its validation split. An option that the
// chosen optimiser or schedule does not read must keep its default (train_settings.h).
struct OptimizerSettings {
  std::string use = "sgd";
  int64_t batch = 64;
  double momentum = 0.9;
  bool nesterov = false;
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 5e-4;
  bool decay_vectors = true;
  double clip_norm = 0.0;
  double loss_rate_factor = 1.0;
  std::string schedule = "plateau";
  std::vector<double> rates = {1e-2, 1e-3, 1e-4};
  int64_t patience = 1;
  std::vector<double> milestones;
  double final_rate = 0.0;
  double warmup_epochs = 0.0;
  int64_t epochs = 90;
  double validation_share = 0.05;
  std::string mean = "pixel";

  void Visit(OptionVisitor& v) {
    v("use", use, OneOf({"sgd", "adam", "adamw"}),
      "sgd with momentum (paper), adam (Kingma & Ba 2015), adamw (Loshchilov & Hutter 2019)");
    v("batch", batch, AtLeast(1), "images per step; paper");
    v("momentum", momentum, Range(0, 1), "of sgd; paper");
    v("nesterov", nesterov, Any(), "of sgd: Nesterov's momentum (Sutskever et al. 2013)");
    v("beta1", beta1, Range(0, 0.999999),
      "of adam, adamw: decay of the mean gradient; Kingma & Ba");
    v("beta2", beta2, Range(0, 0.999999),
      "of adam, adamw: decay of the mean squared gradient; Kingma & Ba");
    v("epsilon", epsilon, Above(0), "of adam, adamw: added to the root; Kingma & Ba");
    v("weight_decay", weight_decay, AtLeast(0),
      "l2 penalty on all weights (paper); adamw: w shrinks by rate * weight_decay * w instead");
    v("decay_vectors", decay_vectors, Any(),
      "weight decay on tensors of one dimension (biases, normalisation, slopes) too; paper");
    v("clip_norm", clip_norm, AtLeast(0),
      "gradients of all learned tensors are scaled down to this l2 norm together; 0: off");
    v("loss_rate_factor", loss_rate_factor, Above(0),
      "learning rate of what the loss learns (classifier, proxies, centres) over the network's");
    v("schedule", schedule, OneOf({"plateau", "step", "cosine"}),
      "plateau: next of rates when validation stops improving (paper; reads patience); step: at "
      "milestones; cosine: from the one rate to final_rate");
    v("rates", rates, Above(0),
      "learning rates in order; of cosine one. plateau ends after the last one's plateau");
    v("patience", patience, AtLeast(1),
      "of plateau: epochs without a better validation accuracy (or loss) before the next rate");
    v("milestones", milestones, Above(0),
      "of step: where each rate after the first begins [epochs; below 1: share of epochs]; empty: "
      "equal shares");
    v("final_rate", final_rate, AtLeast(0), "of cosine: reached at the end of the last epoch");
    v("warmup_epochs", warmup_epochs, AtLeast(0),
      "of all schedules: the rate grows linearly over so many epochs at first, a part of one too");
    v("epochs", epochs, AtLeast(1), "at most so many passes over the training images in all");
    v("validation_share", validation_share, Range(0, 0.5),
      "share of each identity's images held out, seeded (for tuple losses in pairs); 0: none, a "
      "rate of plateau lasts epochs / number of rates");
    v("mean", mean, OneOf({"pixel", "image", "none"}),
      "what is subtracted: mean per channel, mean image, nothing (an architecture may fix its "
      "own)");
  }
};

// Where a milestone lies [epochs from the beginning].
inline double MilestoneEpoch(const OptimizerSettings& settings, double milestone) {
  return milestone < 1 ? milestone * static_cast<double>(settings.epochs) : milestone;
}

// `train.sampler`: which images a training batch is made of.
struct SamplerSettings {
  std::string use = "random";
  int64_t identities = 16;
  int64_t images = 4;
  std::string few_images = "repeat";

  void Visit(OptionVisitor& v) {
    v("use", use, OneOf({"random", "identities"}),
      "random: every image once an epoch (paper); identities: batches of identities x images "
      "(Hermans et al. 2017), every identity equally often");
    v("identities", identities, AtLeast(2), "P, of each batch; P * K must be optimizer.batch");
    v("images", images, AtLeast(2), "K, of each identity of a batch");
    v("few_images", few_images, OneOf({"repeat", "leave_out"}),
      "an identity with fewer than K training images: shown repeatedly, or not at all");
  }
};

// `train.memory`: past embeddings that a pair or triplet loss compares a batch with (cross-batch
// memory, Wang et al., CVPR 2020).
struct MemorySettings {
  int64_t size = 0;
  int64_t start_step = 1000;

  void Visit(OptionVisitor& v) {
    v("size", size, Range(0, 1e7), "past embeddings that are kept; 0: no memory");
    v("start_step", start_step, AtLeast(0),
      "steps before the loss sees them: embeddings drift fast at first; Wang et al.");
  }
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_SETTINGS_H_
