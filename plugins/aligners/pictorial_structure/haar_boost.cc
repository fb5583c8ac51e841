#include "plugins/aligners/pictorial_structure/haar_boost.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/base/check.h"

namespace facet {
namespace {

// Thresholds tried for a feature: borders between bins of equally many windows.
constexpr int kBins = 64;
constexpr size_t kWindowsForBorders = 4000;
// Standard deviation below which a window counts as flat [grey levels].
constexpr double kLeastDeviation = 4.0;

// Columns and rows of cells.
std::array<int, 2> Cells(HaarKind kind) {
  switch (kind) {
    case HaarKind::kLeftRight:
      return {2, 1};
    case HaarKind::kTopBottom:
      return {1, 2};
    case HaarKind::kMiddleColumn:
      return {3, 1};
    case HaarKind::kMiddleRow:
      return {1, 3};
    case HaarKind::kChessboard:
      return {2, 2};
  }
  return {0, 0};
}

// All windows' values of one feature, as bins.
struct BinnedFeature {
  HaarFeature feature;
  std::vector<float> borders;  // kBins - 1, rising; bin b holds borders[b - 1] <= value
  std::vector<uint8_t> bins;   // one a window
};

BinnedFeature Bin(const HaarFeature& feature, const std::vector<IntegralImage>& images,
                  const std::vector<HaarWindow>& windows,
                  const std::vector<double>& inverse_deviations) {
  std::vector<float> values(windows.size());
  for (size_t i = 0; i < windows.size(); ++i) {
    const HaarWindow& window = windows[i];
    values[i] = static_cast<float>(images[static_cast<size_t>(window.image)].Value(
        feature, window.x, window.y, inverse_deviations[i]));
  }
  BinnedFeature binned{feature, {}, {}};
  // The borders follow a part of many windows: their places need not be exact.
  std::vector<float> sorted;
  const size_t step = 1 + values.size() / kWindowsForBorders;
  for (size_t i = 0; i < values.size(); i += step) sorted.push_back(values[i]);
  std::sort(sorted.begin(), sorted.end());
  for (size_t b = 1; b < kBins; ++b) {
    const float border = sorted[b * sorted.size() / kBins];
    if (binned.borders.empty() || border > binned.borders.back()) binned.borders.push_back(border);
  }
  binned.bins.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    binned.bins[i] = static_cast<uint8_t>(
        std::upper_bound(binned.borders.begin(), binned.borders.end(), values[i]) -
        binned.borders.begin());
  }
  return binned;
}

struct Split {
  double error = 0.0;  // weighted squares that it explains, to be made large
  size_t border = 0;
  double above = 0.0, below = 0.0;
};

// The best threshold of one feature: least squares of the labels under the weights.
Split BestSplit(const BinnedFeature& feature, const std::vector<double>& weights,
                const std::vector<double>& weighted_labels) {
  std::array<double, kBins> weight = {}, label = {};
  for (size_t i = 0; i < weights.size(); ++i) {
    weight[feature.bins[i]] += weights[i];
    label[feature.bins[i]] += weighted_labels[i];
  }
  double all_weight = 0.0, all_label = 0.0;
  for (int b = 0; b < kBins; ++b) {
    all_weight += weight[static_cast<size_t>(b)];
    all_label += label[static_cast<size_t>(b)];
  }
  Split best;
  double below_weight = 0.0, below_label = 0.0;
  for (size_t border = 0; border < feature.borders.size(); ++border) {
    below_weight += weight[border];
    below_label += label[border];
    const double above_weight = all_weight - below_weight, above_label = all_label - below_label;
    if (below_weight < 1e-9 || above_weight < 1e-9) continue;
    const double explained =
        below_label * below_label / below_weight + above_label * above_label / above_weight;
    if (explained > best.error) {
      best = {explained, border, above_label / above_weight, below_label / below_weight};
    }
  }
  return best;
}

}  // namespace

bool FitsWindow(const HaarFeature& feature) {
  const std::array<int, 2> cells = Cells(feature.kind);
  return cells[0] > 0 && feature.x >= 0 && feature.y >= 0 && feature.cell_width >= 1 &&
         feature.cell_height >= 1 && feature.cell_width <= kWindowPx &&
         feature.cell_height <= kWindowPx && feature.x <= kWindowPx && feature.y <= kWindowPx &&
         feature.x + cells[0] * feature.cell_width <= kWindowPx &&
         feature.y + cells[1] * feature.cell_height <= kWindowPx;
}

std::vector<HaarFeature> AllHaarFeatures() {
  std::vector<HaarFeature> features;
  for (int kind = 0; kind < kHaarKinds; ++kind) {
    for (int y = 0; y < kWindowPx; ++y) {
      for (int x = 0; x < kWindowPx; ++x) {
        for (int height = 1; height <= kWindowPx; ++height) {
          for (int width = 1; width <= kWindowPx; ++width) {
            const HaarFeature feature = {static_cast<HaarKind>(kind), x, y, width, height};
            if (FitsWindow(feature)) features.push_back(feature);
          }
        }
      }
    }
  }
  return features;
}

IntegralImage::IntegralImage(const cv::Mat& grey) {
  cv::integral(grey, sums_, squares_, CV_32S, CV_64F);
}

double IntegralImage::Mean(int x, int y, int width, int height) const {
  const int* top = sums_.ptr<int>(y);
  const int* bottom = sums_.ptr<int>(y + height);
  return static_cast<double>(bottom[x + width] - bottom[x] - top[x + width] + top[x]) /
         (width * height);
}

double IntegralImage::InverseDeviation(int x, int y) const {
  const double* top = squares_.ptr<double>(y);
  const double* bottom = squares_.ptr<double>(y + kWindowPx);
  const double square =
      (bottom[x + kWindowPx] - bottom[x] - top[x + kWindowPx] + top[x]) / (kWindowPx * kWindowPx);
  const double mean = Mean(x, y, kWindowPx, kWindowPx);
  return 1.0 / std::max(kLeastDeviation, std::sqrt(std::max(0.0, square - mean * mean)));
}

double IntegralImage::Value(const HaarFeature& feature, int x, int y,
                            double inverse_deviation) const {
  const int left = x + feature.x, top = y + feature.y;
  const int w = feature.cell_width, h = feature.cell_height;
  double value = 0.0;
  switch (feature.kind) {
    case HaarKind::kLeftRight:
      value = Mean(left, top, w, h) - Mean(left + w, top, w, h);
      break;
    case HaarKind::kTopBottom:
      value = Mean(left, top, w, h) - Mean(left, top + h, w, h);
      break;
    case HaarKind::kMiddleColumn:
      value =
          Mean(left + w, top, w, h) - (Mean(left, top, w, h) + Mean(left + 2 * w, top, w, h)) / 2;
      break;
    case HaarKind::kMiddleRow:
      value =
          Mean(left, top + h, w, h) - (Mean(left, top, w, h) + Mean(left, top + 2 * h, w, h)) / 2;
      break;
    case HaarKind::kChessboard:
      value = (Mean(left, top, w, h) + Mean(left + w, top + h, w, h) - Mean(left + w, top, w, h) -
               Mean(left, top + h, w, h)) /
              2;
      break;
  }
  return value * inverse_deviation;
}

double LogOdds(const HaarClassifier& classifier, const IntegralImage& image, int x, int y) {
  const double inverse_deviation = image.InverseDeviation(x, y);
  double sum = 0.0;
  for (const HaarStump& stump : classifier) {
    const auto value = static_cast<float>(image.Value(stump.feature, x, y, inverse_deviation));
    sum += value >= stump.threshold ? stump.above : stump.below;
  }
  return 2.0 * sum;
}

HaarClassifier TrainHaarClassifier(const std::vector<IntegralImage>& images,
                                   const std::vector<HaarWindow>& positives,
                                   const std::vector<HaarWindow>& negatives,
                                   const HaarBoostSettings& settings, uint64_t seed) {
  FACET_CHECK(!positives.empty() && !negatives.empty());
  Random random(seed);
  std::vector<HaarWindow> windows = positives;
  windows.insert(windows.end(), negatives.begin(), negatives.end());
  std::vector<double> inverse_deviations, weights, labels;
  for (size_t i = 0; i < windows.size(); ++i) {
    inverse_deviations.push_back(
        images[static_cast<size_t>(windows[i].image)].InverseDeviation(windows[i].x, windows[i].y));
    const bool positive = i < positives.size();
    labels.push_back(positive ? 1.0 : -1.0);
    weights.push_back(0.5 / static_cast<double>(positive ? positives.size() : negatives.size()));
  }
  std::vector<HaarFeature> all = AllHaarFeatures();
  random.Shuffle(all);
  std::vector<BinnedFeature> features;
  for (int i = 0; i < settings.features && i < static_cast<int>(all.size()); ++i) {
    features.push_back(Bin(all[static_cast<size_t>(i)], images, windows, inverse_deviations));
  }
  HaarClassifier classifier;
  std::vector<double> weighted_labels(windows.size());
  for (int round = 0; round < settings.rounds; ++round) {
    for (size_t i = 0; i < windows.size(); ++i) weighted_labels[i] = weights[i] * labels[i];
    Split best;
    const BinnedFeature* chosen = nullptr;
    for (int i = 0; i < settings.features_of_a_round; ++i) {
      const BinnedFeature& feature = features[random.Index(features.size())];
      const Split split = BestSplit(feature, weights, weighted_labels);
      if (split.error > best.error) {
        best = split;
        chosen = &feature;
      }
    }
    if (chosen == nullptr) break;
    classifier.push_back({chosen->feature, chosen->borders[best.border],
                          static_cast<float>(best.above), static_cast<float>(best.below)});
    double sum = 0.0;
    for (size_t i = 0; i < windows.size(); ++i) {
      const double response = chosen->bins[i] > best.border ? best.above : best.below;
      weights[i] *= std::exp(-labels[i] * response);
      sum += weights[i];
    }
    for (double& weight : weights) weight /= sum;
  }
  return classifier;
}

}  // namespace facet
