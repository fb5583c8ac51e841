// A small manifest with every fact, for tests.
#ifndef FACET_PLUGINS_MANIFEST_MANIFEST_TESTING_H_
#define FACET_PLUGINS_MANIFEST_MANIFEST_TESTING_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "gtest/gtest.h"
#include "plugins/manifest/manifest.h"

namespace facet {

inline std::unique_ptr<Manifest> MakeManifest(const std::string& path) {
  auto made = Manifest::Create(path);
  EXPECT_TRUE(made.ok()) << made.status();
  return std::move(made).value();
}

// Every fact of an image; different ones for every `i`.
inline ManifestImage FullImage(int64_t identity, int i) {
  ManifestImage image;
  image.identity = identity;
  image.number = i + 1;
  image.source = i % 2 == 0 ? "google" : "bing";
  image.query = "Zoë \"Q\" actor";
  image.rank = i;
  image.url = absl::StrCat("http://a/b%20c,", i, "?x=1&y");
  image.uid = "6dc2fdaa3bd324e286554fdc093b5363";
  image.path = absl::StrCat("Zoë/", i, ".jpg");
  image.width_px = 640;
  image.height_px = 480 + i;
  image.num_bytes = 12345;
  image.bytes_sha256 = std::string(62, 'a') + "0" + "123456789abcdef"[i % 15];
  image.pixels_sha256 = std::string(64, 'b');
  image.box = Box{0.1, -2.5, 100.0 / 3, 1e-7 + i};
  image.pose = Pose::kLeft;
  image.pose_component = 1;
  image.detection_score = 2.31;
  return image;
}

inline std::vector<ManifestImage> All(const Manifest& manifest, const ManifestQuery& query) {
  auto images = manifest.Images(query);
  EXPECT_TRUE(images.ok()) << images.status();
  std::vector<ManifestImage> all;
  ManifestImage image;
  while (images->Next(&image).value()) all.push_back(image);
  return all;
}

inline std::vector<int64_t> Ids(const Manifest& manifest, const ManifestQuery& query) {
  std::vector<int64_t> ids;
  for (const ManifestImage& image : All(manifest, query)) ids.push_back(image.id);
  return ids;
}

inline ManifestMark Removal(int64_t image, const std::string& reason) {
  ManifestMark mark;
  mark.image = image;
  mark.reason = reason;
  return mark;
}

// Two people with four and two images (ids 1..6), two runs and two snapshots.
inline void Fill(Manifest* manifest) {
  ManifestIdentity zoe;
  zoe.name = "Zoë";
  zoe.sex = "female";
  zoe.rank = 3;
  zoe.images_judged = 200;
  zoe.images_right = 191;
  zoe.attributes = "{\"born\": 1970}";
  ASSERT_EQ(manifest->AddIdentity(zoe).value(), 1);
  ManifestIdentity abel;
  abel.name = "Abel";
  ASSERT_EQ(manifest->AddIdentity(abel).value(), 2);
  for (int i = 0; i < 4; ++i) ASSERT_EQ(manifest->AddImage(FullImage(1, i)).value(), i + 1);
  ManifestImage bare;
  bare.identity = 2;
  ASSERT_EQ(manifest->AddImage(bare).value(), 5);
  bare.rank = 0;
  ASSERT_EQ(manifest->AddImage(bare).value(), 6);
  const int64_t purify = manifest->StartRun("purify", "{\"keep\":3}").value();
  ASSERT_TRUE(manifest->SetScore(purify, 1, 0.5).ok());
  ASSERT_TRUE(manifest->SetScore(purify, 2, -1.5).ok());
  ASSERT_TRUE(manifest->SetScore(purify, 3, 0.75).ok());
  ASSERT_TRUE(manifest->Mark(purify, Removal(2, "another person")).ok());
  ManifestMark flag = Removal(1, "several faces");
  flag.removes = false;
  ASSERT_TRUE(manifest->Mark(purify, flag).ok());
  ASSERT_TRUE(manifest->FinishRun(purify, "{\"kept\": 5}", 12.5).ok());
  const int64_t deduplicate = manifest->StartRun("deduplicate", "{}").value();
  ManifestMark duplicate = Removal(3, "near duplicate");
  duplicate.other = 1;
  duplicate.detail = "distance 0.1";
  ASSERT_TRUE(manifest->Mark(deduplicate, duplicate).ok());
  ASSERT_TRUE(manifest->MarkIdentity(deduplicate, 2, "too few images").ok());
  ASSERT_TRUE(manifest->FinishRun(deduplicate, "{}", {}, 3600.0).ok());
  ASSERT_TRUE(manifest->DefineSnapshot("full", {purify}).ok());
  ASSERT_TRUE(manifest->DefineSnapshot("curated", {purify, deduplicate}).ok());
}

// All bytes of a file; empty: there is none.
inline std::string BytesOf(const std::string& path) { return ReadFile(path).value_or(""); }

}  // namespace facet

#endif  // FACET_PLUGINS_MANIFEST_MANIFEST_TESTING_H_
