// Weights from elsewhere, through the describe and train stages with the real vgg. The Caffe models
// are VGG-16 (network D) with known random weights, written here; the other program that runs them
// is OpenCV's dnn module.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <opencv2/dnn.hpp>

#include "core/api/architecture.h"
#include "core/base/file.h"
#include "core/pipeline/context_testing.h"
#include "core/plugin/library.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"
#include "core/stages/describe/describe.h"
#include "core/stages/train/caffe_writer_testing.h"
#include "core/stages/train/train.h"
#include "core/training/caffe_import.h"
#include "core/training/model.h"
#include "core/training/tensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "third_party/caffe/caffe_model.pb.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

constexpr int kCrops = 3;
const std::vector<double> kVggFaceMean = {93.5940, 104.7624, 129.1863};  // B, G, R; the release

const Network kSmall = {32, 0.125, 64, 10};

class ForeignWeights : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/foreign_weights";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }  // may be a gigabyte

  // Raw crops as large as the network's input, noise.
  void WriteCrops(int side) {
    auto writer = *BlobWriter::Create(folder_ + "/crops.mdb");
    std::vector<CropRecord> records;
    Random random(3);
    for (int i = 0; i < kCrops; ++i) {
      crops_.emplace_back(side, side, CV_8UC3);
      std::string pixels(static_cast<size_t>(side * side * 3), '\0');
      for (char& value : pixels) value = static_cast<char>(random.Index(256));
      std::copy(pixels.begin(), pixels.end(), crops_.back().ptr<char>());
      ASSERT_TRUE(writer->Append(i, pixels).ok());
      CropRecord record;
      record.sample = i;
      record.identity = i == 0 ? "a" : "b";
      record.width = record.height = side;
      records.push_back(record);
    }
    ASSERT_TRUE(writer->Finish().ok());
    ASSERT_TRUE(WriteRecords(folder_ + "/crops.jsonl", records).ok());
  }
  void WriteCaffe(const Network& network) {
    CaffeWriter(network).Write(folder_ + "/vgg");
    WriteCrops(network.side);
  }

  Json CaffeSettings() const {
    return {{"file", folder_ + "/vgg.caffemodel"},
            {"layout", folder_ + "/vgg.prototxt"},
            {"channels", "bgr"},
            {"mean_bgr", kVggFaceMean}};
  }
  std::unique_ptr<FakeContext> Context(const std::string& name, const Network& network,
                                       Json settings) {
    const Use vgg = {"plugins/architectures/libvgg.so",
                     "architecture",
                     "vgg",
                     {{"config", "D"},
                      {"input_px", network.side},
                      {"width", network.width},
                      {"fc_size", network.fc}}};
    auto context = std::make_unique<FakeContext>(
        folder_ + "/" + name,
        std::map<std::string, Use>{{"architecture", vgg},
                                   {"loss", {"plugins/losses/libsoftmax.so", "loss", "softmax"}}},
        std::move(settings));
    context->inputs_["crops"] = folder_;
    return context;
  }
  std::unique_ptr<FakeContext> DescribeContext(const Network& network, const Json& weights) {
    Json settings = {{"kind", "one"}, {"scales", {network.side}}};
    if (!weights.is_null()) settings["weights"] = weights;
    return Context("describe", network, settings);
  }
  FloatArray Describe(FakeContext& context) {
    const absl::Status status = RunDescribe(context);
    EXPECT_TRUE(status.ok()) << status;
    auto array = ReadNpy(context.output_ + "/descriptors.npy");
    EXPECT_TRUE(array.ok()) << array.status();
    return array.ok() ? *array : FloatArray();
  }
  std::string DescribeError(const Network& network, const Json& weights) {
    return std::string(RunDescribe(*DescribeContext(network, weights)).message());
  }

  // What Caffe's users feed: B, G, R, the mean subtracted, nothing else.
  cv::Mat Opencv(int crop, const std::string& layer) {
    cv::dnn::Net net =
        cv::dnn::readNetFromCaffe(folder_ + "/vgg.prototxt", folder_ + "/vgg.caffemodel");
    net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    const cv::Scalar mean(kVggFaceMean[0], kVggFaceMean[1], kVggFaceMean[2]);
    net.setInput(cv::dnn::blobFromImage(crops_[static_cast<size_t>(crop)], 1.0, cv::Size(), mean,
                                        /*swapRB=*/false));
    return net.forward(layer).clone();
  }
  // The largest difference between descriptors and fc7 in OpenCV, divided by fc7's largest value.
  double LargestDifference(const FloatArray& descriptors) {
    double difference = 0, largest = 0;
    const int64_t dimension = descriptors.shape[1];
    for (int crop = 0; crop < kCrops; ++crop) {
      const cv::Mat fc7 = Opencv(crop, "relu7");
      EXPECT_EQ(static_cast<int64_t>(fc7.total()), dimension);
      for (int64_t i = 0; i < dimension; ++i) {
        const double expected = fc7.ptr<float>()[i];
        const double got = descriptors.values[static_cast<size_t>(crop * dimension + i)];
        difference = std::max(difference, std::abs(got - expected));
        largest = std::max(largest, expected);
      }
    }
    EXPECT_GT(largest, 0.1);
    return difference / largest;
  }

  std::string folder_;
  std::vector<cv::Mat> crops_;
};

class CaffeShapes : public ForeignWeights, public testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(OldAndNew, CaffeShapes, testing::Bool());

TEST_P(CaffeShapes, TensorsAreThoseOfTheFile) {
  const CaffeWriter writer(kSmall, GetParam());
  writer.Write(folder_ + "/vgg");
  const auto stored = ImportCaffe(folder_ + "/vgg.prototxt", folder_ + "/vgg.caffemodel");
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->tensors.size(), 2u * 16u);
  EXPECT_THAT(stored->tensors.at("conv1_1.weight").shape, testing::ElementsAre(8, 3, 3, 3));
  EXPECT_THAT(stored->tensors.at("fc6.weight").shape, testing::ElementsAre(64, 64));
  EXPECT_THAT(stored->tensors.at("fc8.bias").shape, testing::ElementsAre(10));
  for (const caffe::Layer& layer : writer.net().layer()) {
    for (int i = 0; i < layer.blobs_size(); ++i) {
      const auto& data = layer.blobs(i).data();
      const StoredTensor& tensor =
          stored->tensors.at(layer.name() + (i == 0 ? ".weight" : ".bias"));
      EXPECT_TRUE(std::equal(data.begin(), data.end(), tensor.values.begin(), tensor.values.end()))
          << layer.name();
    }
  }
}

// A layer of each other kind, with its values.
TEST_F(ForeignWeights, CaffeNormalisationAndSlopes) {
  std::ofstream(folder_ + "/net.prototxt")
      << "input: \"data\" input_dim: 1 input_dim: 2 input_dim: 4 input_dim: 4\n"
         "layer { name: \"conv\" type: \"Convolution\" bottom: \"data\" top: \"conv\" "
         "convolution_param { num_output: 2 kernel_size: 1 group: 2 bias_term: false } }\n"
         "layer { name: \"bn\" type: \"BatchNorm\" bottom: \"conv\" top: \"bn\" }\n"
         "layer { name: \"scale\" type: \"Scale\" bottom: \"bn\" top: \"scale\" "
         "scale_param { bias_term: true } }\n"
         "layer { name: \"relu\" type: \"PReLU\" bottom: \"scale\" top: \"relu\" }\n";
  caffe::Net net;
  const auto add = [&net](const char* name, const char* type,
                          const std::vector<std::vector<float>>& blobs) {
    caffe::Layer* layer = net.add_layer();
    layer->set_name(name);
    layer->set_type(type);
    for (const std::vector<float>& values : blobs) {
      caffe::Blob* blob = layer->add_blobs();
      blob->mutable_data()->Add(values.begin(), values.end());
      if (std::string(type) == "Convolution") {
        for (const int extent : {2, 1, 1, 1}) blob->mutable_shape()->add_dim(extent);
      } else {
        blob->mutable_shape()->add_dim(static_cast<int64_t>(values.size()));
      }
    }
  };
  add("conv", "Convolution", {{3, 4}});
  add("bn", "BatchNorm", {{2, 4}, {6, 8}, {2}});  // sums over 2
  add("scale", "Scale", {{0.5f, 1.5f}, {-1, 1}});
  add("relu", "PReLU", {{0.25f, 0.125f}});
  std::ofstream file(folder_ + "/net.caffemodel", std::ios::binary);
  ASSERT_TRUE(net.SerializeToOstream(&file));
  file.close();
  const auto stored = ImportCaffe(folder_ + "/net.prototxt", folder_ + "/net.caffemodel");
  ASSERT_TRUE(stored.ok()) << stored.status();
  std::map<std::string, std::vector<float>> values;
  for (const auto& [name, tensor] : stored->tensors) values[name] = tensor.values;
  EXPECT_EQ(values, (std::map<std::string, std::vector<float>>{{"conv.weight", {3, 4}},
                                                               {"bn.running_mean", {1, 2}},
                                                               {"bn.running_var", {3, 4}},
                                                               {"scale.weight", {0.5f, 1.5f}},
                                                               {"scale.bias", {-1, 1}},
                                                               {"relu.weight", {0.25f, 0.125f}}}));
  EXPECT_THAT(stored->tensors.at("conv.weight").shape, testing::ElementsAre(2, 1, 1, 1));
}

TEST_F(ForeignWeights, CaffeModelDescribesAsOpencvDoes) {
  // 64 px: a last map of 2 x 2, so that the order of fc6's inputs matters.
  const Network network = {64, 0.125, 64, 10};
  WriteCaffe(network);
  const auto context = DescribeContext(network, CaffeSettings());
  const double difference = LargestDifference(Describe(*context));
  std::printf("largest difference to OpenCV's fc7: %.2g of the largest value\n", difference);
  // float32 sums in another order, through 15 layers; measured 1e-6.
  EXPECT_LT(difference, 1e-5);
  EXPECT_THAT(context->notices_, testing::ElementsAre(HasSubstr("not used: fc8.bias, fc8.weight")));
}

TEST_F(ForeignWeights, ChannelOrderAndMeanMatter) {
  WriteCaffe(kSmall);
  Json wrong = CaffeSettings();
  wrong["channels"] = "rgb";
  EXPECT_GT(LargestDifference(Describe(*DescribeContext(kSmall, wrong))), 1e-2);
  wrong = CaffeSettings();
  std::reverse(wrong["mean_bgr"].begin(), wrong["mean_bgr"].end());
  EXPECT_GT(LargestDifference(Describe(*DescribeContext(kSmall, wrong))), 1e-2);
}

TEST_F(ForeignWeights, TheClassifierOfACaffeModelScoresAsOpencvDoes) {
  WriteCaffe(kSmall);
  const FloatArray descriptors = Describe(*DescribeContext(kSmall, CaffeSettings()));
  const auto stored = ImportCaffe(folder_ + "/vgg.prototxt", folder_ + "/vgg.caffemodel");
  ASSERT_TRUE(stored.ok()) << stored.status();
  const at::Tensor fc7 = FromStored({{kCrops, kSmall.fc}, descriptors.values});
  const at::Tensor scores =
      at::softmax(at::linear(fc7, FromStored(stored->tensors.at("fc8.weight")),
                             FromStored(stored->tensors.at("fc8.bias"))),
                  1);
  for (int crop = 0; crop < kCrops; ++crop) {
    const cv::Mat prob = Opencv(crop, "prob");
    for (int i = 0; i < kSmall.classes; ++i) {
      // Shares of 1; logits of tens magnify fc7's relative 1e-6.
      EXPECT_NEAR(scores[crop][i].item<float>(), prob.ptr<float>()[i], 1e-4);
    }
  }
}

TEST_F(ForeignWeights, TrainingBeginsWithThemAndItsFileIsEnoughForAnotherRow) {
  WriteCaffe(kSmall);
  const auto train = Context("train", kSmall,
                             {{"loop", {{"batch", 3}, {"epochs", 1}, {"validation_share", 0.0}}},
                              {"weights", CaffeSettings()}});
  train->uses_["optimizer"] = {
      "plugins/optimizers/libsgd.so", "optimizer", "sgd", {{"weight_decay", 0.0}}};
  train->uses_["schedule"] = {
      "plugins/schedules/libplateau.so", "schedule", "plateau", {{"rates", {1e-30}}}};
  train->uses_["sampler"] = {"plugins/samplers/librandom.so", "sampler", "random"};
  const absl::Status status = RunTrain(*train);
  ASSERT_TRUE(status.ok()) << status;
  // A rate of 1e-30 changes nothing: the network and its input are still those of the file.
  const Json own = {{"file", train->output_ + "/weights.safetensors"}};
  EXPECT_LT(LargestDifference(Describe(*DescribeContext(kSmall, own))), 1e-5);
  const auto described = DescribeContext(kSmall, nullptr);
  described->inputs_["model"] = train->output_;
  EXPECT_LT(LargestDifference(Describe(*described)), 1e-5);
}

TEST_F(ForeignWeights, MessagesNameWhatDoesNotFit) {
  WriteCaffe(kSmall);
  Network other = kSmall;
  other.fc = 32;
  const std::string shape = DescribeError(other, CaffeSettings());
  EXPECT_THAT(shape, HasSubstr("fc6.weight [32, 64]: the file's is [64, 64]"));
  EXPECT_THAT(shape, HasSubstr("fc7.bias [32]: the file's is [64]"));

  StoredTensors stored;
  stored.tensors["conv1_1.weigth"] = {{1}, {0}};
  const std::string path = folder_ + "/other.safetensors";
  ASSERT_TRUE(WriteTensors(path, SourcesOf(stored)).ok());
  const std::string missing = DescribeError(kSmall, {{"file", path}});
  EXPECT_THAT(missing, HasSubstr("conv1_1.weight [8, 3, 3, 3]: the file has none of this name; "
                                 "nearest: conv1_1.weigth"));
  EXPECT_THAT(missing, HasSubstr("and 22 more"));

  Json settings = CaffeSettings();
  settings["layout"] = "";
  EXPECT_THAT(DescribeError(kSmall, settings), HasSubstr("must name its deploy .prototxt"));
  EXPECT_THAT(DescribeError(kSmall, {{"file", "net.pth"}}), HasSubstr("convert it to safetensors"));
  EXPECT_THAT(DescribeError(kSmall, {{"file", path}, {"mean_bgr", {1, 2}}}),
              HasSubstr("mean_bgr has 2 values, not 3"));
  std::ofstream(folder_ + "/vgg.caffemodel") << "no model";
  EXPECT_THAT(DescribeError(kSmall, CaffeSettings()), HasSubstr("vgg.caffemodel"));
}

// 145 million weights, a file of 580 MB: run by foreign_weights_full_test.
TEST_F(ForeignWeights, DISABLED_FullVggFaceDescribesAsOpencvDoes) {
  const Network network = {224, 1.0, 4096, 2622};
  WriteCaffe(network);
  const double difference = LargestDifference(Describe(*DescribeContext(network, CaffeSettings())));
  std::printf("largest difference to OpenCV's fc7: %.2g of the largest value\n", difference);
  EXPECT_LT(difference, 1e-5);
}

}  // namespace
}  // namespace facet
