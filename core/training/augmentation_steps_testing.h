// Steps of augmentation and a sampler for tests of what the host does around them.
#ifndef FACET_CORE_TRAINING_AUGMENTATION_STEPS_TESTING_H_
#define FACET_CORE_TRAINING_AUGMENTATION_STEPS_TESTING_H_

#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "core/api/augmentation.h"
#include "core/api/sampler.h"
#include "core/training/augmenter.h"

namespace facet {

// Any place of the network's input in the crop, perhaps mirrored.
class AnyPlace : public Augmentation {
 public:
  AugmentationSort sort() const override { return AugmentationSort::kView; }
  void Look(int width, int height, int, Random& random, InputView* view) const override {
    view->x_px = static_cast<int>(random.Index(static_cast<uint64_t>(width - view->side_px + 1)));
    view->y_px = static_cast<int>(random.Index(static_cast<uint64_t>(height - view->side_px + 1)));
    view->mirror = random.Bernoulli(0.5);
  }
};

class FixedView : public Augmentation {
 public:
  explicit FixedView(const InputView& view) : view_(view) {}
  AugmentationSort sort() const override { return AugmentationSort::kView; }
  void Look(int, int, int, Random&, InputView* view) const override { *view = view_; }

 private:
  const InputView view_;
};

class Colouring : public Augmentation {
 public:
  using Map = std::function<ColourMap(const std::array<double, 3>& mean_bgr, Random& random)>;
  explicit Colouring(Map map) : map_(std::move(map)) {}
  AugmentationSort sort() const override { return AugmentationSort::kColour; }
  ColourMap Colour(const std::array<double, 3>& mean_bgr, Random& random) const override {
    return map_(mean_bgr, random);
  }

 private:
  const Map map_;
};

// All channels: factor p + offset.
inline ColourMap Affine(double factor, double offset) {
  return {factor, 0, 0, offset, 0, factor, 0, offset, 0, 0, factor, offset};
}

class PixelStep : public Augmentation {
 public:
  explicit PixelStep(std::function<void(Random&, Image*)> change) : change_(std::move(change)) {}
  AugmentationSort sort() const override { return AugmentationSort::kPixels; }
  void Change(Random& random, Image* image) const override { change_(random, image); }

 private:
  const std::function<void(Random&, Image*)> change_;
};

// Every image once.
class Shuffled : public Sampler {
 public:
  std::vector<int64_t> Epoch(const std::vector<int64_t>& labels, int64_t,
                             uint64_t seed) const override {
    std::vector<int64_t> order(labels.size());
    std::iota(order.begin(), order.end(), 0);
    Random(seed).Shuffle(order);
    return order;
  }
  bool repeats() const override { return false; }
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_AUGMENTATION_STEPS_TESTING_H_
