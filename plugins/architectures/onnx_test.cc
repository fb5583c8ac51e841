// A two-layer network written here in ONNX's wire format (protocol buffers) has a known output; the
// shared MobileFaceNet (FACET_DATA) has the published dimension.
#include <ATen/ATen.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

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

// ValueInfoProto of a float tensor.
std::string ValueInfo(const std::string& name, const std::vector<uint64_t>& shape) {
  std::string dims;
  for (const uint64_t extent : shape) dims += Message(1, Number(1, extent));
  return Message(1, name) + Message(2, Message(1, Number(1, 1) + Message(2, dims)));
}

// Convolution 1x1 with the weights [2, 3], then the mean over the image: [N, 2, 1, 1].
std::string TinyNetwork(int size_px) {
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
  const std::string graph = Message(1, convolution) + Message(1, pooling) + Message(2, "tiny") +
                            Message(5, tensor) + Message(11, ValueInfo("x", {1, 3, side, side})) +
                            Message(12, ValueInfo("z", {1, 2, 1, 1}));
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
  const auto net = TryMake(absl::StrCat(R"({"model": ")", path, R"("})"));
  ASSERT_TRUE(net.ok()) << net.status();
  EXPECT_EQ((*net)->dimension(), 128);
}

}  // namespace
}  // namespace facet
