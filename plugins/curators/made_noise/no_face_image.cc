#include "plugins/curators/made_noise/no_face_image.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/base/check.h"
#include "plugins/rendered_faces/canvas.h"
#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

cv::Scalar DrawColor(FaceRandom& random, double low = 10, double high = 245) {
  const double b = random.Uniform(low, high), g = random.Uniform(low, high);
  return {b, g, random.Uniform(low, high)};
}

// Noise at `octaves` scales, each half as large and half as strong as the one before; [0, 1].
float Clouds(const ValueNoise& noise, float x, float y, int octaves) {
  float sum = 0, weight = 1, total = 0;
  for (int octave = 0; octave < octaves; ++octave) {
    sum += weight * noise(x, y);
    total += weight;
    weight /= 2;
    x = 2 * x + 17;
    y = 2 * y + 31;
  }
  return sum / total;
}

cv::Scalar Between(const cv::Scalar& a, const cv::Scalar& b, double share) {
  return a + (b - a) * share;
}

void SetPixel(cv::Mat& canvas, int x, int y, const cv::Scalar& color) {
  canvas.at<cv::Vec3b>(y, x) = {cv::saturate_cast<uint8_t>(color[0]),
                                cv::saturate_cast<uint8_t>(color[1]),
                                cv::saturate_cast<uint8_t>(color[2])};
}

void PaintTexture(FaceRandom& random, cv::Mat& canvas) {
  const ValueNoise noise(MixSeed(static_cast<uint64_t>(random.Index(1 << 30)), 5));
  const cv::Scalar dark = DrawColor(random, 0, 150), light = DrawColor(random, 90, 255);
  const double cells_x = random.Uniform(3, 30), cells_y = random.Uniform(3, 30);
  const int octaves = 1 + random.Index(5);
  const bool woven = random.Chance(0.4);
  const double stripes = random.Uniform(10, 50), angle = random.Uniform(0, M_PI);
  for (int y = 0; y < canvas.rows; ++y) {
    for (int x = 0; x < canvas.cols; ++x) {
      const double u = static_cast<double>(x) / canvas.cols;
      const double v = static_cast<double>(y) / canvas.rows;
      double value =
          Clouds(noise, static_cast<float>(u * cells_x), static_cast<float>(v * cells_y), octaves);
      if (woven) {
        const double across = u * std::cos(angle) + v * std::sin(angle);
        value = 0.5 * value + 0.25 * (1 + std::sin(2 * M_PI * stripes * across));
      }
      SetPixel(canvas, x, y, Between(dark, light, value));
    }
  }
}

void PaintShape(FaceRandom& random, cv::Mat& canvas, const cv::Scalar& color) {
  const int side = std::min(canvas.cols, canvas.rows);
  const cv::Point centre(static_cast<int>(canvas.cols * random.Uniform(0.3, 0.7)),
                         static_cast<int>(canvas.rows * random.Uniform(0.25, 0.55)));
  const int radius = static_cast<int>(side * random.Uniform(0.1, 0.28));
  const int line = random.Chance(0.5) ? cv::FILLED : std::max(2, side / 25);
  const int kind = random.Index(3);
  if (kind == 0) return cv::circle(canvas, centre, radius, color, line, cv::LINE_AA);
  if (kind == 1) {
    return cv::rectangle(canvas, centre - cv::Point(radius, radius / 2),
                         centre + cv::Point(radius, radius / 2), color, line);
  }
  const int corners = 3 + random.Index(4);
  const double turn = random.Uniform(0, 2 * M_PI);
  std::vector<cv::Point> polygon;
  for (int i = 0; i < corners; ++i) {
    const double angle = turn + 2 * M_PI * i / corners;
    polygon.push_back(centre + cv::Point(static_cast<int>(radius * std::cos(angle)),
                                         static_cast<int>(radius * std::sin(angle))));
  }
  cv::fillPoly(canvas, std::vector<std::vector<cv::Point>>{polygon}, color, cv::LINE_AA);
}

// Letters are boxes of one height and different widths.
void PaintLetters(FaceRandom& random, cv::Mat& canvas, const cv::Scalar& ink) {
  const int letter = std::max(3, static_cast<int>(canvas.rows * random.Uniform(0.06, 0.16)));
  const int top = static_cast<int>(canvas.rows * random.Uniform(0.7, 0.8));
  const int end = static_cast<int>(canvas.cols * random.Uniform(0.7, 0.9));
  for (int x = canvas.cols / 8; x < end;) {
    const int width = std::max(2, static_cast<int>(letter * random.Uniform(0.3, 0.9)));
    if (!random.Chance(0.15)) cv::rectangle(canvas, {x, top, width, letter}, ink, cv::FILLED);
    x += width + std::max(2, letter / 4);
  }
}

void PaintLogo(FaceRandom& random, cv::Mat& canvas) {
  const bool on_dark = random.Chance(0.3);
  canvas.setTo(on_dark ? DrawColor(random, 0, 60) : DrawColor(random, 200, 255));
  const cv::Scalar ink = on_dark ? DrawColor(random, 150, 255) : DrawColor(random, 0, 150);
  const int shapes = 1 + random.Index(3);
  for (int i = 0; i < shapes; ++i) {
    PaintShape(random, canvas, i == 0 ? ink : DrawColor(random));
  }
  PaintLetters(random, canvas, ink);
}

void PaintLandscape(FaceRandom& random, cv::Mat& canvas) {
  const cv::Scalar zenith(random.Uniform(120, 255), random.Uniform(80, 200),
                          random.Uniform(40, 180));
  const cv::Scalar haze(random.Uniform(170, 255), random.Uniform(170, 240),
                        random.Uniform(170, 255));
  const int horizon = static_cast<int>(canvas.rows * random.Uniform(0.4, 0.7));
  const ValueNoise clouds(static_cast<uint64_t>(random.Index(1 << 30)));
  for (int y = 0; y < canvas.rows; ++y) {
    const cv::Scalar clear = Between(zenith, haze, std::min(1.0, 1.0 * y / horizon));
    for (int x = 0; x < canvas.cols; ++x) {
      const float cover = Clouds(clouds, 5.0f * x / canvas.cols, 9.0f * y / canvas.rows, 4);
      SetPixel(canvas, x, y,
               Between(clear, cv::Scalar::all(240), std::max(0.0f, cover - 0.5f) * 1.6));
    }
  }
  // Ridges from far and pale to near and dark; the nearest is a meadow or water.
  const int ridges = 2 + random.Index(3);
  const cv::Scalar near_color(random.Uniform(20, 110), random.Uniform(50, 130),
                              random.Uniform(10, 90));
  for (int ridge = 1; ridge <= ridges; ++ridge) {
    const ValueNoise height(static_cast<uint64_t>(random.Index(1 << 30)));
    const double share = static_cast<double>(ridge) / ridges;
    const double base = horizon + share * 0.5 * (canvas.rows - horizon);
    const double rise = canvas.rows * random.Uniform(0.05, 0.25) * (1.2 - share);
    for (int x = 0; x < canvas.cols; ++x) {
      const float up = Clouds(height, 6.0f * x / canvas.cols, 0.5f, 5);
      const int top = std::max(0, static_cast<int>(base - rise * up));
      for (int y = top; y < canvas.rows; ++y) {
        const float grain = Clouds(height, 40.0f * x / canvas.cols, 70.0f * y / canvas.rows, 3);
        SetPixel(canvas, x, y, Between(haze, near_color, share) * (0.8 + 0.4 * grain));
      }
    }
  }
}

}  // namespace

std::string NoFaceKind(uint64_t seed) {
  const char* const kinds[] = {"texture", "logo", "landscape"};
  return kinds[MixSeed(seed, 401) % 3];
}

Image PaintNoFace(uint64_t seed, int width_px, int height_px) {
  FACET_CHECK(width_px >= 16 && height_px >= 16);
  Image image(width_px, height_px);
  cv::Mat canvas(height_px, width_px, CV_8UC3, image.bgr.data());
  FaceRandom random(MixSeed(seed, 402));
  const std::string kind = NoFaceKind(seed);
  if (kind == "texture") PaintTexture(random, canvas);
  if (kind == "logo") PaintLogo(random, canvas);
  if (kind == "landscape") PaintLandscape(random, canvas);
  return image;
}

}  // namespace facet
