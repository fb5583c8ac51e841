// Crops -> batches: windows, means, splits, and what does not depend on threads.
#include "core/training/batches.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>
#include <stdexcept>

#include "core/base/test_folder.h"
#include "core/image/image_io.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/record_lines.h"
#include "core/training/augmentation_steps_testing.h"
#include "core/training/prefetcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Image Gradient(int width, int height, int seed) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.Pixel(x, y)[c] = static_cast<uint8_t>((x * 7 + y * 3 + c * 50 + seed * 11) % 256);
      }
    }
  }
  return image;
}

// 12 raw crops of 10 x 8 px, of three identities.
class BatchesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = TestFolder();
    auto writer = *BlobWriter::Create(folder_ + "/crops.mdb");
    std::vector<CropRecord> records;
    for (int i = 0; i < 12; ++i) {
      const Image image = Gradient(10, 8, i);
      ASSERT_TRUE(
          writer->Append(i, {reinterpret_cast<const char*>(image.bgr.data()), image.bgr.size()})
              .ok());
      CropRecord record;
      record.sample = i;
      record.identity = std::string(1, static_cast<char>('a' + i % 3));
      record.width = 10;
      record.height = 8;
      records.push_back(record);
    }
    ASSERT_TRUE(writer->Finish().ok());
    ASSERT_TRUE(WriteRecords(folder_ + "/crops.jsonl", records).ok());
  }
  std::unique_ptr<CropSet> Open(int threads, int64_t memory = CropSet::kMemoryBytes) {
    auto set = CropSet::Open(folder_ + "/crops.mdb", folder_ + "/crops.jsonl", threads, memory);
    EXPECT_TRUE(set.ok()) << set.status();
    return *std::move(set);
  }
  // Of any place of 4 x 4 px, or as `steps` say.
  static Batches Make(const CropSet& crops, uint64_t seed, const Sampler* sampler = nullptr,
                      const std::vector<const Augmentation*>* steps = nullptr) {
    static const Shuffled shuffled;
    static const AnyPlace place;
    std::vector<std::string> identities;
    for (const CropRecord& record : crops.records()) identities.push_back(record.identity);
    const LabelledRows rows = LabelRows(identities);
    InputFormat format;
    format.size_px = 4;
    format.mean_bgr = {1, 2, 3};
    std::vector<AugmentationStep> named;
    for (const Augmentation* step :
         steps == nullptr ? std::vector<const Augmentation*>{&place} : *steps) {
      named.push_back({"train.augmentation.x", step});
    }
    return Batches(crops, rows.labels, SplitRows(rows.labels, 0.25, 1), 4,
                   sampler == nullptr ? shuffled : *sampler, Augmenter(named, 4), format, seed);
  }
  std::string folder_;
};

TEST_F(BatchesTest, DependOnSeedEpochAndIndexAlone) {
  const auto kept = Open(3);
  const auto decoded = Open(1, /*memory=*/0);
  const Batches a = Make(*kept, 5), b = Make(*decoded, 5), c = Make(*kept, 6);
  const std::vector<int64_t> order = *a.EpochOrder(2);
  EXPECT_EQ(order, *b.EpochOrder(2));
  EXPECT_NE(order, *a.EpochOrder(3));
  const Batch first = *a.Training(2, order, 1);
  EXPECT_EQ(first.labels.size(), 4u);
  EXPECT_EQ(first.pixels, b.Training(2, order, 1)->pixels);
  EXPECT_NE(first.pixels, c.Training(2, order, 1)->pixels);
  EXPECT_NE(first.pixels, a.Training(3, order, 1)->pixels);
}

TEST_F(BatchesTest, WhereStepsChangePixelsValidationStaysAsItIs) {
  const PixelStep noise([](Random& random, Image* image) {
    for (uint8_t& value : image->bgr) value = static_cast<uint8_t>(random.Index(256));
  });
  const std::vector<const Augmentation*> steps = {&noise};
  const auto kept = Open(3);
  const auto decoded = Open(1, /*memory=*/0);
  const Batches a = Make(*kept, 5, nullptr, &steps), b = Make(*decoded, 5, nullptr, &steps);
  const std::vector<int64_t> order = *a.EpochOrder(2);
  const Batch second = *a.Training(2, order, 1), first = *a.Training(2, order, 0);
  EXPECT_EQ(first.pixels, b.Training(2, order, 0)->pixels);
  EXPECT_EQ(second.pixels, b.Training(2, order, 1)->pixels);
  EXPECT_NE(first.pixels, Make(*kept, 5).Training(2, order, 0)->pixels);
  EXPECT_EQ(a.Validation(0)->pixels, Make(*kept, 5).Validation(0)->pixels);
}

TEST_F(BatchesTest, ASamplersIndicesAreTrainingRows) {
  struct Fixed : Shuffled {
    std::vector<int64_t> indices;
    mutable std::vector<int64_t> labels;
    std::vector<int64_t> Epoch(const std::vector<int64_t>& l, int64_t, uint64_t) const override {
      labels = l;
      return indices;
    }
  } fixed;
  const auto crops = Open(1);
  const Batches batches = Make(*crops, 5, &fixed);
  const std::vector<int64_t> rows = [&] {  // of the split that Make makes
    std::vector<int64_t> order = *Make(*crops, 5).EpochOrder(0);
    std::sort(order.begin(), order.end());
    return order;
  }();
  fixed.indices = {8, 0, 1, 2, 3, 4, 5, 8};
  const std::vector<int64_t> order = *batches.EpochOrder(0);
  ASSERT_EQ(fixed.labels.size(), 9u);
  for (size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(order[i], rows[static_cast<size_t>(fixed.indices[i])]);
  }
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(fixed.labels[i], rows[i] % 3);
  fixed.indices = {9, 0, 1, 2, 3, 4, 5, 8};
  EXPECT_THAT(std::string(batches.EpochOrder(0).status().message()),
              HasSubstr("8 indices into 9 images, or some outside them; 2 batches of 4"));
  fixed.indices = {0, 1, 2};
  EXPECT_EQ(batches.EpochOrder(0).status().code(), absl::StatusCode::kInternal);
}

TEST_F(BatchesTest, AnEpochVisitsEveryTrainingRowOnce) {
  const auto crops = Open(1);
  const Batches batches = Make(*crops, 1);
  std::vector<int64_t> order = *batches.EpochOrder(0);
  EXPECT_EQ(order.size(), 9u);  // a quarter of 4 rows of each identity is held out
  EXPECT_EQ(batches.num_training(), 2);
  EXPECT_EQ(batches.num_validation(), 1);
  EXPECT_EQ(batches.Validation(0)->labels.size(), 3u);
  std::sort(order.begin(), order.end());
  EXPECT_EQ(std::unique(order.begin(), order.end()), order.end());
}

TEST_F(BatchesTest, RandomCropsAndFlipsCoverAllPlaces) {
  const auto crops = Open(1);
  const Batches batches = Make(*crops, 1);
  std::set<std::vector<float>> seen;
  for (int64_t epoch = 0; epoch < 600; ++epoch) {
    const Batch batch = *batches.Training(epoch, {0, 0, 0, 0}, 0);
    for (size_t i = 0; i < 4; ++i) {
      seen.insert({batch.pixels.begin() + static_cast<int64_t>(i) * 48,
                   batch.pixels.begin() + static_cast<int64_t>(i + 1) * 48});
    }
  }
  EXPECT_EQ(seen.size(), 7u * 5u * 2u);
}

TEST_F(BatchesTest, CentralWindowWithoutAugmentation) {
  const auto crops = Open(1);
  const std::vector<const Augmentation*> none;
  const Batches batches = Make(*crops, 1, nullptr, &none);
  const Batch batch = *batches.Training(0, {4}, 0);
  const Image image = Gradient(10, 8, 4);
  size_t i = 0;
  for (int y = 2; y < 6; ++y) {
    for (int x = 3; x < 7; ++x) {
      for (int c = 2; c >= 0; --c, ++i) {  // RGB
        EXPECT_EQ(batch.pixels[i],
                  static_cast<float>(image.Pixel(x, y)[c]) - static_cast<float>(c + 1));
      }
    }
  }
}

TEST_F(BatchesTest, MeansAreThoseOfLoops) {
  const auto crops = Open(1);
  const std::vector<int64_t> rows = {1, 3, 8};
  const auto pixel = *MeasureMean(*crops, rows, 4, /*image=*/false);
  const auto image = *MeasureMean(*crops, rows, 4, /*image=*/true);
  ASSERT_EQ(pixel.size(), 3u);
  ASSERT_EQ(image.size(), 48u);
  double sum = 0, at = 0;
  for (const int64_t row : rows) {
    const Image crop = Gradient(10, 8, static_cast<int>(row));
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 10; ++x) sum += crop.Pixel(x, y)[1];
    }
    at += crop.Pixel(3 + 2, 2 + 1)[0];
  }
  EXPECT_FLOAT_EQ(pixel[1], static_cast<float>(sum / (3 * 80)));
  EXPECT_FLOAT_EQ(image[(1 * 4 + 2) * 3 + 0], static_cast<float>(at / 3));
}

TEST_F(BatchesTest, SaysWhatToRaiseForCropsThatAreTooSmall) {
  EXPECT_TRUE(Open(1)->CheckLargeEnough(8, "train.crops.size_px").ok());
  EXPECT_THAT(std::string(Open(1)->CheckLargeEnough(9, "train.crops.size_px").message()),
              HasSubstr("crops of 8 px are smaller than the network's input of 9 px; raise "
                        "train.crops.size_px"));
}

TEST(Prefetcher, AnExceptionIsTheStatusOfItsItem) {
  Prefetcher<int> items(0, 3, 2, 3, [](int64_t index) -> absl::StatusOr<int> {
    if (index == 1) throw std::runtime_error("no more memory");
    return static_cast<int>(index);
  });
  EXPECT_EQ(*items.Next(), 0);
  EXPECT_NE(items.Next().status().message().find("no more memory"), std::string::npos);
  EXPECT_EQ(*items.Next(), 2);
}

TEST(InputWriter, MirrorsTheWindowButNotTheMeanImage) {
  InputFormat format;
  format.size_px = 2;
  format.rgb = false;
  format.scale_bgr = {2, 2, 2};
  for (int i = 0; i < 12; ++i) format.mean_bgr.push_back(static_cast<float>(i));
  Image crop(3, 2);
  std::iota(crop.bgr.begin(), crop.bgr.end(), static_cast<uint8_t>(100));
  std::vector<float> out(12);
  WriteInput(format, crop, {1, 0, true}, out.data());
  // Columns 2 and 1 of row 0 hold 106..108 and 103..105.
  EXPECT_THAT(std::vector<float>(out.begin(), out.begin() + 6),
              ElementsAre(2 * 106, 2 * 106, 2 * 106, 2 * 100, 2 * 100, 2 * 100));
}

// Rows of 57 values: whole vectors and a rest.
TEST(InputWriter, IsItsFormula) {
  constexpr int kSize = 19;
  InputFormat format;
  format.size_px = kSize;
  format.scale_bgr = {0.3f, 0.7f, 1.1f};
  Image crop(kSize + 5, kSize + 3);
  Random random(1);
  for (uint8_t& byte : crop.bgr) byte = static_cast<uint8_t>(random.Index(256));
  for (const bool mean_image : {false, true}) {
    format.mean_bgr.resize(mean_image ? static_cast<size_t>(format.num_values()) : 3);
    for (float& mean : format.mean_bgr) mean = static_cast<float>(random.Uniform(0, 255));
    for (const Window& window : {Window{5, 3, false}, Window{2, 1, true}}) {
      for (const bool rgb : {false, true}) {
        format.rgb = rgb;
        std::vector<float> out(static_cast<size_t>(format.num_values()));
        WriteInput(format, crop, window, out.data());
        size_t i = 0;
        for (int y = 0; y < kSize; ++y) {
          for (int x = 0; x < kSize; ++x) {
            for (int c = 0; c < 3; ++c, ++i) {
              const auto from = static_cast<size_t>(rgb ? 2 - c : c);
              const int column = window.x + (window.mirror ? kSize - 1 - x : x);
              const float mean = format.mean_bgr[mean_image ? i - i % 3 + from : from];
              const float value = crop.Pixel(column, window.y + y)[from];
              ASSERT_EQ(out[i], (value - mean) * format.scale_bgr[from]);
            }
          }
        }
      }
    }
  }
}

TEST(Split, HoldsOutAShareOfEachIdentity) {
  std::vector<int64_t> labels;
  for (int i = 0; i < 1000; ++i) labels.push_back(i % 10);
  labels.push_back(10);  // alone: stays in training
  labels.push_back(-1);
  const Split split = SplitRows(labels, 0.05, 3);
  EXPECT_EQ(split.validation.size(), 50u);
  EXPECT_EQ(split.training.size(), 951u);
  std::vector<int> held(11, 0);
  for (const int64_t row : split.validation)
    ++held[static_cast<size_t>(labels[static_cast<size_t>(row)])];
  EXPECT_EQ(held[10], 0);
  for (int label = 0; label < 10; ++label) EXPECT_EQ(held[static_cast<size_t>(label)], 5);
  EXPECT_NE(split.validation, SplitRows(labels, 0.05, 4).validation);
  EXPECT_TRUE(SplitRows(labels, 0.0, 3).validation.empty());
}

TEST(Split, FractionsAreDrawn) {
  std::vector<int64_t> labels;
  for (int i = 0; i < 2000; ++i) labels.push_back(i / 4);  // a share of 0.2 of 4 rows
  // Binomial: 500 identities, p = 0.8, deviation 8.9; 5 of them.
  EXPECT_NEAR(static_cast<double>(SplitRows(labels, 0.2, 1).validation.size()), 400, 45);
}

TEST(Split, HoldsOutGroups) {
  std::vector<int64_t> labels;
  for (int i = 0; i < 2000; ++i) labels.push_back(i / 5);
  labels.insert(labels.end(), 2, 400);  // two rows: one of them must stay, so no pair is held out
  const Split split = SplitRows(labels, 0.2, 1, /*group=*/2);
  std::vector<int> held(401, 0);
  for (const int64_t row : split.validation) {
    ++held[static_cast<size_t>(labels[static_cast<size_t>(row)])];
  }
  for (size_t label = 0; label < 400; ++label) {
    EXPECT_TRUE(held[label] == 0 || held[label] == 2) << label;
  }
  EXPECT_EQ(held[400], 0);
  // One row of five is half a pair. Binomial: 400 identities, p = 0.5, deviation 10; 5 of them.
  EXPECT_NEAR(static_cast<double>(split.validation.size()), 400, 100);
}

TEST(GroupByIdentity, PutsPairsTogether) {
  const std::vector<int64_t> labels = {0, 1, 2, 0, 1, 0, 1, 1, 1};
  EXPECT_THAT(GroupByIdentity(labels, {0, 1, 2, 3, 4, 5, 6, 7, 8}, 2),
              ElementsAre(0, 3, 1, 4, 2, 5, 6, 7, 8));
  EXPECT_THAT(GroupByIdentity(labels, {}, 2), ElementsAre());
}

TEST(LabelRows, SortsIdentitiesAndLeavesOutTheNameless) {
  const LabelledRows rows = LabelRows({"b", "", "a", "b"});
  EXPECT_THAT(rows.classes, ElementsAre("a", "b"));
  EXPECT_THAT(rows.labels, ElementsAre(1, -1, 0, 1));
}

TEST(Prefetcher, GivesItemsInOrderWhateverTheThreads) {
  for (const int threads : {1, 4}) {
    Prefetcher<int64_t> items(3, 100, threads, 5,
                              [](int64_t i) -> absl::StatusOr<int64_t> { return i * i; });
    for (int64_t i = 3; i < 100; ++i) EXPECT_EQ(*items.Next(), i * i);
  }
}

TEST(Prefetcher, PassesErrorsOnAndCanBeLeftEarly) {
  Prefetcher<int> items(0, 1000, 2, 4, [](int64_t i) -> absl::StatusOr<int> {
    if (i == 1) return absl::DataLossError("crop 1");
    return 0;
  });
  EXPECT_TRUE(items.Next().ok());
  EXPECT_EQ(items.Next().status().message(), "crop 1");
}

}  // namespace
}  // namespace facet
