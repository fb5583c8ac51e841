// A two-layer network written here in ONNX's wire format (protocol buffers) has a known output; the
// shared MobileFaceNet (FACET_DATA) has the published dimension.
#include <ATen/ATen.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <opencv2/core/utility.hpp>

#include "absl/strings/str_cat.h"
#include "core/api/architecture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<std::unique_ptr<Architecture>> TryMake(const std::string& options) {
  auto made = facet_plugin_descriptor()->components[0].create(options);
  if (!made.ok()) return made.status();
  return std::unique_ptr<Architecture>(static_cast<Architecture*>(made->release()));
}

// Protocol-buffer fields, by their numbers in onnx.proto.
std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}
std::string Number(int field, uint64_t value) {
  return Varint(static_cast<uint64_t>(field) << 3) + Varint(value);
}
std::string Message(int field, const std::string& content) {
  return Varint(static_cast<uint64_t>(field) << 3 | 2) + Varint(content.size()) + content;
}

// ValueInfoProto of a float tensor. Extent 0: any, by the name "N".
std::string ValueInfo(const std::string& name, const std::vector<uint64_t>& shape) {
  std::string dims;
  for (const uint64_t extent : shape) {
    dims += Message(1, extent == 0 ? Message(2, "N") : Number(1, extent));
  }
  return Message(1, name) + Message(2, Message(1, Number(1, 1) + Message(2, dims)));
}

// What comes after the mean.
enum class End {
  kNone,
  kReshapeToOneRow,  // to [1, 2]; OpenCV takes the 1 for the batch
  kBesideOneImage,   // concatenated with a tensor [1, 2, 1, 1]: an error for several
  kSoftmaxOfAll      // over the values of all images
};

// Convolution 1x1 with the weights [2, 3], then the mean over the image: [N, 2, 1, 1]. `batch`: as
// the file says it, 0: any.
std::string TinyNetwork(int size_px, uint64_t batch = 1, End end = End::kNone) {
  const float weights[6] = {1, 0, 0, 0.5f, 0.5f, -1};
  std::string tensor;
  for (const uint64_t extent : {2, 3, 1, 1}) tensor += Number(1, extent);
  tensor += Number(2, 1) + Message(8, "w") +
            Message(9, std::string(reinterpret_cast<const char*>(weights), sizeof(weights)));
  std::string kernel = Message(1, "kernel_shape") + Number(8, 1) + Number(8, 1) + Number(20, 7);
  const std::string convolution =
      Message(1, "x") + Message(1, "w") + Message(2, "y") + Message(4, "Conv") + Message(5, kernel);
  const std::string pooling = Message(1, "y") + Message(2, "z") + Message(4, "GlobalAveragePool");
  const auto side = static_cast<uint64_t>(size_px);
  const auto axis = [](uint64_t value) {
    return Message(5, Message(1, "axis") + Number(3, value) + Number(20, 2));
  };
  std::string last, own;  // the node, and the tensor that it takes
  if (end == End::kReshapeToOneRow) {
    const int64_t extents[2] = {1, 2};
    own = Message(
        5, Number(1, 2) + Number(2, 7) + Message(8, "s") +
               Message(9, std::string(reinterpret_cast<const char*>(extents), sizeof(extents))));
    last = Message(1, "z") + Message(1, "s") + Message(2, "e") + Message(4, "Reshape");
  } else if (end == End::kBesideOneImage) {
    const float values[2] = {3, 4};
    for (const uint64_t extent : {1, 2, 1, 1}) own += Number(1, extent);
    own = Message(
        5, own + Number(2, 1) + Message(8, "o") +
               Message(9, std::string(reinterpret_cast<const char*>(values), sizeof(values))));
    last = Message(1, "z") + Message(1, "o") + Message(2, "e") + Message(4, "Concat") + axis(1);
  } else if (end == End::kSoftmaxOfAll) {
    last = Message(1, "z") + Message(2, "e") + Message(4, "Softmax") + axis(0);
  }
  const std::string graph =
      Message(1, convolution) + Message(1, pooling) + (last.empty() ? "" : Message(1, last)) +
      Message(2, "tiny") + Message(5, tensor) + own +
      Message(11, ValueInfo("x", {batch, 3, side, side})) +
      Message(12, last.empty() ? ValueInfo("z", {batch, 2, 1, 1}) : ValueInfo("e", {1, 2}));
  return Number(1, 7) + Message(8, Message(1, "") + Number(2, 11)) + Message(7, graph);
}

std::string WriteFile(const std::string& name, const std::string& bytes) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST(Onnx, RunsANetworkOnEachImage) {
  const std::string path = WriteFile("tiny.onnx", TinyNetwork(4));
  const auto net = TryMake(absl::StrCat(R"({"model": ")", path, R"(", "input_px": 4})"));
  ASSERT_TRUE(net.ok()) << net.status();
  EXPECT_FALSE((*net)->trainable());
  ASSERT_EQ((*net)->dimension(), 2);
  at::manual_seed(1);
  const at::Tensor images = at::randn({3, 3, 4, 4}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor out = (*net)->Forward(images, false);
  const at::Tensor means = images.mean({2, 3});  // [3, 3]
  const at::Tensor expected =
      at::stack({means.select(1, 0),
                 0.5 * means.select(1, 0) + 0.5 * means.select(1, 1) - means.select(1, 2)},
                1);
  EXPECT_TRUE(at::allclose(out, expected, 1e-5, 1e-6)) << out << expected;
}

// OpenCV's, for one scope.
class Threads {
 public:
  explicit Threads(int count) : before_(cv::getNumThreads()) { cv::setNumThreads(count); }
  ~Threads() { cv::setNumThreads(before_); }

 private:
  const int before_;
};

// The images of a batch one by one, each in a call.
at::Tensor OneByOne(Architecture& net, const at::Tensor& images) {
  std::vector<at::Tensor> rows;
  for (int64_t i = 0; i < images.size(0); ++i) {
    rows.push_back(net.Forward(images.narrow(0, i, 1), false));
  }
  return at::cat(rows);
}

struct Exported {
  const char* name;
  uint64_t batch;
  End end;
  bool together;
};

class OnnxBatch : public testing::TestWithParam<Exported> {};

// To the bit, whatever the file says of its batch; what cannot be done together is done one by one,
// and that is said once.
TEST_P(OnnxBatch, GivesWhatEachImageGivesAlone) {
  const Exported& exported = GetParam();
  const std::string path =
      WriteFile(absl::StrCat(exported.name, ".onnx"), TinyNetwork(4, exported.batch, exported.end));
  testing::internal::CaptureStderr();
  const auto net = TryMake(absl::StrCat(R"({"model": ")", path, R"(", "input_px": 4})"));
  ASSERT_TRUE(net.ok()) << net.status();
  const int64_t dimension = exported.end == End::kBesideOneImage ? 4 : 2;
  ASSERT_EQ((*net)->dimension(), dimension);
  at::manual_seed(1);
  const at::Tensor images = at::randn({70, 3, 4, 4});
  const at::Tensor alone = OneByOne(**net, images);
  for (const int threads : {1, 3, 8, 40}) {
    const Threads of_opencv(threads);
    for (const int64_t size : {1, 2, 3, 31, 32, 33, 70}) {
      const at::Tensor out = (*net)->Forward(images.narrow(0, 0, size), false);
      EXPECT_TRUE(at::equal(out, alone.narrow(0, 0, size))) << size << " on " << threads;
    }
  }
  EXPECT_TRUE(at::equal((*net)->Forward(images.narrow(0, 5, 2), false), alone.narrow(0, 5, 2)));
  EXPECT_EQ((*net)->Forward(images.narrow(0, 0, 0), false).sizes(),
            (std::vector<int64_t>{0, dimension}));
  const std::string said = testing::internal::GetCapturedStderr();
  const std::string sentence = path + " goes one image at a time";
  if (exported.together) {
    EXPECT_THAT(said, testing::Not(HasSubstr(sentence)));
  } else {
    EXPECT_THAT(said, HasSubstr(sentence));
    EXPECT_EQ(said.find(sentence), said.rfind(sentence));
  }
}

INSTANTIATE_TEST_SUITE_P(Exports, OnnxBatch,
                         testing::Values(Exported{"any", 0, End::kNone, true},
                                         Exported{"one", 1, End::kNone, true},
                                         Exported{"reshape", 1, End::kReshapeToOneRow, true},
                                         Exported{"reshape_any", 0, End::kReshapeToOneRow, true},
                                         Exported{"beside", 1, End::kBesideOneImage, false},
                                         Exported{"beside_any", 0, End::kBesideOneImage, false},
                                         Exported{"softmax", 1, End::kSoftmaxOfAll, false}),
                         [](const auto& exported) { return std::string(exported.param.name); });

TEST(Onnx, SaysWhatTheNetworkSees) {
  const std::string path = WriteFile("tiny4.onnx", TinyNetwork(4));
  const auto net = TryMake(absl::StrCat(R"({"model": ")", path, R"(", "input_px": 4,
      "rgb": false, "mean": [1, 2, 3], "std": [4, 5, 8]})"));
  ASSERT_TRUE(net.ok()) << net.status();
  const NetworkInput input = (*net)->input();
  EXPECT_FALSE(input.rgb);
  EXPECT_THAT(input.mean_bgr, testing::ElementsAre(3, 2, 1));
  EXPECT_THAT(input.scale_bgr, testing::ElementsAre(1.0 / 8, 1.0 / 5, 1.0 / 4));
}

TEST(Onnx, NamesAFileThatIsNoNetwork) {
  const std::string path = WriteFile("text.onnx", "no network");
  const auto net = TryMake(absl::StrCat(R"({"model": ")", path, R"("})"));
  ASSERT_FALSE(net.ok());
  EXPECT_THAT(std::string(net.status().message()), HasSubstr("text.onnx: OpenCV"));
}

TEST(Onnx, RefusesListsThatAreNotPerChannel) {
  const auto net = TryMake(R"({"model": "x.onnx", "mean": [1, 2]})");
  ASSERT_FALSE(net.ok());
  EXPECT_THAT(std::string(net.status().message()), HasSubstr("onnx.mean has 2 values, not 3"));
}

TEST(Onnx, ReadsTheSharedMobileFaceNet) {
  const char* const data = std::getenv("FACET_DATA");
  if (data == nullptr) GTEST_SKIP() << "FACET_DATA is not set";
  const std::string path =
      std::filesystem::absolute(data).string() + "/models/mobilefacenet_foamliu_clipattr.onnx";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing";
  testing::internal::CaptureStderr();
  const auto net = TryMake(absl::StrCat(R"({"model": ")", path, R"("})"));
  ASSERT_TRUE(net.ok()) << net.status();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::Not(HasSubstr("one image at a time")));
  EXPECT_EQ((*net)->dimension(), 128);
  // Its file says a batch of 1 and ends in a reshape to one row. Together images give what each
  // gives alone, to the bit, on any number of threads.
  at::manual_seed(1);
  const at::Tensor images = at::randn({9, 3, 112, 112});
  const at::Tensor alone = [&] {
    const Threads one(1);
    return OneByOne(**net, images);
  }();
  EXPECT_GT((alone[0] - alone[1]).abs().max().item<float>(), 0.01F);
  for (const int threads : {1, 4, 8}) {
    const Threads of_opencv(threads);
    for (const int64_t size : {1, 2, 5, 8, 9}) {
      EXPECT_TRUE(
          at::equal((*net)->Forward(images.narrow(0, 0, size), false), alone.narrow(0, 0, size)))
          << size << " on " << threads;
    }
  }
}

}  // namespace
}  // namespace facet
