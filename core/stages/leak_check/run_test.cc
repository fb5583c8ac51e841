#include <filesystem>
#include <fstream>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/image/image_io.h"
#include "core/pipeline/context_testing.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/leak_check/leak_check.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Smooth random shades, as a photograph has: a coarse grid of colours, interpolated.
Image Picture(uint64_t seed, int side = 160) {
  constexpr int kGrid = 6;
  Random random(seed);
  double grid[kGrid + 1][kGrid + 1];
  for (auto& row : grid) {
    for (double& value : row) value = random.Uniform(0, 255);
  }
  Image image(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double u = static_cast<double>(x) * kGrid / side,
                   v = static_cast<double>(y) * kGrid / side;
      const int i = static_cast<int>(u), j = static_cast<int>(v);
      const double a = u - i, b = v - j;
      const double value = (1 - b) * ((1 - a) * grid[j][i] + a * grid[j][i + 1]) +
                           b * ((1 - a) * grid[j + 1][i] + a * grid[j + 1][i + 1]);
      for (int c = 0; c < 3; ++c) image.Pixel(x, y)[c] = static_cast<uint8_t>(value);
    }
  }
  return image;
}

class LeakCheck : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(testing::TempDir(), "/",
                           testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    for (const char* part : {"images", "test", "train", "test_descriptors", "train_descriptors"}) {
      std::filesystem::create_directories(absl::StrCat(folder_, "/", part));
    }
  }

  void AddFile(const std::string& path, const std::string& bytes) {
    std::ofstream(absl::StrCat(folder_, "/images/", path), std::ios::binary) << bytes;
  }
  static std::string Jpeg(const Image& image, int quality) { return *EncodeJpeg(image, quality); }

  // {key and path, identity}
  void AddSamples(const std::string& set,
                  const std::vector<std::pair<std::string, std::string>>& list) {
    std::vector<Sample> samples;
    for (const auto& [path, identity] : list) {
      Sample sample;
      sample.key = sample.path = path;
      sample.identity = identity;
      samples.push_back(sample);
    }
    ASSERT_TRUE(WriteRecords(absl::StrCat(folder_, "/", set, "/samples.jsonl"), samples).ok());
  }

  void AddDescriptors(const std::string& set, const std::vector<std::vector<float>>& rows) {
    FloatArray array;
    array.shape = {static_cast<int64_t>(rows.size()), static_cast<int64_t>(rows[0].size())};
    std::vector<DescriptorRecord> records;
    for (const std::vector<float>& row : rows) {
      array.values.insert(array.values.end(), row.begin(), row.end());
      records.push_back({static_cast<int64_t>(records.size()), "", 0.0, -1});
    }
    const std::string folder = absl::StrCat(folder_, "/", set);
    ASSERT_TRUE(WriteNpy(folder + "/descriptors.npy", array).ok());
    ASSERT_TRUE(WriteRecords(folder + "/rows.jsonl", records).ok());
  }

  FakeContext Context(Json settings, bool descriptors = false) {
    FakeContext context(folder_, {}, std::move(settings));
    context.root_ = folder_ + "/images";
    context.inputs_ = {{"samples", folder_ + "/test"}, {"train", folder_ + "/train"}};
    if (descriptors) {
      context.inputs_["descriptors"] = folder_ + "/test_descriptors";
      context.inputs_["train_descriptors"] = folder_ + "/train_descriptors";
    }
    return context;
  }
  Json Found() const { return *ReadJsonFile(folder_ + "/out/leaks.json"); }

  std::string folder_;
};

TEST_F(LeakCheck, People) {
  AddSamples("train", {{"a.jpg", "G\xc3\xa9rard Depardieu"}, {"b.jpg", "Ann"}, {"c.jpg", "Ann"}});
  AddSamples("test", {{"d.jpg", "Gerard_Depardieu"}, {"e.jpg", "Bob"}, {"f.jpg", ""}});
  FakeContext context = Context({{"images", "off"}});
  const absl::Status status = RunLeakCheck(context);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("1 people of the test set are in the training set (0 are allowed): "
                        "Gerard_Depardieu. Leave people out of the training set with "
                        "train.holdout"));
  context.settings_["allowed_people"] = 1;
  ASSERT_TRUE(RunLeakCheck(context).ok());
  EXPECT_TRUE(context.notices_.empty());
  EXPECT_EQ(context.counts_.at("leaked people"), 1);
  EXPECT_EQ(Found()["people"]["count"], 1);
  EXPECT_EQ(Found()["people"]["found"][0]["train"], "G\xc3\xa9rard Depardieu");
  context.settings_ = {{"images", "off"}, {"on_leak", "report"}};
  ASSERT_TRUE(RunLeakCheck(context).ok());
  EXPECT_THAT(context.notices_, ElementsAre(HasSubstr("1 people of the test set")));
  context.settings_ = {{"images", "off"}, {"names", false}};
  ASSERT_TRUE(RunLeakCheck(context).ok());
  EXPECT_EQ(Found(), Json::object());
}

// The start of a process's memory cannot be read, with the error that a failing disk gives.
TEST_F(LeakCheck, AFaultOfTheMachineFailsTheStage) {
  AddFile("train.jpg", Jpeg(Picture(1), 90));
  std::filesystem::create_symlink("/proc/self/mem", folder_ + "/images/fault.jpg");
  AddSamples("train", {{"train.jpg", "1"}});
  AddSamples("test", {{"fault.jpg", "2"}});
  FakeContext context = Context({{"on_leak", "report"}});
  const absl::Status status = RunLeakCheck(context);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("fault.jpg"));
}

TEST_F(LeakCheck, ImagesByBytesAndByHash) {
  const Image picture = Picture(1), other = Picture(2);
  AddFile("train_same.jpg", Jpeg(picture, 90));
  AddFile("train_other.jpg", Jpeg(other, 90));
  AddFile("train_flat.jpg", Jpeg(Image(64, 64), 90));
  AddFile("test_same.jpg", Jpeg(picture, 90));
  // The picture of another seed, stored worse and at half the size.
  AddFile("test_near.png", *EncodePng(*DecodeImage(Jpeg(Picture(2, 80), 50))));
  AddFile("test_new.jpg", Jpeg(Picture(3), 90));
  AddFile("test_flat.jpg", Jpeg(Image(32, 32), 90));  // nothing to see: not near train_flat
  AddSamples("train", {{"train_same.jpg", "1"},
                       {"train_other.jpg", "2"},
                       {"train_flat.jpg", "3"},
                       {"train_gone.jpg", "3"}});
  AddSamples("test", {{"test_new.jpg", "4"},
                      {"test_near.png", "5"},
                      {"test_flat.jpg", "6"},
                      {"test_same.jpg", "7"}});
  FakeContext context = Context({{"on_leak", "report"}});
  ASSERT_TRUE(RunLeakCheck(context).ok());
  const Json images = Found()["images"];
  EXPECT_EQ(images["count"], 2) << images;
  // Worst first.
  EXPECT_EQ(images["found"][0]["test"], "test_same.jpg");
  EXPECT_EQ(images["found"][0]["same_bytes"], true);
  EXPECT_EQ(images["found"][1]["test"], "test_near.png");
  EXPECT_EQ(images["found"][1]["train"], "train_other.jpg");
  EXPECT_LE(images["found"][1]["bits"], 4);
  EXPECT_EQ(context.counts_.at("unreadable images of train"), 1);
  EXPECT_THAT(context.notices_[0],
              HasSubstr("test_same.jpg = train_same.jpg (same bytes), test_near.png = "));

  context.settings_ = {{"images", "exact"}, {"allowed_images", 1}};
  ASSERT_TRUE(RunLeakCheck(context).ok());
  EXPECT_EQ(Found()["images"]["count"], 1);
}

TEST_F(LeakCheck, FacesByDescriptor) {
  AddSamples("train", {{"a.jpg", "1"}, {"b.jpg", "2"}});
  AddSamples("test", {{"c.jpg", "3"}, {"d.jpg", "4"}});
  AddDescriptors("train_descriptors", {{1, 0, 0}, {0, 3, 4}});
  AddDescriptors("test_descriptors", {{0, 0, 1}, {0, 6, 8.1F}});
  FakeContext context = Context({{"images", "off"}, {"embedding", 0.99}}, true);
  const absl::Status status = RunLeakCheck(context);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("1 faces of the test set are in the training set (0 are allowed): d.jpg = "
                        "b.jpg (cosine 0.9999"));
  context.settings_["embedding"] = 0.75;
  context.settings_["on_leak"] = "report";
  ASSERT_TRUE(RunLeakCheck(context).ok());
  EXPECT_EQ(Found()["faces"]["count"], 2);  // (0, 0, 1) and (0, 3, 4): 0.8
  EXPECT_EQ(Found()["faces"]["found"][0]["test"], "d.jpg");
  EXPECT_NEAR(Found()["faces"]["found"][1]["cosine"].get<double>(), 0.8, 1e-12);
  AddDescriptors("train_descriptors", {{1, 0, 0}, {0, 3, 4}, {1, 1, 1}});
  EXPECT_THAT(std::string(RunLeakCheck(context).message()), HasSubstr("names sample 2 of 2"));
}

TEST_F(LeakCheck, FilesDoNotDependOnTheNumberOfThreads) {
  std::vector<std::pair<std::string, std::string>> train, test;
  for (int i = 0; i < 40; ++i) {
    AddFile(absl::StrCat("train", i, ".jpg"), Jpeg(Picture(i % 20), 60 + i));
    AddFile(absl::StrCat("test", i, ".jpg"), Jpeg(Picture(i + 10), 90));
    train.emplace_back(absl::StrCat("train", i, ".jpg"), "t");
    test.emplace_back(absl::StrCat("test", i, ".jpg"), "u");
  }
  AddSamples("train", train);
  AddSamples("test", test);
  std::string first;
  for (const int threads : {1, 3}) {
    FakeContext context = Context({{"on_leak", "report"}});
    context.threads_ = threads;
    ASSERT_TRUE(RunLeakCheck(context).ok());
    const std::string found = *ReadFile(folder_ + "/out/leaks.json");
    if (first.empty()) first = found;
    EXPECT_EQ(found, first);
  }
  EXPECT_GE(Found()["images"]["count"], 10);
}

}  // namespace
}  // namespace facet
