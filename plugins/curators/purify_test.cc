// Rendered people with wrong ones among them; figures are derived again from the manifest.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "opencv2/imgproc.hpp"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"
#include "plugins/opencv/opencv.h"
#include "plugins/plugin_testing.h"
#include "plugins/rendered_faces/album.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

constexpr int kPeople = 6, kImages = 15, kWrong = 3;  // of kImages
constexpr int64_t kFaceless = 5;                      // an image without a face, of the first one

std::string FreshFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/purify_" + name;
  std::filesystem::remove_all(folder);
  return folder;
}

// The truth's box and a little more, as a detector would frame it.
Image FaceOf(const FaceShot& shot) {
  const Image image = RenderShot(shot, SceneStyle(), 128);
  const Box box = LocateShot(shot, SceneStyle(), 128).box;
  const int side = static_cast<int>(1.2 * std::max(box.width, box.height));
  cv::Mat crop;
  cv::getRectSubPix(
      View(image), {side, side},
      {static_cast<float>(box.x + box.width / 2), static_cast<float>(box.y + box.height / 2)},
      crop);
  Image face(side, side);
  std::copy(crop.datastart, crop.dataend, face.bgr.begin());
  return face;
}

const std::vector<std::pair<FaceShot, Image>>& Album() {
  static const auto* const album = [] {
    WebNoise noise;
    noise.extra_per_person = kWrong;
    noise.label_noise = static_cast<double>(kWrong) / kImages;
    auto* made = new std::vector<std::pair<FaceShot, Image>>();
    for (const FaceShot& shot : StillAlbum(3, kPeople, kImages - kWrong, noise)) {
      made->emplace_back(shot, FaceOf(shot));
    }
    return made;
  }();
  return *album;
}

// Manifest, truth and faces; image ids are 1, 2, ... in the album's order.
void Fill(CuratorSurroundings* surroundings, bool truth = true) {
  const std::string working = surroundings->context.work_folder + "/making.sqlite";
  auto manifest = Manifest::Create(working).value();
  std::vector<int64_t> wrong;
  std::map<int64_t, int64_t> identities;
  for (const auto& [shot, face] : Album()) {
    if (identities.count(shot.person) == 0) {
      ManifestIdentity identity;
      identity.name = absl::StrCat("person ", shot.person);
      identities[shot.person] = manifest->AddIdentity(identity).value();
    }
    ManifestImage image;
    image.identity = identities[shot.person];
    image.rank = shot.rank;
    image.source = shot.rank % 2 == 0 ? "even" : "odd";
    image.path = absl::StrCat(shot.person, "/", shot.number, ".jpg");
    const int64_t id = manifest->AddImage(image).value();
    if (id != kFaceless) surroundings->faces.Add(id, face);
    if (shot.mislabelled) wrong.push_back(id);
  }
  if (truth) {
    const int64_t run = manifest->StartRun(kTruthStage, "{}").value();
    for (const int64_t image : wrong) {
      ManifestMark mark;
      mark.image = image;
      mark.reason = kTruthWrongPerson;
      mark.removes = false;
      ASSERT_TRUE(manifest->Mark(run, mark).ok());
    }
    ASSERT_TRUE(manifest->FinishRun(run, "{}").ok());
  }
  ASSERT_TRUE(manifest->Freeze(surroundings->context.manifest).ok());
  manifest.reset();
  std::filesystem::remove(working);
}

Json SmallOptions() {
  return {{"local_descriptors", 4000}, {"components", 24}, {"components_from", 60},
          {"positives", 10},           {"negatives", 30},  {"folds", 3}};
}

absl::StatusOr<CurationResult> Curate(CuratorSurroundings& surroundings, const Json& options) {
  FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(Dump(options)));
  std::filesystem::remove(surroundings.output());
  return curator->Curate(surroundings.context);
}

double MetricOf(const CurationResult& result, const std::string& name) {
  for (const Metric& metric : result.metrics) {
    if (metric.name == name) return metric.value;
  }
  ADD_FAILURE() << "no metric " << name;
  return -1.0;
}

struct Found {
  int64_t identity = 0;
  double score = 0.0;
  std::string reason;  // of its removal; empty: kept
};

std::map<int64_t, Found> Read(const std::string& path) {
  const auto manifest = Manifest::OpenFrozen(path).value();
  ManifestQuery query;
  query.score_run = manifest->Runs().value().back().id;
  ManifestImages images = manifest->Images(query).value();
  std::map<int64_t, Found> found;
  for (ManifestImage image; images.Next(&image).value();) {
    Found& one = found[image.id];
    one.identity = image.identity;
    one.score = images.score().value_or(-1e9);
    const std::vector<ManifestMark> marks = manifest->Marks(image.id).value();
    for (const ManifestMark& mark : marks) {
      if (mark.removes) one.reason = mark.reason;
    }
  }
  return found;
}

TEST(Purify, RemovesWrongPeople) {
  CuratorSurroundings surroundings(FreshFolder("removes"));
  Fill(&surroundings);
  const auto result = Curate(surroundings, SmallOptions());
  ASSERT_TRUE(result.ok()) << result.status();
  const std::map<int64_t, Found> found = Read(surroundings.output());
  EXPECT_EQ(found.at(kFaceless).reason, "no face found");
  // Average precision and precision at recall 0.9, by plain loops over the images in order.
  std::vector<std::pair<double, bool>> ranked;
  double all_right = 0.0, kept = 0.0;
  for (size_t i = 0; i < Album().size(); ++i) {
    const Found& one = found.at(static_cast<int64_t>(i) + 1);
    if (static_cast<int64_t>(i) + 1 == kFaceless) continue;
    ranked.emplace_back(-one.score, !Album()[i].first.mislabelled);
    all_right += Album()[i].first.mislabelled ? 0.0 : 1.0;
    kept += one.reason.empty() ? 1.0 : 0.0;
    EXPECT_TRUE(one.reason.empty() || one.reason == "low score") << one.reason;
  }
  std::sort(ranked.begin(), ranked.end());
  double right = 0.0, average = 0.0, at_90 = 0.0;
  for (size_t i = 0; i < ranked.size(); ++i) {
    right += ranked[i].second ? 1.0 : 0.0;
    if (ranked[i].second) average += right / static_cast<double>(i + 1) / all_right;
    if (at_90 == 0.0 && right >= 0.9 * all_right) at_90 = right / static_cast<double>(i + 1);
  }
  EXPECT_NEAR(MetricOf(*result, "average precision"), 100.0 * average, 1e-9);
  EXPECT_NEAR(MetricOf(*result, "precision at recall 0.9"), 100.0 * at_90, 1e-9);
  EXPECT_EQ(MetricOf(*result, "faces kept"), kept);
  EXPECT_EQ(MetricOf(*result, "faces kept") + MetricOf(*result, "faces dropped"),
            kPeople * kImages - 1);
  // 20 % of the images are wrong, so an order by chance has a precision of 0.8. Ten positives each
  // of six people and so small a vocabulary are few: 0.90 here, where Table 2's collection reaches
  // 0.99.
  EXPECT_GT(at_90, 0.87);
  EXPECT_GT(MetricOf(*result, "precision"), 90.0);
  EXPECT_EQ(MetricOf(*result, "persons"), kPeople);
  ASSERT_EQ(result->histograms.size(), 2U);
  EXPECT_EQ(result->curves.size(), 1U);
}

TEST(Purify, KeepsTheBestOfEach) {
  CuratorSurroundings surroundings(FreshFolder("keeps"));
  Fill(&surroundings);
  Json options = SmallOptions();
  options["keep"] = 9;
  options["keep_share"] = 0.5;  // of 15: 8, of the 14 of the first one: 7
  options["max_strangers"] = 1;
  const auto result = Curate(surroundings, options);
  ASSERT_TRUE(result.ok()) << result.status();
  std::map<int64_t, std::vector<std::pair<double, bool>>> by_identity;
  for (const auto& [image, one] : Read(surroundings.output())) {
    if (image == kFaceless) continue;
    by_identity[one.identity].emplace_back(-one.score, one.reason.empty());
  }
  for (auto& [identity, images] : by_identity) {
    std::sort(images.begin(), images.end());
    for (size_t i = 0; i < images.size(); ++i) {
      EXPECT_EQ(images[i].second, i < (images.size() + 1) / 2) << identity << " " << i;
    }
  }
  bool shown = false;
  for (const ContactSheet& sheet : result->sheets) {
    EXPECT_LE(sheet.cells.size(), 48U);
    shown |= sheet.title.find("wrong, but kept") == 0 || sheet.title.find("right, but") == 0;
  }
  EXPECT_TRUE(shown);
}

TEST(Purify, WithoutStrangersItSaysThatTheirRuleRemovesNothing) {
  CuratorSurroundings surroundings(FreshFolder("no_strangers"));
  Fill(&surroundings);
  Json options = SmallOptions();
  options["strangers"] = 0;
  const auto result = Curate(surroundings, options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(MetricOf(*result, "faces dropped"), 0);
  EXPECT_THAT(result->notices,
              testing::Contains(testing::HasSubstr("that max_strangers = 0.05 removes nothing")));
}

TEST(Purify, GoesOnAfterAStopAndGivesTheSameBytes) {
  Json options = SmallOptions();
  options["local_descriptors"] = 2000;
  options["components"] = 12;
  CuratorSurroundings once(FreshFolder("once"));
  Fill(&once);
  once.context.threads = 1;
  ASSERT_TRUE(Curate(once, options).ok());
  const int64_t steps = once.steps;
  const std::string expected = ReadFile(once.output()).value();
  for (int64_t stop = 1; stop <= steps; ++stop) {
    CuratorSurroundings stopped(FreshFolder("stopped"));
    Fill(&stopped);
    stopped.context.threads = 3;
    stopped.stop_after = stop;
    EXPECT_EQ(Curate(stopped, options).status().code(), absl::StatusCode::kCancelled) << stop;
    ASSERT_TRUE(Curate(stopped, options).ok());
    EXPECT_EQ(ReadFile(stopped.output()).value(), expected) << stop;
    EXPECT_LE(stopped.steps, stop + steps) << "what was done is done again";
  }
}

TEST(Purify, WithoutTruthItSaysNothingOfPrecision) {
  CuratorSurroundings surroundings(FreshFolder("unknown"));
  Fill(&surroundings, false);
  const auto result = Curate(surroundings, SmallOptions());
  ASSERT_TRUE(result.ok()) << result.status();
  for (const Metric& metric : result->metrics) {
    EXPECT_EQ(metric.name.find("precision"), std::string::npos) << metric.name;
  }
  EXPECT_TRUE(result->curves.empty());
  ASSERT_EQ(result->histograms.size(), 1U);
  int64_t counted = 0;
  for (const int64_t count : result->histograms[0].counts) counted += count;
  EXPECT_EQ(counted, kPeople * kImages - 1);
}

TEST(Purify, TakesTheSourceFirst) {
  CuratorSurroundings surroundings(FreshFolder("source"));
  Fill(&surroundings);
  ASSERT_TRUE(Curate(surroundings, SmallOptions()).ok());
  const std::map<int64_t, Found> all = Read(surroundings.output());
  Json options = SmallOptions();
  options["source"] = "even";
  ASSERT_TRUE(Curate(surroundings, options).ok());
  const std::map<int64_t, Found> even = Read(surroundings.output());
  EXPECT_EQ(all.size(), even.size());
  EXPECT_NE(all.at(1).score, even.at(1).score);
}

TEST(Purify, NamesWhatIsWrong) {
  CuratorSurroundings surroundings(FreshFolder("wrong"));
  EXPECT_THAT(Curate(surroundings, SmallOptions()).status().message(),
              HasSubstr("in/manifest.sqlite"));
  Fill(&surroundings);
  Json options = SmallOptions();
  options["vocabulary"] = surroundings.context.manifest;
  EXPECT_THAT(Curate(surroundings, options).status().message(), HasSubstr("manifest.sqlite"));
  surroundings.context.faces = nullptr;
  EXPECT_THAT(Curate(surroundings, SmallOptions()).status().message(), HasSubstr("faces"));
  const FacesInMemory none;
  surroundings.context.faces = &none;
  EXPECT_THAT(Curate(surroundings, SmallOptions()).status().message(),
              HasSubstr("0 identities have an image with a face (0 of 90 images have one)"));
}

}  // namespace
}  // namespace facet
