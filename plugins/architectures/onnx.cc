// A network from an ONNX file, for inference alone, run by OpenCV's dnn module on the CPU.
//
// In:  images [N, 3, input_px, input_px], float32; the host subtracts `mean` and divides by `std`.
// Out: [N, D], the network's one output flattened. D is found by a forward pass on zeros.
// Images go through one by one: many exported networks have a fixed batch of 1.
// Errors: InvalidArgument if OpenCV cannot read the file (with its words and release) or the
// network has no output for an input of this size. Example:  architecture = { use = "onnx", model =
// "${FACET_DATA}/models/net.onnx", input_px = 112,
//                            mean = [123.675, 116.28, 103.53], std = [58.395, 57.12, 57.375] }
#include <ATen/ATen.h>

#include <cstring>
#include <opencv2/dnn.hpp>
#include <utility>

#include "core/api/architecture.h"

namespace {

struct Options {
  std::string model;
  int64_t input_px = 112;
  bool rgb = true;
  std::vector<double> mean = {123.675, 116.28, 103.53};
  std::vector<double> std = {58.395, 57.12, 57.375};

  void Visit(facet::OptionVisitor& v) {
    v("model", model, facet::Required(facet::InputFile()), "ONNX file");
    v("input_px", input_px, facet::Range(1, 4096), "side of the network's input [px]");
    v("rgb", rgb, facet::Any(), "channel order of the network's input; false: BGR");
    v("mean", mean, facet::Any(),
      "subtracted from R, G, B (whatever the order) [0..255]; ImageNet's");
    v("std", std, facet::Above(0), "divides R, G, B after that [0..255]; ImageNet's");
  }
};

class Onnx final : public facet::Architecture {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kFixed};
  static absl::StatusOr<std::unique_ptr<Onnx>> Create(const Options& options) {
    for (const std::vector<double>* list : {&options.mean, &options.std}) {
      if (list->size() == 3) continue;
      return absl::InvalidArgumentError(absl::StrCat("onnx.",
                                                     list == &options.mean ? "mean" : "std",
                                                     " has ", list->size(), " values, not 3"));
    }
    try {
      auto made = std::make_unique<Onnx>(options);
      made->net_ = cv::dnn::readNetFromONNX(options.model);
      made->net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
      const at::Tensor zeros = at::zeros({1, 3, options.input_px, options.input_px});
      made->dimension_ = static_cast<int64_t>(made->Run(zeros).total());
      if (made->dimension_ > 0) return made;
      return absl::InvalidArgumentError(absl::StrCat(options.model, ": the network has no output"));
    } catch (const cv::Exception& exception) {
      return absl::InvalidArgumentError(absl::StrCat(options.model, ": OpenCV ", CV_VERSION,
                                                     " cannot run this network at ",
                                                     options.input_px, " px: ", exception.err));
    }
  }
  explicit Onnx(Options options) : options_(std::move(options)) {}

  facet::NetworkInput input() const override {
    facet::NetworkInput input;
    input.size_px = options_.input_px;
    input.rgb = options_.rgb;
    input.mean_bgr.assign(options_.mean.rbegin(), options_.mean.rend());
    for (size_t c = 0; c < 3; ++c) input.scale_bgr[c] = 1.0 / options_.std[2 - c];
    return input;
  }
  int64_t dimension() const override { return dimension_; }
  bool trainable() const override { return false; }
  void Initialize(uint64_t) override {}

  at::Tensor Forward(const at::Tensor& images, bool) override {
    at::Tensor out = at::empty({images.size(0), dimension_});
    for (int64_t i = 0; i < images.size(0); ++i) {
      const cv::Mat result = Run(images.narrow(0, i, 1));
      FACET_CHECK(static_cast<int64_t>(result.total()) == dimension_ && result.isContinuous());
      std::memcpy(out[i].data_ptr<float>(), result.ptr<float>(),
                  static_cast<size_t>(dimension_) * sizeof(float));
    }
    return out;
  }

 private:
  cv::Mat Run(const at::Tensor& image) {  // [1, 3, S, S] -> the first output
    const at::Tensor values = image.to(at::kFloat).contiguous();
    const int shape[] = {1, 3, static_cast<int>(values.size(2)), static_cast<int>(values.size(3))};
    net_.setInput(cv::Mat(4, shape, CV_32F, values.data_ptr<float>()));
    return net_.forward();
  }

  const Options options_;
  cv::dnn::Net net_;
  int64_t dimension_ = 0;
};

}  // namespace

FACET_PLUGIN(facet::Architecture, Onnx, Options, "onnx",
             "a network from an ONNX file, inference only", "ONNX; OpenCV dnn")
