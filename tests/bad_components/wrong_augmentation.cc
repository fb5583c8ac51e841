// Augmentations that load and run, each with one thing wrong. Unless said otherwise they are views.
#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "core/api/augmentation.h"

namespace facet {
namespace {

struct WrongOptions {
  double probability = 1.0;
  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit has it [1]");
  }
};

// Spoils the visits that have it.
struct Wrong : Augmentation {
  explicit Wrong(const WrongOptions& options) : probability(options.probability) {}
  AugmentationSort sort() const override { return AugmentationSort::kView; }
  void Look(int width_px, int, int, Random& random, InputView* view) const override {
    if (Happens(probability, random)) Spoil(width_px, random, view);
  }
  virtual void Spoil(int, Random&, InputView*) const {}
  const double probability;
};

struct DoesNothing final : Wrong {
  using Wrong::Wrong;
};

struct LeavesTheCrop final : Wrong {
  using Wrong::Wrong;
  void Spoil(int width_px, Random&, InputView* view) const override { view->x_px = width_px - 1; }
};

struct StartsBeforeTheCrop final : Wrong {
  using Wrong::Wrong;
  void Spoil(int, Random&, InputView* view) const override { view->y_px = -1; }
};

struct Vanishes final : Wrong {
  using Wrong::Wrong;
  void Spoil(int, Random&, InputView* view) const override { view->side_px = 0; }
};

struct TurnsByNan final : Wrong {
  using Wrong::Wrong;
  void Spoil(int, Random&, InputView* view) const override { view->angle_rad = std::nan(""); }
};

// Brings all images to one mean; black has none.
struct DividesByTheMean final : Wrong {
  using Wrong::Wrong;
  AugmentationSort sort() const override { return AugmentationSort::kColour; }
  ColourMap Colour(const std::array<double, 3>& mean_bgr, Random& random) const override {
    if (!Happens(probability, random)) return kSameColour;
    ColourMap map = kSameColour;
    for (size_t c = 0; c < 3; ++c) map[4 * c + c] = 128 / mean_bgr[c];
    return map;
  }
};

struct HalvesTheImage final : Wrong {
  using Wrong::Wrong;
  AugmentationSort sort() const override { return AugmentationSort::kPixels; }
  void Change(Random& random, Image* image) const override {
    if (Happens(probability, random)) *image = Image((image->width + 1) / 2, image->height);
  }
};

struct LosesRows final : Wrong {
  using Wrong::Wrong;
  AugmentationSort sort() const override { return AugmentationSort::kPixels; }
  void Change(Random& random, Image* image) const override {
    if (Happens(probability, random)) image->bgr.resize(image->bgr.size() / 2);
  }
};

struct LimitsTheWidth final : Wrong {
  using Wrong::Wrong;
  AugmentationSort sort() const override { return AugmentationSort::kPixels; }
  void Change(Random& random, Image* image) const override {
    if (!Happens(probability, random)) return;
    if (image->width > 1024) *image = Image(1024, image->height);
    image->bgr[0] ^= 1;
  }
};

struct CountsVisits final : Wrong {
  using Wrong::Wrong;
  void Spoil(int, Random&, InputView* view) const override { view->angle_rad += ++visits; }
  mutable int visits = 0;
};

// The whole process shares a counter.
struct CountsObjects final : Wrong {
  explicit CountsObjects(const WrongOptions& options) : Wrong(options), number(++count) {}
  void Spoil(int, Random&, InputView* view) const override { view->angle_rad += number; }
  inline static int count = 0;
  const int number;
};

// Keeps what it drew where another thread writes too.
struct DrawsIntoTheObject final : Wrong {
  using Wrong::Wrong;
  void Spoil(int, Random& random, InputView* view) const override {
    drawn = random.Uniform();
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    view->angle_rad += drawn;
  }
  mutable std::atomic<double> drawn{0};
};

struct WorksOutOfSort final : Wrong {
  using Wrong::Wrong;
  void Spoil(int, Random&, InputView* view) const override { view->mirror = !view->mirror; }
  void Change(Random&, Image* image) const override { image->bgr[0] ^= 1; }
};

struct NoProbability final : Augmentation {
  explicit NoProbability(const NoOptions&) {}
  AugmentationSort sort() const override { return AugmentationSort::kView; }
  void Look(int, int, int, Random& random, InputView* view) const override {
    view->mirror = random.Bernoulli(0.5);
  }
};

struct IgnoresProbability final : Wrong {
  using Wrong::Wrong;
  void Look(int, int, int, Random&, InputView* view) const override {
    view->mirror = !view->mirror;
  }
};

struct DrawsWhenOff final : Wrong {
  using Wrong::Wrong;
  void Look(int, int, int, Random& random, InputView* view) const override {
    if (random.Bernoulli(probability)) view->mirror = !view->mirror;
  }
};

struct NeverOffOptions : WrongOptions {
  void Visit(OptionVisitor& v) {
    v("probability", probability, AboveUpTo(0, 1), "that a visit has it [1]");
  }
};

struct NeverOff final : Wrong {
  explicit NeverOff(const NeverOffOptions& options) : Wrong(options) {}
  void Spoil(int, Random&, InputView* view) const override { view->mirror = !view->mirror; }
};

struct StrengthOptions : WrongOptions {
  double strength = 0.5;
  void Visit(OptionVisitor& v) {
    WrongOptions::Visit(v);
    v("strength", strength, Range(0, 1), "how much darker it becomes [1]");
  }
};

struct IgnoresStrength final : Wrong {
  explicit IgnoresStrength(const StrengthOptions& options) : Wrong(options) {}
  AugmentationSort sort() const override { return AugmentationSort::kColour; }
  ColourMap Colour(const std::array<double, 3>&, Random& random) const override {
    ColourMap map = kSameColour;
    if (Happens(probability, random)) map[0] = 0.5;
    return map;
  }
};

struct AngleOptions : WrongOptions {
  double angle_rad = 0.5;
  void Visit(OptionVisitor& v) {
    WrongOptions::Visit(v);
    v("angle_rad", angle_rad, Range(0, 1), "largest angle [rad]");
  }
};

struct IgnoresAngle final : Wrong {
  explicit IgnoresAngle(const AngleOptions& options) : Wrong(options) {}
  void Spoil(int, Random&, InputView* view) const override { view->angle_rad += 0.5; }
};

}  // namespace
}  // namespace facet

#define WRONG_WITH(Class, Options, name)                                                         \
  FACET_COMPONENT(facet::Augmentation, facet::Class, facet::Options, name, "wrong augmentation", \
                  "none")
#define WRONG(Class, name) WRONG_WITH(Class, WrongOptions, name)

FACET_PLUGIN_COMPONENTS(
    WRONG(DoesNothing, "does_nothing"), WRONG(LeavesTheCrop, "leaves_the_crop"),
    WRONG(StartsBeforeTheCrop, "starts_before_the_crop"), WRONG(Vanishes, "vanishes"),
    WRONG(TurnsByNan, "turns_by_nan"), WRONG(DividesByTheMean, "divides_by_the_mean"),
    WRONG(HalvesTheImage, "halves_the_image"), WRONG(LosesRows, "loses_rows"),
    WRONG(LimitsTheWidth, "limits_the_width"), WRONG(CountsVisits, "counts_visits"),
    WRONG(CountsObjects, "counts_objects"), WRONG(DrawsIntoTheObject, "draws_into_the_object"),
    WRONG(WorksOutOfSort, "works_out_of_sort"),
    WRONG_WITH(NoProbability, NoOptions, "no_probability"),
    WRONG(IgnoresProbability, "ignores_probability"), WRONG(DrawsWhenOff, "draws_when_off"),
    WRONG_WITH(NeverOff, NeverOffOptions, "never_off"),
    WRONG_WITH(IgnoresStrength, StrengthOptions, "ignores_strength"),
    WRONG_WITH(IgnoresAngle, AngleOptions, "ignores_angle"))
