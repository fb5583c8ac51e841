// What the training loop may be told, declared like a component's options (core/api/options.h).
// Defaults are the paper's where it gives one (Parkhi et al. 2015, section 4).
#ifndef FACET_CORE_TRAINING_SETTINGS_H_
#define FACET_CORE_TRAINING_SETTINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/api/options.h"

namespace facet {

// `train`: the loop around optimiser, schedule, sampler and augmentation.
struct LoopSettings {
  int64_t batch = 64;
  int64_t micro_batch = 0;
  int64_t epochs = 90;
  double warmup_epochs = 0.0;
  double validation_share = 0.05;
  std::string mean = "pixel";
  double clip_norm = 0.0;
  bool decay_vectors = true;
  double average_decay = 0.0;
  double most_without_tuples = 0.5;

  void Visit(OptionVisitor& v) {
    v("batch", batch, AtLeast(1), "images per step; paper");
    v("micro_batch", micro_batch, AtLeast(0),
      "images that are in memory at a time: a step's gradient is put together from such parts, "
      "exactly for any loss, batch statistics apart (Gao et al. 2021; core/training/objective.h); "
      "0: the whole batch");
    v("epochs", epochs, AtLeast(1),
      "at most so many passes over the training images; of a phase that says nothing else");
    v("warmup_epochs", warmup_epochs, AtLeast(0),
      "the rate of any schedule grows linearly over so many epochs at first, a part of one too "
      "(Goyal et al. 2017); of a phase that says nothing else");
    v("validation_share", validation_share, Range(0, 0.5),
      "share of each identity's images held out, seeded (for tuple losses in pairs); 0: none, a "
      "rate of plateau lasts epochs / number of rates");
    v("mean", mean, OneOf({"pixel", "image", "none"}),
      "what is subtracted: mean per channel, mean image, nothing (an architecture may fix its "
      "own)");
    v("clip_norm", clip_norm, AtLeast(0),
      "gradients of all learned tensors are scaled down to this l2 norm together; 0: off");
    v("decay_vectors", decay_vectors, Any(),
      "weight decay on tensors of one dimension (biases, normalisation, slopes) too; paper");
    v("average_decay", average_decay, Range(0, 0.999999),
      "the network is the moving average of the steps' weights, with this share of the past a "
      "step (Polyak & Juditsky 1992; core/training/weight_average.h); 0: off");
    v("most_without_tuples", most_without_tuples, Range(0, 1),
      "of the steps, a loss over pairs or triplets: batches without two images of one identity "
      "teach it nothing, and above this share training ends with the sampler to use (at a half, "
      "half of every schedule is idle); 1: never");
  }
};

// `train.groups.<name>`, `train.phases.<name>.groups.<name>`: learned tensors that are trained in
// another way. A tensor is in every group that names it: factors multiply, it decays if all of them
// let it, and one that is frozen is enough. Those of a phase join the training's.
struct GroupSettings {
  std::vector<std::string> tensors = {"*"};
  std::string origin = "any";
  double rate_factor = 1.0;
  bool decay = true;
  bool frozen = false;

  void Visit(OptionVisitor& v) {
    v("tensors", tensors, Any(),
      "names of learned tensors, * stands for any text: \"fc8.*\", \"*.bias\", \"loss.*\" (what "
      "the loss learns)");
    v("origin", origin, OneOf({"any", "new", "copied"}),
      "of those the ones drawn for this training, or those that train.start_from or "
      "train.weights gave");
    v("rate_factor", rate_factor, AboveUpTo(0, 1e6), "on the schedule's learning rate [1]");
    v("decay", decay, Any(), "whether weight decay applies");
    v("frozen", frozen, Any(), "they stay as they are; statistics of normalisation go on");
  }
};

struct TensorGroup {
  std::string slot;  // "train.groups.head", for messages
  GroupSettings settings;
};

// `train.phases.<name>`: a training is one phase, or these, one after the other.
struct PhaseSettings {
  int64_t epochs = 0;
  double warmup_epochs = -1.0;

  void Visit(OptionVisitor& v) {
    v("epochs", epochs, AtLeast(0), "at most so many passes; 0: train.epochs");
    v("warmup_epochs", warmup_epochs, AtLeast(-1),
      "of this phase's schedule; -1: train.warmup_epochs");
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
