#include "plugins/detectors/mtcnn_network.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

constexpr int kBatch = 128;  // crops at once

float At(const cv::Mat& output, int n, int channel, int row, int column) {
  const int rows = output.dims == 4 ? output.size[2] : 1;
  const int columns = output.dims == 4 ? output.size[3] : 1;
  const int64_t index =
      ((static_cast<int64_t>(n) * output.size[1] + channel) * rows + row) * columns + column;
  return output.ptr<float>()[index];
}

// The window of `box`, black outside of the image, input_px on each side.
cv::Mat Crop(const cv::Mat& image, const Box& box, int input_px) {
  const int side = std::max(1, cvRound(box.width));
  const cv::Rect window(cvRound(box.x), cvRound(box.y), side, side);
  const cv::Rect inside = window & cv::Rect(0, 0, image.cols, image.rows);
  cv::Mat crop = cv::Mat::zeros(side, side, CV_8UC3);
  if (!inside.empty()) image(inside).copyTo(crop(inside - window.tl()));
  cv::resize(crop, crop, cv::Size(input_px, input_px), 0, 0,
             side > input_px ? cv::INTER_AREA : cv::INTER_LINEAR);
  return crop;
}

}  // namespace

absl::StatusOr<MtcnnNetwork> MtcnnNetwork::Load(const std::string& model, const std::string& layers,
                                                int input_px, bool needs_landmarks,
                                                const MtcnnFormat& format) {
  for (const std::string& path : {model, layers}) {
    if (!std::ifstream(path).good()) {
      return absl::NotFoundError(absl::StrCat(
          path,
          " cannot be read; MTCNN's networks are det1, det2 and det3, each a .caffemodel "
          "with a .prototxt that lists its layers"));
    }
  }
  MtcnnNetwork made;
  made.format_ = format;
  made.input_px_ = input_px;
  try {
    made.network_ = cv::dnn::readNetFromCaffe(layers, model);
    made.network_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    made.output_names_ = made.network_.getUnconnectedOutLayersNames();
    const Outputs outputs = made.Run({cv::Mat::zeros(input_px, input_px, CV_8UC3)});
    // One answer to one window.
    if (outputs.scores.total() != 2 || outputs.shifts.total() != 4 ||
        (needs_landmarks && outputs.landmarks.total() != 10)) {
      return absl::InvalidArgumentError(absl::StrCat(
          model, " with ", layers, " is not the network that MTCNN has for ", input_px,
          " px: its outputs should have 2 and 4 values", needs_landmarks ? ", and 10" : ""));
    }
  } catch (const cv::Exception& error) {
    return OpenCvError(absl::StrCat(model, " with ", layers), error);
  }
  return made;
}

std::vector<MtcnnAnswer> MtcnnNetwork::Slide(const cv::Mat& image, double threshold) {
  const Outputs outputs = Run({image});
  const int rows = outputs.scores.size[2], columns = outputs.scores.size[3];
  std::vector<MtcnnAnswer> answers;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (!(At(outputs.scores, 0, 1, row, column) > threshold)) continue;
      answers.push_back(AnswerAt(outputs, 0, row, column));
      if (format_.transposed) std::swap(answers.back().row, answers.back().column);
    }
  }
  return answers;
}

std::vector<MtcnnAnswer> MtcnnNetwork::Look(const cv::Mat& image, const std::vector<Box>& boxes) {
  std::vector<MtcnnAnswer> answers;
  for (size_t first = 0; first < boxes.size(); first += kBatch) {
    std::vector<cv::Mat> crops;
    for (size_t i = first; i < std::min(boxes.size(), first + kBatch); ++i) {
      crops.push_back(Crop(image, boxes[i], input_px_));
    }
    const Outputs outputs = Run(crops);
    for (size_t i = 0; i < crops.size(); ++i) {
      answers.push_back(AnswerAt(outputs, static_cast<int>(i), 0, 0));
    }
  }
  return answers;
}

MtcnnNetwork::Outputs MtcnnNetwork::Run(const std::vector<cv::Mat>& images) {
  std::vector<cv::Mat> inputs = images;
  if (format_.transposed) {
    for (cv::Mat& input : inputs) input = input.t();
  }
  network_.setInput(cv::dnn::blobFromImages(inputs, 1 / 128.0, cv::Size(), cv::Scalar::all(127.5),
                                            /*swapRB=*/format_.channel_order == "rgb"));
  std::vector<cv::Mat> outputs;
  network_.forward(outputs, output_names_);
  Outputs result;
  for (const cv::Mat& output : outputs) {
    if (output.dims != 2 && output.dims != 4) continue;
    if (output.size[1] == 2) result.scores = output.clone();
    if (output.size[1] == 4) result.shifts = output.clone();
    if (output.size[1] == 10) result.landmarks = output.clone();
  }
  return result;
}

MtcnnAnswer MtcnnNetwork::AnswerAt(const Outputs& outputs, int n, int row, int column) const {
  MtcnnAnswer answer;
  answer.row = row;
  answer.column = column;
  answer.score = At(outputs.scores, n, 1, row, column);
  for (int i = 0; i < 4; ++i) {
    answer.shift[static_cast<size_t>(i)] = At(outputs.shifts, n, i, row, column);
  }
  if (!outputs.landmarks.empty()) {
    const bool pairs = format_.landmark_order == "xy";
    for (int i = 0; i < 5; ++i) {
      answer.points.push_back({At(outputs.landmarks, n, pairs ? 2 * i : i, row, column),
                               At(outputs.landmarks, n, pairs ? 2 * i + 1 : i + 5, row, column)});
    }
  }
  if (format_.transposed) {
    std::swap(answer.shift[0], answer.shift[1]);
    std::swap(answer.shift[2], answer.shift[3]);
    for (Point& point : answer.points) std::swap(point.x, point.y);
  }
  return answer;
}

}  // namespace facet
