// A production training of network A, from crops to the optimiser, for programs that measure its step.
#ifndef FACET_BENCHMARKS_VGG_TRAINING_H_
#define FACET_BENCHMARKS_VGG_TRAINING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/api/architecture.h"
#include "core/api/augmentation.h"
#include "core/api/loss.h"
#include "core/api/optimizer.h"
#include "core/api/sampler.h"
#include "core/api/schedule.h"
#include "core/training/batches.h"
#include "core/training/crop_set.h"
#include "core/training/objective.h"
#include "core/training/tensors.h"
#include "core/training/trainer.h"

namespace facet::bench {

struct VggCase {
  int64_t input_px = 64;
  double width = 0.25;
  int64_t fc_size = 512, batch = 64;
  std::string precision = "float32";
  bool jpeg = false;  // crops are decoded at each visit
};

inline constexpr int64_t kIdentities = 100;
inline constexpr double kRate = 1e-3, kMomentum = 0.9, kWeightDecay = 5e-4, kDropout = 0.5;

// Softmax loss, SGD with momentum and weight decay, random windows and mirroring of crops of noise
// 8 px larger than the input, as a row of an experiment would train.
class VggTraining {
 public:
  explicit VggTraining(const VggCase& c);

  Architecture& architecture() { return *architecture_; }
  Loss& loss() { return *loss_; }
  const Optimizer& optimizer() const { return *optimizer_; }
  const Numerics& numerics() const { return numerics_; }
  const Batches& batches() const { return *batches_; }
  ObjectiveParts parts() { return {*architecture_, *loss_, nullptr, "vgg", "softmax", ""}; }
  std::vector<NamedTensor> Parameters();  // of both, in the order of the layers

  // The production loop, until a hook stops it.
  void Run(TrainerHooks hooks);

 private:
  const VggCase case_;
  std::unique_ptr<Architecture> architecture_;
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Schedule> schedule_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Augmentation> crop_, flip_;
  std::vector<int64_t> labels_;
  std::unique_ptr<CropSet> crops_;
  const Numerics numerics_;
  std::unique_ptr<Batches> batches_;
};

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_VGG_TRAINING_H_
