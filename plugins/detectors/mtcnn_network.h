// One of MTCNN's three networks in cv::dnn: pixels -> score, box regression, landmarks.
//
// Input (value - 127.5) / 128. Outputs are told apart by their channels, whatever the layers'
// names: 2 scores (no face, face), 4 shifts of the box's sides, 10 landmark coordinates.
#ifndef FACET_PLUGINS_DETECTORS_MTCNN_NETWORK_H_
#define FACET_PLUGINS_DETECTORS_MTCNN_NETWORK_H_

#include <array>
#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/geometry.h"

namespace facet {

// How the files were trained.
struct MtcnnFormat {
  std::string channel_order = "bgr";  // or "rgb"
  bool transposed = false;            // on images mirrored at their diagonal (MATLAB's order)
  std::string landmark_order = "xy";  // "xy": x, y of each point; "xx_yy": five x, then five y
};

struct MtcnnAnswer {
  double score = 0.0;
  std::array<double, 4> shift = {};  // of left, top, right, bottom [sides of the window]
  std::vector<Point> points;         // five, as shares of the window; none if the network has none
  int column = 0, row = 0;           // Slide: of the cell
};

class MtcnnNetwork {
 public:
  MtcnnNetwork() = default;
  // `model`: the .caffemodel, `layers`: its .prototxt; `input_px`: of the window.
  static absl::StatusOr<MtcnnNetwork> Load(const std::string& model, const std::string& layers,
                                           int input_px, bool needs_landmarks,
                                           const MtcnnFormat& format);

  // A fully convolutional network on a whole 8UC3 BGR image: the cells that score above
  // `threshold`.
  std::vector<MtcnnAnswer> Slide(const cv::Mat& image, double threshold);
  // One answer for each box (between pixel edges; what lies outside of the image is black).
  std::vector<MtcnnAnswer> Look(const cv::Mat& image, const std::vector<Box>& boxes);

 private:
  struct Outputs {
    cv::Mat scores, shifts, landmarks;  // [n, channels(, rows, columns)]; landmarks may be empty
  };
  // Of images of one size; the outputs are copies.
  Outputs Run(const std::vector<cv::Mat>& images);
  MtcnnAnswer AnswerAt(const Outputs& outputs, int n, int row, int column) const;

  cv::dnn::Net network_;
  std::vector<std::string> output_names_;
  MtcnnFormat format_;
  int input_px_ = 0;
};

}  // namespace facet

#endif  // FACET_PLUGINS_DETECTORS_MTCNN_NETWORK_H_
