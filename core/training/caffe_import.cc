#include "core/training/caffe_import.h"

#include <opencv2/dnn.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/training/caffe_blobs.h"

namespace facet {
namespace {

using cv::dnn::Layer;

// The values with the shape given; one that is all of them where it is empty.
absl::StatusOr<StoredTensor> Stored(const cv::Mat& blob, std::vector<int64_t> shape,
                                    const std::string& name) {
  const auto count = static_cast<int64_t>(blob.total());
  int64_t wanted = 1;
  for (const int64_t extent : shape) wanted *= extent;
  if (blob.type() != CV_32F || !blob.isContinuous() || (!shape.empty() && wanted != count)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " has ", count, " values, or not of type float32: not expected here"));
  }
  StoredTensor stored;
  stored.shape = shape.empty() ? std::vector<int64_t>{count} : std::move(shape);
  const auto* const values = blob.ptr<float>();
  stored.values.assign(values, values + count);
  return stored;
}

std::vector<int64_t> ShapeOf(const cv::Mat& blob) {
  return std::vector<int64_t>(blob.size.p, blob.size.p + blob.dims);
}

// Caffe stores sums over a number of batches, which is the third blob; OpenCV hands them on.
void Divide(float factor, StoredTensor* tensor) {
  for (float& value : tensor->values) value = factor == 0 ? 0 : value / factor;
}

// In a frame of its own: the bytes are gone when OpenCV reads them again.
absl::Status CheckModel(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  return Annotate(CheckCaffeBlobs(bytes), path);
}

absl::Status AddLayer(const Layer& layer, StoredTensors* stored) {
  const std::vector<cv::Mat>& blobs = layer.blobs;
  const bool convolution = layer.type == "Convolution", full = layer.type == "InnerProduct";
  const bool batch_norm = layer.type == "BatchNorm";
  if (!convolution && !full && !batch_norm && layer.type != "PReLU" && layer.type != "Scale") {
    return absl::OkStatus();
  }
  if (blobs.empty() || blobs[0].empty()) return absl::OkStatus();
  const std::string name = layer.name;
  const std::string first = name + (batch_norm ? ".running_mean" : ".weight");
  const std::string second = name + (batch_norm ? ".running_var" : ".bias");
  std::vector<int64_t> shape;
  if (convolution) shape = ShapeOf(blobs[0]);
  if (full) {
    const std::vector<int64_t> extents = ShapeOf(blobs[0]);  // [out, in] or [1, 1, out, in]
    const int64_t in = extents.back();
    shape = {static_cast<int64_t>(blobs[0].total()) / in, in};
  }
  FACET_ASSIGN_OR_RETURN(stored->tensors[first], Stored(blobs[0], std::move(shape), first));
  if (blobs.size() < 2) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(stored->tensors[second], Stored(blobs[1], {}, second));
  if (batch_norm && blobs.size() == 3) {
    if (blobs[2].empty() || blobs[2].type() != CV_32F) {
      return absl::InvalidArgumentError(
          absl::StrCat("the scale factor of ", name, " is no float32"));
    }
    const float factor = blobs[2].at<float>(0);
    Divide(factor, &stored->tensors[first]);
    Divide(factor, &stored->tensors[second]);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StoredTensors> ImportCaffe(const std::string& layout, const std::string& model) {
  StoredTensors stored;
  FACET_RETURN_IF_ERROR(CheckModel(model));
  try {
    cv::dnn::Net net = cv::dnn::readNetFromCaffe(layout, model);
    for (const cv::String& name : net.getLayerNames()) {
      const cv::Ptr<Layer> layer = net.getLayer(net.getLayerId(name));
      const absl::Status added = AddLayer(*layer, &stored);
      if (!added.ok()) return Annotate(added, model);
    }
  } catch (const cv::Exception& exception) {
    return absl::InvalidArgumentError(absl::StrCat(model, " with the layout ", layout, ": OpenCV ",
                                                   CV_VERSION,
                                                   " cannot read them: ", exception.err));
  }
  if (stored.tensors.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(model, ": none of the layers of ", layout,
                                                   " has weights; do the two belong together?"));
  }
  return stored;
}

}  // namespace facet
