#include "plugins/rendered_faces/backdrop.h"

#include <algorithm>
#include <cmath>

#include "core/base/processors.h"
#include "plugins/rendered_faces/canvas.h"
#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

FaceColor RandomColor(FaceRandom& random, double saturation) {
  const double gray = random.Uniform(0.05, 0.95);
  FaceColor color;
  for (float& c : color) {
    const double value =
        std::min(1.0, std::max(0.02, gray + saturation * random.Uniform(-0.5, 0.5)));
    c = static_cast<float>(std::pow(value, 2.2));
  }
  return color;
}

struct Shape {  // of the background, in shares of the image's side
  bool ellipse;
  float x, y, half_width, half_height, cos, sin, softness;
  FaceColor color;
};

FACET_FOR_EACH_PROCESSOR void CoverRow(const Shape& shape, int x0, int count, float dy, float scale,
                                       float* alpha) {
  const Shape its = shape;
  for (int i = 0; i < count; ++i) {
    const float dx = static_cast<float>(x0 + i) / scale - its.x;
    const float a = std::abs(dx * its.cos + dy * its.sin) / its.half_width;
    const float b = std::abs(dy * its.cos - dx * its.sin) / its.half_height;
    const float r = its.ellipse ? std::sqrt(a * a + b * b) : std::max(a, b);
    alpha[i] = SmoothStep(1 + its.softness, 1 - its.softness, r);
  }
}

void PaintShape(const Shape& shape, LinearImage& image, int size) {
  const float reach =
      std::sqrt(shape.half_width * shape.half_width + shape.half_height * shape.half_height) *
      (1 + shape.softness);
  const float scale = static_cast<float>(size);
  const int x0 = std::max(0, static_cast<int>((shape.x - reach) * scale));
  const int x1 = std::min(size - 1, static_cast<int>((shape.x + reach) * scale));
  const int y0 = std::max(0, static_cast<int>((shape.y - reach) * scale));
  const int y1 = std::min(size - 1, static_cast<int>((shape.y + reach) * scale));
  if (x0 > x1) return;
  std::vector<float> alpha(static_cast<size_t>(x1 - x0 + 1));
  for (int y = y0; y <= y1; ++y) {
    CoverRow(shape, x0, static_cast<int>(alpha.size()), static_cast<float>(y) / scale - shape.y,
             scale, alpha.data());
    FaceColor* pixels = &image[static_cast<size_t>(y) * size + x0];
    for (size_t i = 0; i < alpha.size(); ++i) {
      if (alpha[i] > 0) Blend(pixels[i], shape.color, alpha[i]);
    }
  }
}

FACET_FOR_EACH_PROCESSOR void MixRows(const float* a, const float* b, float share, int count,
                                      float* out) {
  for (int i = 0; i < count; ++i) out[i] = Mix(a[i], b[i], share);
}

// Bilinear: each row of the scene is enlarged once.
LinearImage Enlarge(const LinearImage& scene, int small, int size) {
  LinearImage image(static_cast<size_t>(size) * size);
  const float step = static_cast<float>(small - 1) / static_cast<float>(size);
  std::vector<size_t> from(static_cast<size_t>(size));
  std::vector<float> share(from.size());
  for (int x = 0; x < size; ++x) {
    const float fx = static_cast<float>(x) * step;
    from[x] = static_cast<size_t>(fx);
    share[x] = fx - static_cast<float>(from[x]);
  }
  LinearImage wide(static_cast<size_t>(small) * size);
  for (int y = 0; y < small; ++y) {
    const FaceColor* row = &scene[static_cast<size_t>(y) * small];
    FaceColor* out = &wide[static_cast<size_t>(y) * size];
    for (int x = 0; x < size; ++x) {
      const FaceColor* a = row + from[x];
      for (int c = 0; c < 3; ++c) out[x][c] = Mix(a[0][c], a[1][c], share[x]);
    }
  }
  for (int y = 0; y < size; ++y) {
    const float fy = static_cast<float>(y) * step;
    const size_t iy = static_cast<size_t>(fy);
    const FaceColor* row = &wide[iy * size];
    MixRows(row[0].data(), row[size].data(), fy - static_cast<float>(iy), 3 * size,
            image[static_cast<size_t>(y) * size].data());
  }
  return image;
}

}  // namespace

LinearImage DrawBackground(uint64_t seed, int size) {
  FaceRandom random(MixSeed(seed, 21));
  const double saturation = random.Uniform(0.05, 0.6);
  const FaceColor top = RandomColor(random, saturation), bottom = RandomColor(random, saturation);
  // Out of focus: drawn small and enlarged.
  const int small = std::max(16, static_cast<int>(size * random.Uniform(0.15, 0.8)));
  LinearImage scene(static_cast<size_t>(small) * small);
  for (int y = 0; y < small; ++y) {
    FaceColor row = top;
    Blend(row, bottom, static_cast<float>(y) / static_cast<float>(small));
    std::fill_n(scene.begin() + static_cast<std::ptrdiff_t>(y) * small, small, row);
  }
  const int shapes = random.Index(random.Chance(0.3) ? 4 : 26);
  for (int i = 0; i < shapes; ++i) {
    Shape shape;
    shape.ellipse = random.Chance(0.4);
    shape.x = static_cast<float>(random.Uniform(-0.1, 1.1));
    shape.y = static_cast<float>(random.Uniform(-0.1, 1.1));
    shape.half_width = static_cast<float>(0.02 + 0.3 * random.Uniform() * random.Uniform());
    shape.half_height = static_cast<float>(0.02 + 0.5 * random.Uniform() * random.Uniform());
    const double angle = random.Chance(0.6) ? 0 : random.Uniform(0, M_PI);
    shape.cos = static_cast<float>(std::cos(angle));
    shape.sin = static_cast<float>(std::sin(angle));
    shape.softness = static_cast<float>(random.Uniform(0.02, 0.4));
    shape.color = RandomColor(random, saturation);
    PaintShape(shape, scene, small);
  }
  return Enlarge(scene, small, size);
}

void DrawOccluder(const FaceScene& scene, const FaceColor& skin, const Box& box, LinearImage& image,
                  int size) {
  if (scene.occluder != Occluder::kHand && scene.occluder != Occluder::kBlock) return;
  FaceRandom random(MixSeed(scene.seed, 23));
  const float scale = 1 / static_cast<float>(size);
  const float width = static_cast<float>(box.width) * scale;
  const float height = static_cast<float>(box.height) * scale;
  const float side = random.Chance(0.5) ? 1.0f : -1.0f;
  Shape shape;
  shape.softness = 0.06f;
  shape.x = static_cast<float>(box.x) * scale +
            width * (0.5f + side * static_cast<float>(random.Uniform(0.25, 0.6)));
  shape.y =
      static_cast<float>(box.y) * scale + height * static_cast<float>(random.Uniform(0.35, 1.0));
  const double angle = random.Uniform(-0.6, 0.6);
  shape.cos = static_cast<float>(std::cos(angle));
  shape.sin = static_cast<float>(std::sin(angle));
  if (scene.occluder == Occluder::kBlock) {
    shape.ellipse = random.Chance(0.5);
    shape.half_width = width * static_cast<float>(random.Uniform(0.15, 0.4));
    shape.half_height = height * static_cast<float>(random.Uniform(0.15, 0.5));
    shape.color = RandomColor(random, 0.5);
    PaintShape(shape, image, size);
    return;
  }
  shape.ellipse = true;
  for (int finger = 0; finger < 4; ++finger) {
    shape.half_width = 0.07f * width;
    shape.half_height = 0.33f * height;
    const float shade = finger % 2 == 0 ? 0.95f : 0.8f;
    for (size_t c = 0; c < 3; ++c) {
      shape.color[c] = shade * skin[c] * (scene.ambient_color[c] + 0.7f * scene.light_color[c]);
    }
    PaintShape(shape, image, size);
    shape.x += 0.125f * width * shape.cos;
    shape.y += 0.125f * width * shape.sin;
  }
}

}  // namespace facet
