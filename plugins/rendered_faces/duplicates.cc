#include "plugins/rendered_faces/duplicates.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "plugins/rendered_faces/photo.h"
#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

// How many px can be cut between a picture's edge and the face, at most `limit`.
int Cut(FaceRandom& random, double room_px, double limit_px) {
  return static_cast<int>(random.Uniform() * std::max(0.0, std::min(room_px, limit_px)));
}

void DrawCrop(FaceRandom& random, int width, int height, const Box& face, DuplicatePlan& plan) {
  const double margin = 0.1 * std::max(face.width, face.height);
  const double limit = 0.2 * std::min(width, height);
  plan.crop_x = Cut(random, face.x - margin, limit);
  plan.crop_y = Cut(random, face.y - margin, limit);
  plan.crop_width -= plan.crop_x + Cut(random, width - face.x - face.width - margin, limit);
  plan.crop_height -= plan.crop_y + Cut(random, height - face.y - face.height - margin, limit);
}

// Letters are boxes: a caption that nobody reads needs no font.
void WriteCaption(const DuplicatePlan& plan, cv::Mat& bar) {
  FaceRandom random(plan.caption_seed);
  bar.setTo(cv::Scalar::all(plan.caption_dark ? 16 : 238));
  const cv::Scalar ink = cv::Scalar::all(plan.caption_dark ? 230 : 24);
  const int letter = std::max(2, bar.rows / 3), top = bar.rows / 3;
  int x = static_cast<int>(random.Uniform(0.05, 0.3) * bar.cols);
  const int end = static_cast<int>(random.Uniform(0.6, 0.95) * bar.cols);
  while (x < end) {
    const int width = std::max(1, static_cast<int>(letter * random.Uniform(0.3, 0.8)));
    if (!random.Chance(0.17))
      bar(cv::Rect(x, top, width, letter) & cv::Rect(0, 0, bar.cols, bar.rows)).setTo(ink);
    x += width + std::max(1, letter / 4);
  }
}

}  // namespace

DuplicatePlan DrawDuplicate(uint64_t seed, int width, int height, const Box& face,
                            const DuplicateRates& rates) {
  FaceRandom random(MixSeed(seed, 301));
  DuplicatePlan plan;
  plan.crop_width = width;
  plan.crop_height = height;
  if (random.Chance(rates.crop)) DrawCrop(random, width, height, face, plan);
  const double scale = random.Chance(rates.resize) ? random.Uniform(0.65, 1.3) : 1;
  plan.width = std::max(16, static_cast<int>(std::lround(plan.crop_width * scale)));
  plan.height = std::max(16, static_cast<int>(std::lround(plan.crop_height * scale)));
  if (random.Chance(rates.recolor)) {
    for (float& gain : plan.gain) gain = static_cast<float>(random.Uniform(0.88, 1.12));
    plan.gamma = static_cast<float>(random.Uniform(0.75, 1.3));
  }
  if (random.Chance(rates.caption)) {
    plan.caption_px = std::max(4, static_cast<int>(plan.height * random.Uniform(0.06, 0.16)));
  }
  plan.caption_dark = random.Chance(0.6);
  plan.caption_seed = MixSeed(seed, 302);
  plan.jpeg_quality = 40 + random.Index(50);
  return plan;
}

Image ApplyDuplicate(const DuplicatePlan& plan, const Image& original) {
  const cv::Mat view(original.height, original.width, CV_8UC3,
                     const_cast<uint8_t*>(original.bgr.data()));
  Image out(plan.width, plan.height + plan.caption_px);
  cv::Mat canvas(out.height, out.width, CV_8UC3, out.bgr.data());
  cv::Mat picture = canvas.rowRange(0, plan.height);
  cv::resize(view(cv::Rect(plan.crop_x, plan.crop_y, plan.crop_width, plan.crop_height)), picture,
             picture.size(), 0, 0,
             plan.width < plan.crop_width ? cv::INTER_AREA : cv::INTER_LINEAR);
  if (plan.caption_px > 0) {
    cv::Mat bar = canvas.rowRange(plan.height, out.height);
    WriteCaption(plan, bar);
  }
  uint8_t table[3][256];
  for (int c = 0; c < 3; ++c) {
    for (int code = 0; code < 256; ++code) {
      const float value = 255 * plan.gain[c] * std::pow(static_cast<float>(code) / 255, plan.gamma);
      table[c][code] = static_cast<uint8_t>(std::min(255.0f, value) + 0.5f);
    }
  }
  const size_t picture_bytes = static_cast<size_t>(plan.width) * plan.height * 3;
  for (size_t i = 0; i < picture_bytes; ++i) out.bgr[i] = table[i % 3][out.bgr[i]];
  return Recompress(out, plan.jpeg_quality);
}

FaceTruth ApplyDuplicate(const DuplicatePlan& plan, const FaceTruth& original) {
  // Pixel centres are at integers: the picture's left edge lies at -0.5.
  const double sx = static_cast<double>(plan.width) / plan.crop_width;
  const double sy = static_cast<double>(plan.height) / plan.crop_height;
  const auto move = [&](Point p) {
    return Point{(p.x - plan.crop_x + 0.5) * sx - 0.5, (p.y - plan.crop_y + 0.5) * sy - 0.5};
  };
  FaceTruth out;
  const Point corner = move({original.box.x, original.box.y});
  out.box = {corner.x, corner.y, original.box.width * sx, original.box.height * sy};
  for (size_t i = 0; i < out.landmarks.size(); ++i) out.landmarks[i] = move(original.landmarks[i]);
  return out;
}

}  // namespace facet
