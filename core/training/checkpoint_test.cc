// Weights files and checkpoints.
#include "core/training/checkpoint.h"

#include <filesystem>
#include <fstream>
#include <limits>

#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/training/weights_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

StoredTensors Example() {
  StoredTensors stored;
  stored.tensors["b"] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
  stored.tensors["a"] = {{}, {0.5f}};
  stored.tensors["empty"] = {{0, 4}, {}};
  stored.metadata["format"] = "pt";
  return stored;
}

// Header length, JSON, values: written out by hand from the format's description.
std::string File(std::string header, const std::string& data) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header + data;
}
constexpr char kOne[] = {'\0', '\0', '\x80', '\x3f'};  // 1.0f, little-endian
const std::string kTwoOnes = std::string(kOne, 4) + std::string(kOne, 4);

TEST(WeightsFile, ReadsTheFormat) {
  const auto stored = ParseTensors(File(
      R"({"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}   )",
      kTwoOnes));
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->metadata.at("k"), "v");
  EXPECT_THAT(stored->tensors.at("w").shape, testing::ElementsAre(2, 1));
  EXPECT_THAT(stored->tensors.at("w").values, testing::ElementsAre(1.0f, 1.0f));
}

TEST(WeightsFile, WritesWhatItReads) {
  const std::string bytes = SerializeTensors(Example());
  EXPECT_EQ((static_cast<unsigned char>(bytes[0])) % 8, 0);  // values are aligned
  EXPECT_EQ(bytes[8], '{');
  const auto stored = ParseTensors(bytes);
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->metadata, Example().metadata);
  EXPECT_EQ(SerializeTensors(*stored), bytes);
  EXPECT_THAT(stored->tensors.at("b").values, testing::ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(stored->tensors.at("empty").shape, testing::ElementsAre(0, 4));
}

// Bits of IEEE 754 binary16, of bfloat16 (the upper half of a float32) and of float64, written out
// by hand.
TEST(WeightsFile, ReadsTheOtherTypes) {
  const auto values = [](const std::string& type, int count, const std::string& data) {
    const auto stored =
        ParseTensors(File(R"({"w":{"dtype":")" + type + R"(","shape":[)" + std::to_string(count) +
                              R"(],"data_offsets":[0,)" + std::to_string(data.size()) + "]}}",
                          data));
    EXPECT_TRUE(stored.ok()) << stored.status();
    return stored.ok() ? stored->tensors.at("w").values : std::vector<float>();
  };
  const auto bytes = [](std::initializer_list<int> list) {
    std::string text;
    for (const int byte : list) text.push_back(static_cast<char>(byte));
    return text;
  };
  // 1, -2, 65504 (the largest), 2^-14 (the smallest normal one), 2^-24 (the smallest), 1/3 rounded,
  // -0, infinity.
  EXPECT_THAT(values("F16", 8,
                     bytes({0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x00, 0x04, 0x01, 0x00, 0x55, 0x35,
                            0x00, 0x80, 0x00, 0x7c})),
              testing::ElementsAre(1.0f, -2.0f, 65504.0f, 0x1p-14f, 0x1p-24f, 0.333251953125f,
                                   -0.0f, std::numeric_limits<float>::infinity()));
  EXPECT_THAT(values("BF16", 2, bytes({0x80, 0x3f, 0x49, 0xc0})),
              testing::ElementsAre(1.0f, -3.140625f));
  EXPECT_THAT(values("F64", 1, bytes({0, 0, 0, 0, 0, 0, 0xf8, 0xbf})), testing::ElementsAre(-1.5f));
  EXPECT_THAT(values("I64", 1, bytes({7, 1, 0, 0, 0, 0, 0, 0})), testing::ElementsAre(263.0f));
}

TEST(WeightsFile, RefusesEveryShorterFile) {
  const std::string bytes = SerializeTensors(Example());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseTensors(std::string_view(bytes).substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(ParseTensors(bytes + "x").ok());
}

TEST(WeightsFile, RefusesOffsetsThatDoNotFit) {
  const auto message = [](const std::string& header) {
    return std::string(ParseTensors(File(header, kTwoOnes)).status().message());
  };
  EXPECT_THAT(message(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})"),
              HasSubstr("offsets of tensor \"w\" do not fit its shape"));
  EXPECT_THAT(message(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"),
              HasSubstr("leaves a hole"));
  EXPECT_THAT(message(R"({"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                      R"("w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})"),
              HasSubstr("overlaps another"));
  EXPECT_THAT(message(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})"),
              HasSubstr("cut off in tensor \"w\""));
  EXPECT_THAT(message(R"({"w":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}})"),
              HasSubstr("-1 is no size"));
  EXPECT_THAT(message(R"({"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,8]}})"),
              HasSubstr("do not fit"));
  EXPECT_THAT(message(R"({"w":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})"),
              HasSubstr("has type F8_E4M3; read are F32, F16, BF16, F64"));
  EXPECT_THAT(message(R"({"w":{"dtype":"F32","shape":[1099511627776,1099511627776],)"
                      R"("data_offsets":[0,8]}})"),
              HasSubstr("do not fit"));
  EXPECT_THAT(message(R"({"w":{"dtype":"F32","shape":[2]}})"), HasSubstr("header of tensor \"w\""));
  EXPECT_THAT(message(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}})"),
              HasSubstr("-8 is no size"));
  EXPECT_THAT(message(R"({"w":{"dtype":"F32","shape":[1e30],"data_offsets":[0,8]}})"),
              HasSubstr("1e+30 is no size"));
  EXPECT_THAT(message(R"([1])"), HasSubstr("no object"));
}

TEST(WeightsFile, NamesTheFile) {
  const std::string path = TestFolder() + "/w.safetensors";
  const StoredTensors example = Example();
  ASSERT_TRUE(WriteTensors(path, SourcesOf(example)).ok());
  EXPECT_TRUE(ReadTensors(path).ok());
  std::ofstream(path) << "short";
  EXPECT_THAT(std::string(ReadTensors(path).status().message()), HasSubstr("w.safetensors: "));
}

TEST(Checkpoint, KeepsTwoGenerationsAndTakesTheNewestWhole) {
  const std::string folder = TestFolder();
  {
    CheckpointStore store(folder);
    EXPECT_FALSE(store.Load().has_value());
    for (int64_t step = 1; step <= 3; ++step) {
      StoredTensors state;
      state.tensors["step"] = {{}, {static_cast<float>(step)}};
      ASSERT_TRUE(store.Save(step, SourcesOf(state)).ok());
    }
  }
  const auto step = [&] {
    const auto state = CheckpointStore(folder).Load();
    return state.has_value() ? state->tensors.at("step").values[0] : -1.0f;
  };
  EXPECT_EQ(step(), 3.0f);
  // Step 3 replaced step 1 in generation 0. A flipped bit there: step 2 is left.
  std::string bytes = *ReadFile(folder + "/checkpoint.0");
  bytes[bytes.size() - 1] ^= 1;
  std::ofstream(folder + "/checkpoint.0", std::ios::binary) << bytes;
  EXPECT_EQ(step(), 2.0f);
  CheckpointStore store(folder);
  ASSERT_TRUE(store.Load().has_value());
  StoredTensors state;
  state.tensors["step"] = {{}, {4.0f}};
  ASSERT_TRUE(store.Save(4, SourcesOf(state)).ok());  // replaces the broken one
  EXPECT_EQ(step(), 4.0f);
  std::ofstream(folder + "/checkpoint.1.5eed5eed") << "cut off by a kill";
  EXPECT_EQ(step(), 4.0f);
  EXPECT_FALSE(std::filesystem::exists(folder + "/checkpoint.1.5eed5eed"));
  std::filesystem::resize_file(folder + "/checkpoint.0", 100);
  EXPECT_EQ(step(), 2.0f);
  std::filesystem::remove(folder + "/checkpoint.1");
  EXPECT_EQ(step(), -1.0f);
}

}  // namespace
}  // namespace facet
