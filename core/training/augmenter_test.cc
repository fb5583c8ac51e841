// The host's part of augmentation: the order of steps, views, composed colours, what is checked.
#include "core/training/augmenter.h"

#include <cmath>

#include "core/training/augmentation_steps_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

Image Noise(int width, int height) {
  Image image(width, height);
  Random random(7);
  for (uint8_t& value : image.bgr) value = static_cast<uint8_t>(random.Index(256));
  return image;
}

// What the network would see, not mirrored.
Image Drawn(const Image& crop, std::vector<const Augmentation*> steps, int size_px,
            Window* window = nullptr) {
  std::vector<AugmentationStep> named;
  for (const Augmentation* step : steps) named.push_back({"train.augmentation.x", step});
  const Augmenter augmenter(named, size_px);
  Random random(1);
  Window own;
  Image scratch;
  const absl::StatusOr<const Image*> drawn =
      augmenter.Draw(crop, random, window == nullptr ? &own : window, &scratch);
  EXPECT_TRUE(drawn.ok()) << drawn.status();
  const Window& seen = window == nullptr ? own : *window;
  Image image(size_px, size_px);
  for (int y = 0; y < size_px; ++y) {
    for (int x = 0; x < size_px; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.Pixel(x, y)[c] = (*drawn)->Pixel(seen.x + x, seen.y + y)[c];
      }
    }
  }
  return image;
}

TEST(Augmenter, WithoutStepsTheCentralSquare) {
  const Image crop = Noise(10, 7);
  Window window;
  const Image seen = Drawn(crop, {}, 4, &window);
  EXPECT_EQ(window.x, 3);
  EXPECT_EQ(window.y, 1);
  EXPECT_FALSE(window.mirror);
  EXPECT_EQ(seen.Pixel(0, 0)[1], crop.Pixel(3, 1)[1]);
}

TEST(Augmenter, AnotherSideIsScaledByAreas) {
  const Image crop = Noise(9, 9);
  InputView view;
  view.x_px = 1;
  view.y_px = 2;
  view.side_px = 6;
  view.mirror = true;
  const FixedView step(view);
  Window window;
  const Image seen = Drawn(crop, {&step}, 3, &window);
  EXPECT_TRUE(window.mirror);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 3; ++x) {
      double sum = 0;
      for (int i = 0; i < 4; ++i) sum += crop.Pixel(1 + 2 * x + i % 2, 2 + 2 * y + i / 2)[0];
      EXPECT_NEAR(seen.Pixel(x, y)[0], sum / 4, 0.51);  // rounded
    }
  }
}

// A quarter turn takes whole pixels to whole pixels.
TEST(Augmenter, AQuarterTurnMovesPixels) {
  const Image crop = Noise(5, 5);
  InputView view;
  view.side_px = 5;
  view.angle_rad = std::acos(-1.0) / 2;
  const FixedView step(view);
  const Image seen = Drawn(crop, {&step}, 5);
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 5; ++x) EXPECT_EQ(seen.Pixel(x, y)[2], crop.Pixel(4 - y, x)[2]);
  }
}

TEST(Augmenter, ColoursAreComposedBeforeTheyAreRounded) {
  const Image crop = Noise(6, 6);
  // To 10 % and back: rounded in between, at most 26 values would be left of 256.
  const Colouring down([](const std::array<double, 3>&, Random&) { return Affine(0.1, 3); });
  const Colouring up([](const std::array<double, 3>&, Random&) { return Affine(10, -30); });
  EXPECT_EQ(Drawn(crop, {&down, &up}, 6).bgr, crop.bgr);
  const PixelStep between([](Random&, Image*) {});
  const Image rounded = Drawn(crop, {&down, &between, &up}, 6);
  for (size_t i = 0; i < crop.bgr.size(); ++i) EXPECT_EQ(rounded.bgr[i] % 10, 0);
}

TEST(Augmenter, AStepSeesTheMeanThatTheStepsBeforeLeave) {
  Image crop = Noise(4, 4);
  double sum = 0;
  for (size_t i = 2; i < crop.bgr.size(); i += 3) sum += crop.bgr[i];
  std::vector<double> seen;
  const Colouring look([&](const std::array<double, 3>& mean, Random&) {
    seen.push_back(mean[2]);
    return Affine(0.5, 10);
  });
  const PixelStep black(
      [](Random&, Image* image) { std::fill(image->bgr.begin(), image->bgr.end(), uint8_t{0}); });
  Drawn(crop, {&look, &look, &black, &look}, 4);
  EXPECT_NEAR(seen[0], sum / 16, 1e-9);
  EXPECT_NEAR(seen[1], sum / 32 + 10, 1e-9);
  EXPECT_EQ(seen[2], 0);
}

TEST(Augmenter, DrawsViewsFirstThenTheOthersInTheirOrder) {
  std::string order;
  const PixelStep pixels([&](Random&, Image*) { order += 'p'; });
  const Colouring colour([&](const std::array<double, 3>&, Random&) {
    order += 'c';
    return kSameColour;
  });
  class Noted : public AnyPlace {
   public:
    explicit Noted(std::string* order) : order_(order) {}
    void Look(int, int, int, Random&, InputView*) const override { *order_ += 'v'; }
    std::string* order_;
  };
  const Noted view(&order);
  Drawn(Noise(4, 4), {&pixels, &view, &colour, &pixels, &view}, 4);
  EXPECT_EQ(order, "vvpcp");
}

TEST(Augmenter, NamesTheStepThatBreaksItsContract) {
  const auto problem = [](const Augmentation& step) {
    const Augmenter augmenter({{"train.augmentation.bad", &step}}, 4);
    Random random(1);
    Window window;
    Image scratch;
    return std::string(augmenter.Draw(Noise(6, 6), random, &window, &scratch).status().message());
  };
  InputView outside;
  outside.x_px = 3;
  outside.side_px = 4;
  EXPECT_THAT(problem(FixedView(outside)),
              HasSubstr("train.augmentation.bad looks outside the crop: 4 px at (3, 0) of 6 x 6"));
  EXPECT_THAT(problem(PixelStep([](Random&, Image* image) { *image = Image(2, 3); })),
              HasSubstr("train.augmentation.bad changes the image's size to 2 x 3"));
  EXPECT_THAT(problem(PixelStep([](Random&, Image*) { throw std::runtime_error("no"); })),
              HasSubstr("train.augmentation.bad: "));
}

}  // namespace
}  // namespace facet
