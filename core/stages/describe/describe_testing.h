// The describe stage with networks of the test's own: one gives back what it is shown, so that the
// views themselves can be compared with loops over their definition; one is linear, with weights.
#ifndef FACET_CORE_STAGES_DESCRIBE_DESCRIBE_TESTING_H_
#define FACET_CORE_STAGES_DESCRIBE_DESCRIBE_TESTING_H_

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "core/api/architecture.h"
#include "core/base/random.h"
#include "core/base/test_folder.h"
#include "core/pipeline/context_testing.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"
#include "core/stages/describe/describe.h"
#include "core/training/model.h"
#include "gtest/gtest.h"

namespace facet {
inline constexpr int kSide = 8;                    // of the network's input, px
inline constexpr int kValues = kSide * kSide * 3;  // of one view
inline constexpr int kShorter = 24;                // of the stored crops, px
inline constexpr int kNumCrops = 23;               // with 30 views each: three batches

// What a network saw: kept outside, because the stage owns the network.
struct Seen {
  at::ScalarType type = at::kDouble;
  bool training = false;
  int64_t views = 0, most_at_once = 0;
};

// An inference-only network that gives back its input, flattened in the order channel, row, column.
class Mirror : public Architecture {
 public:
  Mirror(NetworkInput input, Seen* seen) : input_(std::move(input)), seen_(seen) {}
  NetworkInput input() const override { return input_; }
  int64_t dimension() const override { return kValues; }
  bool trainable() const override { return false; }
  void Initialize(uint64_t) override {}
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    *seen_ = {images.scalar_type(), seen_->training || training, seen_->views + images.size(0),
              std::max(seen_->most_at_once, images.size(0))};
    return at::flatten(images.contiguous(), 1);
  }

 private:
  const NetworkInput input_;
  Seen* const seen_;
};

// A convolution and weighted sums: what libraries do otherwise for another size of a batch.
class Layers final : public Mirror {
 public:
  using Mirror::Mirror;
  int64_t dimension() const override { return 40; }
  void Initialize(uint64_t seed) override {
    at::manual_seed(seed);
    convolution_ = at::randn({17, 3, 3, 3});
    weight_ = at::randn({40, 17 * kSide * kSide});
  }
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    Mirror::Forward(images, training);
    const at::Tensor maps = at::conv2d(images, convolution_, {}, 1, 1).relu_();
    return at::linear(at::flatten(maps, 1), weight_);
  }

 private:
  at::Tensor convolution_, weight_;
};

// Five weighted sums of the input, and an offset that is stored but not learned. Its output is a
// transposed view: the stage may not rely on a layout.
class Linear final : public Mirror {
 public:
  using Mirror::Mirror;
  int64_t dimension() const override { return 5; }
  bool trainable() const override { return true; }
  void Initialize(uint64_t seed) override {
    at::manual_seed(seed);
    weight_ = at::randn({5, kValues}).set_requires_grad(true);
    offset_ = at::zeros({5, 1});
  }
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    return (weight_.mm(Mirror::Forward(images, training).t()) + offset_).t();
  }
  std::vector<NamedTensor> Parameters() override { return {{"weight", weight_}}; }
  std::vector<NamedTensor> Buffers() override { return {{"offset", offset_}}; }

 private:
  at::Tensor weight_, offset_;
};

inline NetworkInput Input() {
  NetworkInput input;
  input.size_px = kSide;
  input.rgb = true;
  input.mean_bgr = {10, 20, 30};
  input.scale_bgr = {1, 0.5, 0.25};
  return input;
}

inline Image RandomCrop(int width, int height, Random& random) {
  Image image(width, height);
  // Multiples of four: means of 2 x 2 of them are whole, so that rounding has no ties.
  for (uint8_t& value : image.bgr) value = static_cast<uint8_t>(4 * random.Index(64));
  return image;
}

// The image, each side divided by a whole factor: means of squares, rounded.
inline Image Shrunk(const Image& image, int factor) {
  Image small(image.width / factor, image.height / factor);
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        int sum = 0;
        for (int i = 0; i < factor * factor; ++i) {
          sum += image.Pixel(x * factor + i % factor, y * factor + i / factor)[c];
        }
        small.Pixel(x, y)[c] =
            static_cast<uint8_t>(std::floor(static_cast<double>(sum) / (factor * factor) + 0.5));
      }
    }
  }
  return small;
}

using View = std::vector<double>;

// A window as the network is shown it: channel, row, column.
inline View WindowOf(const Image& image, int left, int top, bool mirror,
                     const InputFormat& format) {
  View view;
  for (int channel = 0; channel < 3; ++channel) {
    const int c = format.rgb ? 2 - channel : channel;
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        const int column = left + (mirror ? kSide - 1 - x : x);
        const size_t mean =
            static_cast<size_t>(format.mean_bgr.size() > 3 ? (y * kSide + x) * 3 + c : c);
        view.push_back((image.Pixel(column, top + y)[c] - format.mean_bgr[mean]) *
                       format.scale_bgr[static_cast<size_t>(c)]);
      }
    }
  }
  return view;
}

// Parkhi et al. 2015, section 5.1: four corners and the centre, each with its mirror, at each
// scale.
std::vector<View> ViewsOf(const Image& crop, const std::string& kind,
                          const std::vector<int>& scales, const InputFormat& format) {
  std::vector<View> views;
  for (const int scale : scales) {
    const Image image = Shrunk(crop, kShorter / scale);
    const int right = image.width - kSide, bottom = image.height - kSide;
    std::vector<std::array<int, 2>> places = {{right / 2, bottom / 2}};
    if (kind == "ten") {
      places = {{0, 0}, {right, 0}, {0, bottom}, {right, bottom}, {right / 2, bottom / 2}};
    }
    for (const auto& [left, top] : places) {
      views.push_back(WindowOf(image, left, top, false, format));
      if (kind != "one") views.push_back(WindowOf(image, left, top, true, format));
    }
  }
  return views;
}

inline View Average(const std::vector<View>& views) {
  View mean(views[0].size(), 0.0);
  for (const View& view : views) {
    for (size_t i = 0; i < view.size(); ++i) mean[i] += view[i] / static_cast<double>(views.size());
  }
  return mean;
}

class DescribeTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = TestFolder();
    Random random(3);
    for (int i = 0; i < kNumCrops; ++i) {
      const std::array<int, 2> size = std::array<std::array<int, 2>, 3>{
          {{24, 36}, {36, 24}, {24, 24}}}[static_cast<size_t>(i % 3)];
      crops_.push_back(RandomCrop(size[0], size[1], random));
      CropRecord record;
      record.sample = 100 - 3 * i;  // a data set's order is its own
      record.identity = "person " + std::to_string(i % 4);
      record.width = size[0];
      record.height = size[1];
      record.confidence = 0.5 + i;
      record.fold = i % 5 - 1;
      records_.push_back(record);
    }
    Write(kNumCrops);
  }

  // The crops' file with the first `num_rows` rows, and all records.
  void Write(int num_rows) {
    auto writer = *BlobWriter::Create(folder_ + "/crops.mdb");
    for (int i = 0; i < num_rows; ++i) {
      const std::vector<uint8_t>& bgr = crops_[static_cast<size_t>(i)].bgr;
      ASSERT_TRUE(writer->Append(i, std::string(bgr.begin(), bgr.end())).ok());
    }
    ASSERT_TRUE(writer->Finish().ok());
    ASSERT_TRUE(WriteRecords(folder_ + "/crops.jsonl", records_).ok());
  }

  std::unique_ptr<FakeContext> Context(const std::string& name, bool linear = false) {
    const Json settings = {{"kind", "ten"}, {"scales", {8, 12, 24}}};
    std::map<std::string, Use> uses;
    uses["architecture"] = {"", "architecture", linear ? "linear" : "mirror", Json::object(),
                            [this, linear]() -> std::unique_ptr<Component> {
                              if (linear) return std::make_unique<Linear>(Input(), &seen_);
                              return std::make_unique<Mirror>(Input(), &seen_);
                            }};
    auto context = std::make_unique<FakeContext>(folder_ + "/" + name, uses, settings);
    context->inputs_["crops"] = folder_;
    return context;
  }

  // A model of Linear with small whole weights, in folder_/model.
  Model WriteLinear(std::vector<float> mean_bgr) {
    Model model;
    model.architecture = "linear";
    model.input = InputFormatOf(Input());
    model.input.mean_bgr = std::move(mean_bgr);
    StoredTensor& weight = model.weights.tensors["weight"];
    weight.shape = {5, kValues};
    for (int i = 0; i < 5 * kValues; ++i) weight.values.push_back(static_cast<float>(i % 7 - 3));
    model.weights.tensors["offset"] = {{5, 1}, {1, 2, 3, 4, 5}};
    std::filesystem::create_directories(folder_ + "/model");
    EXPECT_TRUE(WriteModel(model, folder_ + "/model").ok());
    return model;
  }

  static View Apply(const Model& model, const View& input) {
    View out;
    for (size_t d = 0; d < 5; ++d) {
      out.push_back(model.weights.tensors.at("offset").values[d]);
      for (size_t i = 0; i < kValues; ++i) {
        out.back() += model.weights.tensors.at("weight").values[d * kValues + i] * input[i];
      }
    }
    return out;
  }

  static FloatArray Run(FakeContext& context) {
    const absl::Status status = RunDescribe(context);
    EXPECT_TRUE(status.ok()) << status;
    return status.ok() ? *ReadNpy(context.output_ + "/descriptors.npy") : FloatArray();
  }
  static std::string Refusal(FakeContext& context) {
    return std::string(RunDescribe(context).message());
  }

  // Every row against `expected(crop)`.
  template <class Expected>
  void Compare(const FloatArray& found, double tolerance, const Expected& expected) {
    ASSERT_EQ(found.shape.size(), 2u);
    ASSERT_EQ(found.shape[0], kNumCrops);
    const auto dimension = static_cast<size_t>(found.shape[1]);
    for (size_t row = 0; row < crops_.size(); ++row) {
      const View want = expected(crops_[row]);
      ASSERT_EQ(want.size(), dimension);
      for (size_t i = 0; i < dimension; ++i) {
        ASSERT_NEAR(found.values[row * dimension + i], want[i], tolerance) << row << ", " << i;
      }
    }
  }

  std::string folder_;
  std::vector<Image> crops_;
  std::vector<CropRecord> records_;
  Seen seen_;
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_DESCRIBE_DESCRIBE_TESTING_H_
