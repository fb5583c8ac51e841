// A network from an ONNX file, for inference alone, run by OpenCV's dnn module on the CPU.
//
// In:  images [N, 3, input_px, input_px], float32; the host subtracts `mean` and divides by `std`.
// Out: [N, D], the network's one output flattened. D is found by a forward pass on zeros.
// Up to 32 images go through together. Whether a network can is tried when it is loaded, on images
// of noise, because a file does not tell: most that were exported with a batch of 1 run with any,
// and some that say they take any have a tensor of one image within. Where together they do not
// give, to the bit, what each gives alone, images go one by one and the log says so. OpenCV shares
// an image among its threads where there are more of these than images, and then rounds otherwise:
// so few go through on one thread. The result depends neither on the batch nor on the threads.
// Errors: InvalidArgument if OpenCV cannot read the file (with its words and release) or the
// network has no output for an input of this size. Example:  architecture = { use = "onnx", model =
// "${FACET_DATA}/models/net.onnx", input_px = 112,
//                            mean = [123.675, 116.28, 103.53], std = [58.395, 57.12, 57.375] }
#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <opencv2/core/utility.hpp>
#include <opencv2/dnn.hpp>
#include <optional>
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

// OpenCV's, while it lives.
class OneThread {
 public:
  OneThread() : before_(cv::getNumThreads()) { cv::setNumThreads(1); }
  ~OneThread() { cv::setNumThreads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  const int before_;
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
      made->Load();
      const at::Tensor zeros = at::zeros({1, 3, options.input_px, options.input_px});
      made->dimension_ = static_cast<int64_t>(made->Run(zeros).total());
      if (made->dimension_ > 0) return WithBatch(std::move(made));
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
    const int64_t most = together_ ? std::max<int64_t>(kMostTogether, cv::getNumThreads()) : 1;
    for (int64_t begin = 0; begin < images.size(0); begin += most) {
      const int64_t count = std::min(most, images.size(0) - begin);
      const at::Tensor rows = Descriptors(Run(images.narrow(0, begin, count)), count);
      FACET_CHECK(rows.defined());
      out.narrow(0, begin, count).copy_(rows);
    }
    return out;
  }

 private:
  static constexpr int64_t kMostTogether = 32;  // bounds the memory of activations

  void Load() {
    net_ = cv::dnn::readNetFromONNX(options_.model);
    net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
  }

  static std::unique_ptr<Onnx> WithBatch(std::unique_ptr<Onnx> net) {
    net->together_ = net->RunsTogether();
    if (net->together_) return net;
    std::fprintf(
        stderr, "onnx: %s goes one image at a time: several together fail, or come out otherwise\n",
        net->options_.model.c_str());
    net->Load();  // an error may have left it half prepared
    return net;
  }

  bool RunsTogether() {
    const int64_t count = std::max(3, cv::getNumThreads());
    const at::Tensor images = at::randn({count, 3, options_.input_px, options_.input_px},
                                        at::detail::createCPUGenerator(1));
    const at::Tensor alone = Forward(images, false);
    try {
      const at::Tensor together = Descriptors(Run(images), count);
      return together.defined() && at::equal(together, alone);
    } catch (const cv::Exception&) {
      return false;
    }
  }

  // [N, 3, S, S] -> the first output. It is the network's own memory, until the next call.
  cv::Mat Run(const at::Tensor& images) {
    const at::Tensor values = images.to(at::kFloat).contiguous();
    int shape[4];
    for (int64_t i = 0; i < 4; ++i) shape[i] = static_cast<int>(values.size(i));
    net_.setInput(cv::Mat(4, shape, CV_32F, values.data_ptr<float>()));
    std::optional<OneThread> one_thread;
    if (values.size(0) < cv::getNumThreads()) one_thread.emplace();
    return net_.forward();
  }

  // [count, D], of [1, count D] too, which a reshape within makes; undefined where the output is not
  // as many values.
  at::Tensor Descriptors(const cv::Mat& output, int64_t count) const {
    if (static_cast<int64_t>(output.total()) != count * dimension_ || !output.isContinuous()) {
      return {};
    }
    return at::from_blob(output.data, {count, dimension_}, at::kFloat).clone();
  }

  const Options options_;
  cv::dnn::Net net_;
  int64_t dimension_ = 0;
  bool together_ = false;  // several images in one pass
};

}  // namespace

FACET_PLUGIN(facet::Architecture, Onnx, Options, "onnx",
             "a network from an ONNX file, inference only", "ONNX; OpenCV dnn")
