// Rendered photographs with copies of them among them; what is found is counted again from the
// manifest.
#include <algorithm>
#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "opencv2/imgcodecs.hpp"
#include "plugins/support/curation_summary.h"
#include "plugins/support/curator_testing.h"
#include "plugins/support/face_album.h"
#include "plugins/support/face_duplicates.h"
#include "plugins/support/manifest.h"
#include "plugins/support/opencv.h"
#include "plugins/support/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

constexpr int kPeople = 4, kImages = 10, kSide = 128;
constexpr int kCopied = 5;  // the first of each: one of the same bytes, one changed

struct Made {
  int64_t person = 0, rank = 0, original = -1;  // index of the photograph that it repeats
  bool exact = false;
  std::string path;
};

std::string FreshFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/deduplicate_" + name;
  std::filesystem::remove_all(folder);
  return folder;
}

// All files, below `folder`; ids are indices + 1. Copies rank behind their originals.
std::vector<Made> MakeImages(const std::string& folder) {
  std::vector<Made> images;
  const auto add = [&](Made made, const cv::Mat& pixels, const std::string& type) {
    made.path = absl::StrCat(images.size(), type);
    cv::imwrite(absl::StrCat(folder, "/", made.path), pixels);
    images.push_back(made);
  };
  for (const FaceShot& shot : StillAlbum(5, kPeople, kImages, {})) {
    const Image image = RenderShot(shot, SceneStyle(), kSide);
    const auto original = static_cast<int64_t>(images.size());
    add({shot.person, shot.number, -1, false, ""}, View(image), ".png");
    if (shot.number >= kCopied) continue;
    // The same pixels in another file.
    add({shot.person, 100 + shot.number, original, true, ""}, View(image), ".bmp");
    const Box face = LocateShot(shot, SceneStyle(), kSide).box;
    const DuplicatePlan plan =
        DrawDuplicate(static_cast<uint64_t>(original), kSide, kSide, face, {});
    add({shot.person, 200 + shot.number, original, false, ""}, View(ApplyDuplicate(plan, image)),
        ".png");
  }
  return images;
}

std::vector<Made> Fill(CuratorSurroundings* surroundings) {
  const std::vector<Made> images = MakeImages(surroundings->context.image_folder);
  const std::string working = surroundings->context.work_folder + "/making.sqlite";
  auto manifest = Manifest::Create(working).value();
  for (int person = 0; person < kPeople; ++person) {
    ManifestIdentity identity;
    identity.name = absl::StrCat("person ", person);
    EXPECT_TRUE(manifest->AddIdentity(identity).ok());
  }
  for (const Made& made : images) {
    ManifestImage image;
    image.identity = made.person + 1;
    image.rank = made.rank;
    image.path = made.path;
    EXPECT_TRUE(manifest->AddImage(image).ok());
  }
  const int64_t run = manifest->StartRun(kTruthStage, "{}").value();
  for (size_t i = 0; i < images.size(); ++i) {
    if (images[i].original < 0) continue;
    ManifestMark mark;
    mark.image = static_cast<int64_t>(i) + 1;
    mark.reason = images[i].exact ? kTruthExactDuplicate : kTruthNearDuplicate;
    mark.other = images[i].original + 1;
    mark.removes = false;
    EXPECT_TRUE(manifest->Mark(run, mark).ok());
  }
  EXPECT_TRUE(manifest->FinishRun(run, "{}").ok());
  EXPECT_TRUE(manifest->Freeze(surroundings->context.manifest).ok());
  manifest.reset();
  std::filesystem::remove(working);
  return images;
}

Json SmallOptions() { return {{"words", 32}, {"pca_dimension", 32}, {"people", kPeople}}; }

absl::StatusOr<CurationResult> Curate(const CuratorSurroundings& surroundings,
                                      const Json& options = SmallOptions()) {
  FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(Dump(options)));
  std::filesystem::remove(surroundings.output());
  return curator->Curate(surroundings.context);
}

// image -> its removal; images that stay are not there.
std::map<int64_t, ManifestMark> Removals(const std::string& path, int64_t num_images) {
  const auto manifest = Manifest::OpenFrozen(path).value();
  std::map<int64_t, ManifestMark> removals;
  for (int64_t image = 1; image <= num_images; ++image) {
    const std::vector<ManifestMark> marks = manifest->Marks(image).value();
    for (const ManifestMark& mark : marks) {
      if (mark.removes) removals[image] = mark;
    }
  }
  return removals;
}

double MetricOf(const CurationResult& result, const std::string& name) {
  for (const Metric& metric : result.metrics) {
    if (metric.name == name) return metric.value;
  }
  ADD_FAILURE() << "no metric " << name;
  return -1.0;
}

TEST(Deduplicate, FindsCopiesAndKeepsTheBestRanked) {
  CuratorSurroundings surroundings(FreshFolder("finds"));
  const std::vector<Made> images = Fill(&surroundings);
  const auto result = Curate(surroundings);
  ASSERT_TRUE(result.ok()) << result.status();
  const auto removals = Removals(surroundings.output(), static_cast<int64_t>(images.size()));
  int exact_found = 0, near_found = 0, distinct_removed = 0;
  for (const auto& [id, mark] : removals) {
    const Made& made = images[static_cast<size_t>(id - 1)];
    if (made.original < 0) {
      ++distinct_removed;
      continue;
    }
    (made.exact ? exact_found : near_found) += 1;
    EXPECT_EQ(mark.other, made.original + 1) << made.path;
    EXPECT_EQ(mark.reason, made.exact ? "exact copy" : "near copy") << made.path;
  }
  EXPECT_EQ(exact_found, kPeople * kCopied);
  EXPECT_EQ(distinct_removed, 0);
  EXPECT_GE(near_found, 0.95 * kPeople * kCopied);
  EXPECT_EQ(MetricOf(*result, "near duplicates found"), 100.0 * near_found / (kPeople * kCopied));
  EXPECT_EQ(MetricOf(*result, "duplicates found"),
            100.0 * (exact_found + near_found) / (2 * kPeople * kCopied));
  EXPECT_EQ(MetricOf(*result, "distinct removed"), 0);
  EXPECT_EQ(MetricOf(*result, "recall"), 100);
  ASSERT_EQ(result->histograms.size(), 1U);
}

TEST(Deduplicate, TheBytesDoNotDependOnThreadsOrOnAStop) {
  CuratorSurroundings surroundings(FreshFolder("bytes"));
  Fill(&surroundings);
  surroundings.context.threads = 1;
  ASSERT_TRUE(Curate(surroundings).ok());
  const std::string bytes = ReadFile(surroundings.output()).value();
  std::filesystem::remove_all(surroundings.context.work_folder);
  std::filesystem::create_directories(surroundings.context.work_folder);
  surroundings.context.threads = 3;
  // While it learns, and while it searches.
  for (const char* const part : {"threshold", ""}) {
    bool stop = false;
    surroundings.context.progress = [&](int64_t done, int64_t, const std::string&,
                                        const std::string& note) {
      stop = stop || (done > 0 && note == part);
      return !stop;
    };
    EXPECT_TRUE(absl::IsCancelled(Curate(surroundings).status())) << part;
  }
  surroundings.context.progress = [](int64_t, int64_t, const std::string&, const std::string&) {
    return true;
  };
  ASSERT_TRUE(Curate(surroundings).ok());
  EXPECT_EQ(ReadFile(surroundings.output()).value(), bytes);
}

TEST(Deduplicate, WhatCannotBeReadIsFlaggedAndStays) {
  CuratorSurroundings surroundings(FreshFolder("damaged"));
  const std::vector<Made> images = Fill(&surroundings);
  std::filesystem::resize_file(surroundings.context.image_folder + "/" + images[0].path, 20);
  const auto result = Curate(surroundings);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Removals(surroundings.output(), 1).count(1), 0U);
  const std::vector<ManifestMark> marks =
      Manifest::OpenFrozen(surroundings.output()).value()->Marks(1).value();
  ASSERT_FALSE(marks.empty());
  EXPECT_EQ(marks.back().reason, "unreadable");
}

TEST(Deduplicate, AThresholdOfNothingFindsExactCopiesAlone) {
  CuratorSurroundings surroundings(FreshFolder("threshold"));
  const std::vector<Made> images = Fill(&surroundings);
  Json options = SmallOptions();
  options["threshold"] = 1e-6;
  ASSERT_TRUE(Curate(surroundings, options).ok());
  const auto removals = Removals(surroundings.output(), static_cast<int64_t>(images.size()));
  EXPECT_EQ(removals.size(), static_cast<size_t>(kPeople * kCopied));
}

TEST(Deduplicate, WithoutAManifestItSaysWhatIsMissing) {
  CuratorSurroundings surroundings(FreshFolder("none"));
  surroundings.context.manifest.clear();
  EXPECT_THAT(std::string(Curate(surroundings).status().message()), HasSubstr("curation.from"));
}

}  // namespace
}  // namespace facet
