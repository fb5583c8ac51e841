#include "benchmarks/made_collection.h"

#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "core/image/image_io.h"
#include "gtest/gtest.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"

namespace facet::bench {
namespace {

std::map<int64_t, ManifestImage> ImagesOf(const Manifest& manifest) {
  std::map<int64_t, ManifestImage> rows;
  ManifestImages images = manifest.Images({}).value();
  for (ManifestImage image; images.Next(&image).value();) rows[image.id] = image;
  return rows;
}

TEST(MadeCollection, HasAFileAFaceAndAScoreOfEachImage) {
  const auto made = MadeCollection::Make(50);
  ASSERT_TRUE(made.ok()) << made.status();
  const MadeCollection& collection = **made;
  const auto manifest = Manifest::OpenFrozen(collection.manifest()).value();
  const std::map<int64_t, ManifestImage> rows = ImagesOf(*manifest);
  EXPECT_EQ(manifest->Identities("made").value().size(), 4u);
  ASSERT_EQ(rows.size(), 50u);
  ASSERT_EQ(collection.faces().size(), 50);
  ASSERT_EQ(collection.scores().size(), 50u);
  int64_t index = 0;
  for (const auto& [id, row] : rows) {
    EXPECT_EQ(collection.faces().image(index), id);
    EXPECT_EQ(collection.scores()[static_cast<size_t>(index)].image, id);
    EXPECT_EQ(collection.faces().Get(index)->width, 112);
    const auto image = ReadImage(absl::StrCat(collection.image_folder(), "/", row.path));
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->width, row.width_px);
    ++index;
  }
}

// Of 80 images four people have 20 each, a tenth of each sort of noise: 2 of each.
TEST(MadeCollection, TellsTheTruth) {
  const auto made = MadeCollection::Make(80);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto manifest = Manifest::OpenFrozen((*made)->manifest()).value();
  const std::map<int64_t, ManifestImage> rows = ImagesOf(*manifest);
  std::map<std::string, int> reasons;
  const auto truth = ReadTruth(*manifest).value().value();
  for (const auto& [image, told] : truth) {
    ++reasons[told.reason];
    if (told.reason == kTruthNearDuplicate) {
      EXPECT_NE(told.original, image);
      EXPECT_EQ(rows.at(told.original).identity, rows.at(image).identity);
    }
  }
  EXPECT_EQ(reasons[kTruthWrongPerson], 8);
  EXPECT_EQ(reasons[kTruthNearDuplicate], 8);
  for (const CurationScore& score : (*made)->scores()) {
    const auto told = truth.find(score.image);
    const bool wrong = told != truth.end() && told->second.reason == kTruthWrongPerson;
    EXPECT_EQ(score.log_probability < -1, wrong) << score.image;
  }
}

TEST(MadeCollection, TakesItsFolderWithIt) {
  auto made = MadeCollection::Make(1);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ((*made)->num_images(), 8) << "four people have two images each at least";
  const std::string manifest = (*made)->manifest();
  EXPECT_TRUE(std::filesystem::exists(manifest));
  made->reset();
  EXPECT_FALSE(std::filesystem::exists(manifest));
}

}  // namespace
}  // namespace facet::bench
