#include "plugins/curators/search/collected_truth.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/stage/summary.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::string Same(const std::string& name) { return name; }

struct Fixture {
  explicit Fixture(const std::string& name) : folder(testing::TempDir() + "/truth_" + name) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    manifest = Manifest::Create(folder + "/m").value();
    ManifestIdentity identity;
    identity.name = "Ann";
    ann = manifest->AddIdentity(identity).value();
  }
  void Add(int64_t rank, const std::string& url, char hash) {
    ManifestImage image;
    image.identity = ann;
    image.url = url;
    images.push_back({manifest->AddImage(image).value(), rank, "Ann", url,
                      hash == 0 ? "" : std::string(64, hash)});
  }
  absl::StatusOr<int64_t> Store(const std::string& table) {
    EXPECT_TRUE(WriteFileAtomically(folder + "/truth.csv", table).ok());
    return StoreTruth(folder + "/truth.csv", images, Same, manifest.get());
  }
  const std::string folder;
  std::unique_ptr<Manifest> manifest;
  int64_t ann = 0;
  std::vector<CollectedImage> images;
};

// The original's download failed: the best ranked of those that repeat it stands for it.
TEST(StoreTruth, WithoutTheOriginal) {
  Fixture f("without");
  f.Add(4, "copy1", 'a');
  f.Add(2, "near", 'b');
  f.Add(3, "copy2", 'a');
  f.Add(0, "else", 'c');
  EXPECT_EQ(f.Store("url,what,original,detail\n"
                    "lost,,,\ncopy1,exact duplicate,lost,\nnear,near duplicate,lost,cropped\n"
                    "copy2,exact duplicate,lost,\n")
                .value(),
            1);  // "else" is in no row
  const auto truth = ReadTruth(*f.manifest).value().value();
  EXPECT_EQ(truth.size(), 2u);
  for (const size_t copy : {0u, 2u}) {
    const ImageTruth& image = truth.at(f.images[copy].image);
    EXPECT_EQ(image.original, f.images[1].image);
    EXPECT_FALSE(image.exact);
    EXPECT_TRUE(image.right);
  }
}

TEST(StoreTruth, WhatFailedCountsAsWhatItWouldHaveShown) {
  Fixture f("failed");
  f.Add(0, "a", 0);
  f.Add(1, "a", 0);
  f.Add(2, "b", 0);
  f.Add(3, "c", 0);  // in no row
  f.Add(4, "a2", 'x');
  f.Add(5, "d", 0);
  f.Add(6, "d2", 0);
  EXPECT_EQ(f.Store("url,what,original\na,,\nb,no face,\na2,near duplicate,a\nd,,\n"
                    "d2,exact duplicate,d\n")
                .value(),
            0);
  const auto truth = ReadTruth(*f.manifest).value().value();
  ASSERT_EQ(truth.size(), 4u);
  EXPECT_FALSE(truth.at(f.images[2].image).right);
  for (const size_t lost : {0u, 1u}) {  // a2 is there and stands for all of a
    EXPECT_EQ(truth.at(f.images[lost].image).original, f.images[4].image);
    EXPECT_FALSE(truth.at(f.images[lost].image).exact);
  }
  EXPECT_EQ(truth.at(f.images[6].image).original, f.images[5].image);
  EXPECT_TRUE(truth.at(f.images[6].image).exact);
}

TEST(StoreTruth, ADuplicateOfAWrongImageIsBoth) {
  Fixture f("both");
  f.Add(0, "a", 'a');
  f.Add(1, "b", 'a');
  ASSERT_TRUE(f.Store("url,name,what,original\na,Ann,wrong person,\nb,Ann,wrong person,\n"
                      "b,Ann,exact duplicate,a\nb,Zoe,no face,\n")
                  .ok());
  const auto truth = ReadTruth(*f.manifest).value().value();
  EXPECT_FALSE(truth.at(f.images[0].image).right);
  EXPECT_EQ(truth.at(f.images[0].image).original, -1);
  EXPECT_FALSE(truth.at(f.images[1].image).right);
  EXPECT_EQ(truth.at(f.images[1].image).original, f.images[0].image);
  EXPECT_TRUE(truth.at(f.images[1].image).exact);
}

TEST(StoreTruth, RefusesOtherTables) {
  Fixture f("bad");
  EXPECT_THAT(std::string(f.Store("url\nx\n").status().message()), HasSubstr("\"what\""));
  EXPECT_THAT(std::string(f.Store("url,what\nx,ugly\n").status().message()), HasSubstr(":2:"));
  EXPECT_THAT(std::string(f.Store("url,what\nx,near duplicate\n").status().message()),
              HasSubstr("has an original"));
}

}  // namespace
}  // namespace facet
