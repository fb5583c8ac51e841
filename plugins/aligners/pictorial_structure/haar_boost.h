// A boosted classifier of small windows: Haar-like features from integral images (Viola, Jones,
// CVPR 2001), each compared with a threshold, added up by Gentle AdaBoost (Friedman, Hastie,
// Tibshirani: "Additive logistic regression", Annals of Statistics 28, 2000, algorithm 4).
//
// Windows are kWindowPx square. A feature is the difference of the means of its bright and dark
// rectangles over the window's standard deviation, so that neither brightness nor contrast counts.
// The sum F of the stumps estimates half the log-odds of a positive window (equation 7 there).
#ifndef FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_HAAR_BOOST_H_
#define FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_HAAR_BOOST_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "core/api/component.h"
#include "plugins/aligners/pictorial_structure/distance_transform.h"

namespace facet {

constexpr int kWindowPx = 15;

// The five shapes of Viola and Jones: two halves side by side or one above the other, a third
// between two others (both ways), and a chessboard of four.
enum class HaarKind { kLeftRight, kTopBottom, kMiddleColumn, kMiddleRow, kChessboard };
constexpr int kHaarKinds = 5;

struct HaarFeature {
  HaarKind kind = HaarKind::kLeftRight;
  int x = 0, y = 0;                     // upper left corner in the window
  int cell_width = 1, cell_height = 1;  // of one of its 2, 3 or 4 cells [px]
};
// All that fit into the window, in a fixed order.
std::vector<HaarFeature> AllHaarFeatures();
bool FitsWindow(const HaarFeature& feature);

// Sums of a grey image and of its squares.
class IntegralImage {
 public:
  explicit IntegralImage(const cv::Mat& grey);  // 8UC1
  // The window whose upper left pixel is (x, y); it lies within the image.
  double InverseDeviation(int x, int y) const;
  double Value(const HaarFeature& feature, int x, int y, double inverse_deviation) const;

 private:
  double Mean(int x, int y, int width, int height) const;
  cv::Mat sums_, squares_;  // 32SC1, 64FC1
};

struct HaarStump {
  HaarFeature feature;
  float threshold = 0.0F;
  float above = 0.0F, below = 0.0F;  // what it adds to F
};
using HaarClassifier = std::vector<HaarStump>;

// Twice F: the log-odds of the window, for equal numbers of both kinds.
double LogOdds(const HaarClassifier& classifier, const IntegralImage& image, int x, int y);

struct HaarWindow {
  int image = 0;     // index
  int x = 0, y = 0;  // upper left pixel
};
struct HaarBoostSettings {
  int rounds = 100;
  int features = 2000;            // drawn from all
  int features_of_a_round = 400;  // drawn from those
};
// Both kinds have the same total weight at the start. Windows lie within their images; neither list
// is empty.
HaarClassifier TrainHaarClassifier(const std::vector<IntegralImage>& images,
                                   const std::vector<HaarWindow>& positives,
                                   const std::vector<HaarWindow>& negatives,
                                   const HaarBoostSettings& settings, uint64_t seed);

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_HAAR_BOOST_H_
