// A network whose every number is known, in the forms in which architectures write theirs.
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <memory>
#include <string>
#include <vector>

#include "core/api/loss.h"
#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/pipeline/context_testing.h"
#include "core/stages/layers/layers.h"
#include "core/stages/layers/trace.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

at::Tensor Twice(const at::Tensor& x) { return x + x; }

TORCH_LIBRARY(facet_layers_test, library) { library.def("twice(Tensor x) -> Tensor", &Twice); }

// 3 x 8 x 8 -> 6 filters of 3x3, stride 2, pad 1 -> 6 x 4 x 4 -> ReLU -> 2x2 pooling -> 6 x 2 x 2 ->
// 5, by weights that are transposed by hand.
class SmallNetwork : public Architecture {
 public:
  NetworkInput input() const override {
    NetworkInput input;
    input.size_px = 8;
    return input;
  }
  int64_t dimension() const override { return 5; }
  void Initialize(uint64_t) override {
    filters_ = at::ones({6, 3, 3, 3});
    bias_ = at::zeros({6});
    weight_ = at::ones({5, 24});
    unused_ = at::ones({7});
  }
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    at::Tensor x = at::conv2d(images, filters_, bias_, /*stride=*/2, /*padding=*/1);
    x = at::max_pool2d(x.relu_(), 2);
    x = at::dropout(at::flatten(x, 1), 0.5, training);
    return at::mm(x, weight_.t());
  }
  std::vector<NamedTensor> Parameters() override {
    return {{"conv.weight", filters_},
            {"conv.bias", bias_},
            {"fc.weight", weight_},
            {"unused.weight", unused_}};
  }

 private:
  at::Tensor filters_, bias_, weight_, unused_;
};

class SmallLoss : public Loss {
 public:
  absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t) override {
    weight_ = at::ones({num_classes, dimension});
    bias_ = at::zeros({num_classes});
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput&) override {
    return absl::UnimplementedError("not asked for");
  }
  std::optional<at::Tensor> Scores(const at::Tensor& embeddings) override {
    return at::linear(embeddings, weight_, bias_);
  }
  std::vector<NamedTensor> Parameters() override { return {{"weight", weight_}, {"bias", bias_}}; }

 private:
  at::Tensor weight_, bias_;
};

// Holds its weights itself, as one that runs elsewhere does.
class ForeignNetwork : public SmallNetwork {
 public:
  at::Tensor Forward(const at::Tensor& images, bool) override {
    return at::zeros({images.size(0), 5});
  }
  std::vector<NamedTensor> Parameters() override { return {}; }
};

template <class Network>
Json LayersOf(int64_t classes) {
  std::map<std::string, Use> uses;
  uses["architecture"] = {"", "architecture", "small", Json::object(),
                          [] { return std::make_unique<Network>(); }};
  uses["loss"] = {"", "loss", "small_loss", Json::object(),
                  [] { return std::make_unique<SmallLoss>(); }};
  FakeContext context(TestFolder(), uses, {{"classes", classes}});
  const absl::Status status = RunLayers(context);
  EXPECT_TRUE(status.ok()) << status;
  const auto json = ReadJsonFile(context.output_ + "/layers.json");
  EXPECT_TRUE(json.ok()) << json.status();
  return json.value_or(Json());
}

TEST(LayersTest, EveryNumberOfASmallNetwork) {
  const Json json = LayersOf<SmallNetwork>(0);
  EXPECT_EQ(json.at("input"), Json({3, 8, 8}));
  const Json& layers = json.at("layers");
  ASSERT_EQ(layers.size(), 4U) << DumpPretty(layers);  // no flatten, no dropout, no transposition
  const Json convolution = {{"name", "conv"},
                            {"operation", "conv2d"},
                            {"kernel", {3, 3}},
                            {"stride", {2, 2}},
                            {"padding", {1, 1}},
                            {"in", 3},
                            {"filters", 6},
                            {"output", {6, 4, 4}},
                            {"parameters", 6 * 3 * 9 + 6},
                            {"multiply_adds", 6 * 4 * 4 * 3 * 9}};
  EXPECT_EQ(layers[0], convolution);
  EXPECT_EQ(layers[1], Json({{"name", ""},
                             {"operation", "relu"},
                             {"output", {6, 4, 4}},
                             {"parameters", 0},
                             {"multiply_adds", 0}}));
  EXPECT_EQ(layers[2].at("operation"), "max_pool2d");
  EXPECT_EQ(layers[2].at("kernel"), Json({2, 2}));
  EXPECT_EQ(layers[2].at("stride"), Json({2, 2}));  // not given: the kernel's
  EXPECT_EQ(layers[3].at("name"), "fc");
  EXPECT_EQ(layers[3].at("operation"), "mm");
  EXPECT_EQ(layers[3].at("parameters"), 5 * 24);
  EXPECT_EQ(layers[3].at("multiply_adds"), 5 * 24);
  EXPECT_EQ(json.at("parameters"), 168 + 120 + 7);  // the unused ones too
  EXPECT_EQ(json.at("multiply_adds"), 2592 + 120);
  EXPECT_FALSE(json.contains("loss"));
}

TEST(LayersTest, WithClassesTheLossIsTheLastLayer) {
  const Json json = LayersOf<SmallNetwork>(11);
  const Json& last = json.at("layers").back();
  EXPECT_EQ(last.at("name"), "loss");
  EXPECT_EQ(last.at("filters"), 11);
  EXPECT_EQ(last.at("parameters"), 5 * 11 + 11);
  EXPECT_EQ(last.at("multiply_adds"), 5 * 11);
  EXPECT_EQ(json.at("parameters"), 295 + 66);
  EXPECT_EQ(json.at("multiply_adds"), 2712 + 55);
  EXPECT_EQ(json.at("loss"), "small_loss");
}

TEST(LayersTest, OfANetworkThatLibTorchDoesNotComputeNothingIsClaimed) {
  const Json json = LayersOf<ForeignNetwork>(0);
  EXPECT_TRUE(json.at("parameters").is_null());
  EXPECT_TRUE(json.at("multiply_adds").is_null());
}

// Grouped, transposed and one-dimensional convolutions, products of batches and of named axes.
TEST(TracerTest, ProductsOfManyForms) {
  const auto products = [](auto compute) {
    Tracer tracer({});
    compute();
    int64_t sum = 0;
    for (const TracedLayer& layer : tracer.Stop()) sum += layer.multiply_adds.value_or(-1000000);
    return sum;
  };
  const at::Tensor image = at::ones({1, 4, 6, 6});
  EXPECT_EQ(products([&] { at::conv2d(image, at::ones({8, 2, 3, 3}), {}, 1, 1, 1, /*groups=*/2); }),
            8 * 36 * 2 * 9);
  EXPECT_EQ(products([&] { at::conv_transpose2d(image, at::ones({4, 5, 2, 2}), {}, 2); }),
            4 * 36 * 5 * 4);
  EXPECT_EQ(products([] { at::conv1d(at::ones({1, 2, 9}), at::ones({3, 2, 5})); }), 3 * 5 * 2 * 5);
  EXPECT_EQ(products([] { at::bmm(at::ones({2, 3, 4}), at::ones({2, 4, 5})); }), 2 * 3 * 4 * 5);
  EXPECT_EQ(products([] { at::matmul(at::ones({3, 4}), at::ones({4})); }), 12);
  EXPECT_EQ(products([] { at::addmm(at::ones({5}), at::ones({3, 4}), at::ones({4, 5})); }), 60);
  EXPECT_EQ(products([] { at::einsum("ij,kj->ik", {at::ones({3, 4}), at::ones({5, 4})}); }), 60);
  EXPECT_EQ(products([] { at::ones({3, 4}) * at::ones({3, 4}); }), 0);
}

// What is not LibTorch's own may compute anything.
TEST(TracerTest, AnOperationOfAnotherLibraryHasNoNumber) {
  const auto twice = c10::Dispatcher::singleton()
                         .findSchemaOrThrow("facet_layers_test::twice", "")
                         .typed<at::Tensor(const at::Tensor&)>();
  const at::Tensor weight = at::ones({2, 3});
  Tracer tracer({{"own.weight", weight}});
  twice.call(weight);
  const std::vector<TracedLayer> layers = tracer.Stop();
  ASSERT_EQ(layers.size(), 1U);
  EXPECT_EQ(layers[0].name, "own");
  EXPECT_EQ(layers[0].parameters, 6);
  EXPECT_FALSE(layers[0].multiply_adds.has_value());
}

// Two layers that share a tensor: it counts once.
TEST(TracerTest, ASharedTensorCountsOnce) {
  const at::Tensor weight = at::ones({4, 4});
  Tracer tracer({{"fc.weight", weight}});
  at::linear(at::linear(at::ones({1, 4}), weight), weight);
  const std::vector<TracedLayer> layers = tracer.Stop();
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0].parameters + layers[1].parameters, 16);
  EXPECT_EQ(layers[1].multiply_adds, 16);
  // After Stop nothing is noted.
  at::linear(at::ones({1, 4}), weight);
  EXPECT_TRUE(tracer.Stop().empty());
}

TEST(TracerTest, LayersAreNamedAsTheirTensors) {
  EXPECT_EQ(LayerOf("conv1_1.weight"), "conv1_1");
  EXPECT_EQ(LayerOf("stage.2.conv.weight"), "stage.2.conv");
  EXPECT_EQ(LayerOf("centres"), "centres");
}

}  // namespace
}  // namespace facet
