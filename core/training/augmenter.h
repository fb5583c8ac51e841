// A row's augmentations, drawn for one visit of an image (core/api/augmentation.h).
//
// First all steps that choose the view, which is resampled once; then, in the row's order, those of
// colour and of pixels. Everything is drawn from the one stream that is handed in.
#ifndef FACET_CORE_TRAINING_AUGMENTER_H_
#define FACET_CORE_TRAINING_AUGMENTER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/augmentation.h"
#include "core/api/image.h"
#include "core/base/random.h"
#include "core/training/input_writer.h"

namespace facet {

struct AugmentationStep {
  std::string slot;                    // "train.augmentation.crop", for messages
  const Augmentation* step = nullptr;  // outlives the augmenter
};

class Augmenter {
 public:
  Augmenter(std::vector<AugmentationStep> steps, int64_t size_px);

  // What the network sees of the crop: *window of the returned image, which is the crop itself, or
  // *scratch where pixels change. Any thread. Internal: a step broke its contract.
  absl::StatusOr<const Image*> Draw(const Image& crop, Random& random, Window* window,
                                    Image* scratch) const;

 private:
  absl::StatusOr<InputView> DrawView(const Image& crop, Random& random) const;
  absl::Status ChangePixels(Random& random, Image* image) const;

  std::vector<AugmentationStep> view_, pixels_;
  const int size_px_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_AUGMENTER_H_
