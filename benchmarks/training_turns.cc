// facet's sides of peers/training_step.py: steps of training network A, by turns (turns.h).
//
//   training_turns SIDE PRECISION PX WIDTH FC_SIZE BATCH STEPS
//
// SIDE: "facet", the production loop with batches made in the background; "jpeg", the same with crops
// that are JPEG files, decoded at each visit; "ready", its step on one ready batch; "convolutions",
// those of the network alone, forward and backward. A turn is STEPS steps. All train from the same
// weights, which are a formula as the images of `first_loss` are, so that the peer's can be the same.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "benchmarks/process_memory.h"
#include "benchmarks/taken_steps.h"
#include "benchmarks/turns.h"
#include "benchmarks/vgg_parts.h"
#include "benchmarks/vgg_training.h"
#include "core/base/check.h"
#include "core/training/learned_tensors.h"

namespace facet::bench {
namespace {

Batch MakeBatch(const VggCase& c) {
  Batch batch;
  batch.pixels.resize(static_cast<size_t>(c.batch * c.input_px * c.input_px * 3));
  for (size_t i = 0; i < batch.pixels.size(); ++i) {
    const uint32_t byte = Mixed(static_cast<uint32_t>(i)) & 255U;
    batch.pixels[i] = (static_cast<float>(byte) - 127.5f) / 64;
  }
  for (int64_t i = 0; i < c.batch; ++i) batch.labels.push_back(i % kIdentities);
  return batch;
}

// Without dropout.
double FirstLoss(VggTraining& training, const VggCase& c) {
  const at::NoGradGuard no_gradient;
  const Batch batch = MakeBatch(c);
  const at::Tensor images = ImagesOf(batch, c.input_px, {});
  const at::Tensor scores =
      *training.loss().Scores(training.architecture().Forward(images, /*training=*/false));
  return at::cross_entropy_loss(scores, LabelsOf(batch, {})).item<double>();
}

// Forward, backward and the optimiser, without the making of batches.
class ReadySteps {
 public:
  ReadySteps(VggTraining& training, const VggCase& c)
      : batch_(MakeBatch(c)),
        objective_(training.parts(), /*micro_batch=*/0, MemorySettings(), training.numerics()),
        learned_(training.optimizer(), "sgd", LoopSettings().decay_vectors) {
    Require(learned_.Add("", training.architecture().Parameters(), training.numerics()));
    Require(learned_.Add("loss.", training.loss().Parameters(), Numerics()));
    Require(learned_.SetGroups({}, {}));
  }

  double Steps(int64_t count) {
    double loss = 0;
    for (int64_t i = 0; i < count; ++i, ++step_) {
      learned_.ZeroGradients();
      const auto value = objective_.Differentiate(batch_, step_, static_cast<uint64_t>(step_));
      Require(value.status());
      loss = value->loss;
      Require(learned_.Step(kRate));
    }
    return loss;
  }

 private:
  const Batch batch_;
  Objective objective_;
  LearnedTensors learned_;
  int64_t step_ = 0;
};

// take(count) does the steps and returns the loss.
template <class Take>
int Answer(int64_t steps, double idle_mib, const Findings& known, const Take& take) {
  return TakeTurns(idle_mib, [&] {
    Findings findings = known;
    const int64_t faults = PageFaults();
    findings.emplace_back("loss", take(steps));
    const auto new_faults = static_cast<double>(PageFaults() - faults);
    findings.emplace_back("page_faults_per_step", new_faults / static_cast<double>(steps));
    return findings;
  });
}

// The production loop, with its own figure of the loss.
int AnswerByTrainer(VggTraining& training, int64_t steps, double idle_mib, const Findings& known) {
  TakenSteps taken;
  double loss = 0;
  TrainerHooks hooks;
  hooks.progress = [&](int64_t, int64_t, const std::string& note) {
    loss = std::strtod(note.c_str() + note.rfind(' '), nullptr);
    taken.Done();
  };
  hooks.stop_requested = [&] { return taken.Stops(); };
  return taken.Run([&] { training.Run(hooks); },
                   [&] {
                     return Answer(steps, idle_mib, known, [&](int64_t count) {
                       FACET_CHECK(taken.Take(count));
                       return loss;
                     });
                   });
}

int Main(const std::string& side, VggCase c, int64_t steps) {
  c.jpeg = side == "jpeg";
  const double idle_mib = MemoryMib("VmRSS");
  if (side == "convolutions") {
    const VggConvolutions convolutions(kNetworkA, c.input_px, c.width, c.batch,
                                       *PrepareTorch("cpu", c.precision, NumThreads()));
    return Answer(steps, idle_mib, {}, [&](int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        convolutions.Forward();
        convolutions.Backward();
      }
      return 0.0;
    });
  }
  VggTraining training(c);
  SetWeights(training.Parameters());
  const Findings known = {{"first_loss", FirstLoss(training, c)}};
  if (side == "ready") {
    ReadySteps ready(training, c);
    return Answer(steps, idle_mib, known, [&](int64_t count) { return ready.Steps(count); });
  }
  FACET_CHECK(side == "facet" || side == "jpeg");
  return AnswerByTrainer(training, steps, idle_mib, known);
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr, "usage: training_turns SIDE PRECISION PX WIDTH FC_SIZE BATCH STEPS\n");
    return 2;
  }
  facet::bench::VggCase c;
  c.precision = argv[2];
  c.input_px = std::atoll(argv[3]);
  c.width = std::atof(argv[4]);
  c.fc_size = std::atoll(argv[5]);
  c.batch = std::atoll(argv[6]);
  return facet::bench::Main(argv[1], c, std::atoll(argv[7]));
}
