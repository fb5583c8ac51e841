#include "core/records/npy.h"

#include <cstring>

#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(Npy, BytesAreThoseOfTheFormat) {
  const std::string path = TestPath("a.npy");
  ASSERT_TRUE(WriteNpy(path, {{2, 3}, {0, 1, 2, 3, 4, 5}}).ok());
  // Written out by hand from the description in numpy.lib.format: magic, 1.0, the header's length,
  // the dictionary, blanks up to a multiple of 64 and a line's end.
  std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
  expected += "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  expected += std::string(128 - 10 - 59 - 1, ' ') + "\n";
  const std::string bytes = ReadFile(path).value();
  EXPECT_EQ(bytes.substr(0, 128), expected);
  EXPECT_EQ(bytes.size(), 128u + 24u);
  float last;
  std::memcpy(&last, &bytes[bytes.size() - 4], 4);
  EXPECT_EQ(last, 5.0f);
}

TEST(Npy, RoundTripsShapes) {
  const std::string path = TestPath("a.npy");
  const std::vector<std::vector<int64_t>> shapes = {{}, {4}, {0, 8}, {2, 1, 3}};
  for (const std::vector<int64_t>& shape : shapes) {
    size_t count = 1;
    for (const int64_t size : shape) count *= static_cast<size_t>(size);
    const FloatArray array = {shape, std::vector<float>(count, 1.5f)};
    ASSERT_TRUE(WriteNpy(path, array).ok());
    const absl::StatusOr<FloatArray> read = ReadNpy(path);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->shape, shape);
    EXPECT_EQ(read->values, array.values);
  }
  EXPECT_EQ(WriteNpy(path, {{2, 3}, {1}}).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Npy, PieceByPieceIsTheSameFile) {
  const std::string path = TestPath("a.npy"), pieces = TestPath("b.npy");
  const std::vector<float> values = {0, 1, 2, 3, 4, 5};
  ASSERT_TRUE(WriteNpy(path, {{3, 2}, values}).ok());
  const auto writer = NpyWriter::Create(pieces, {3, 2});
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE((*writer)->Append(values.data(), 4).ok());
  ASSERT_TRUE((*writer)->Append(values.data() + 4, 2).ok());
  ASSERT_TRUE((*writer)->Finish().ok());
  EXPECT_EQ(*ReadFile(pieces), *ReadFile(path));

  const auto reader = NpyReader::Open(pieces);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT((*reader)->shape(), testing::ElementsAre(3, 2));
  std::vector<float> read(6);
  ASSERT_TRUE((*reader)->Read(2, read.data()).ok());
  ASSERT_TRUE((*reader)->Read(4, read.data() + 2).ok());
  EXPECT_EQ(read, values);
  EXPECT_TRUE(absl::IsDataLoss((*reader)->Read(1, read.data())));
}

TEST(Npy, MappedValuesAreThoseRead) {
  const std::string path = TestPath("a.npy");
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{700, 3}, {0, 8}, {}}) {
    FloatArray array = {shape, {}};
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    for (int64_t i = 0; i < count; ++i) array.values.push_back(static_cast<float>(i) / 3);
    ASSERT_TRUE(WriteNpy(path, array).ok());
    const auto mapped = MappedNpy::Open(path);
    ASSERT_TRUE(mapped.ok()) << mapped.status();
    EXPECT_EQ((*mapped)->shape(), shape);
    const float* const values = (*mapped)->values();
    EXPECT_EQ(std::vector<float>(values, values + count), array.values);
  }
  ASSERT_TRUE(WriteFileAtomically(path, "abc").ok());
  EXPECT_THAT(MappedNpy::Open(path).status().message(), HasSubstr("is no .npy file"));
  EXPECT_THAT(MappedNpy::Open(TestPath("none")).status().message(), HasSubstr("cannot read"));
  // A header that ends anywhere: the format forbids it, and float32 cannot be read there.
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n";
  std::string bytes("\x93NUMPY\x01\x00", 8);
  header += std::string((5 - (bytes.size() + 2 + header.size()) % 4) % 4, ' ');  // 4 k + 1
  bytes += {static_cast<char>(header.size()), '\0'};
  ASSERT_TRUE(WriteFileAtomically(path, bytes + header + std::string(4, '\0')).ok());
  EXPECT_THAT(MappedNpy::Open(path).status().message(), HasSubstr("asks for a multiple of 64"));
}

TEST(Npy, RefusesOtherContent) {
  const std::string path = TestPath("a.npy");
  ASSERT_TRUE(WriteNpy(path, {{2, 3}, {0, 1, 2, 3, 4, 5}}).ok());
  const std::string good = ReadFile(path).value();
  const auto error_for = [&](const std::string& bytes) {
    EXPECT_TRUE(WriteFileAtomically(path, bytes).ok());
    return ReadNpy(path).status();
  };
  std::string bytes = good;
  bytes.replace(bytes.find("<f4"), 3, "<f8");
  EXPECT_THAT(std::string(error_for(bytes).message()), HasSubstr("type '<f8', expected '<f4'"));
  bytes = good;
  bytes.replace(bytes.find("False"), 5, "True ");
  EXPECT_THAT(std::string(error_for(bytes).message()), HasSubstr("Fortran order"));
  bytes = good;
  bytes.replace(bytes.find("(2, 3)"), 6, "(9e99)");
  EXPECT_EQ(error_for(bytes).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error_for(good.substr(0, good.size() - 1)).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(error_for(good + "x").code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(error_for(good.substr(0, 40)).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(error_for("text").code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace facet
