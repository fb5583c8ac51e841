// Folders of drawn pictures, each of one colour and size, so that what a file shows can be told.
#include <algorithm>
#include <filesystem>
#include <map>
#include <opencv2/imgcodecs.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::string FreshFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/contaminate_" + name;
  std::filesystem::remove_all(folder);
  return folder;
}

// Six people with 13 photographs of 40 x 30 px: blue is the person, green the photograph.
std::string MakePhotographs(const std::string& folder) {
  for (int person = 0; person < 6; ++person) {
    const std::string path = absl::StrCat(folder, "/photographs/p", person);
    std::filesystem::create_directories(path);
    for (int i = 0; i < 13; ++i) {
      cv::imwrite(absl::StrCat(path, "/", i, ".png"),
                  cv::Mat(30, 40, CV_8UC3, cv::Scalar(40 * person, 15 * i, 100)));
    }
  }
  return folder + "/photographs";
}

absl::StatusOr<CurationResult> Curate(CuratorSurroundings& surroundings, const Json& options) {
  FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(Dump(options)));
  surroundings.context.manifest.clear();
  std::filesystem::remove(surroundings.output());
  return curator->Curate(surroundings.context);
}

std::vector<ManifestImage> ImagesOf(const Manifest& manifest) {
  std::vector<ManifestImage> images;
  ManifestImages rows = manifest.Images({}).value();
  ManifestImage image;
  while (rows.Next(&image).value()) images.push_back(image);
  return images;
}

TEST(Contaminate, FilesAreWhatTheTruthSays) {
  CuratorSurroundings surroundings(FreshFolder("truth"));
  const std::string root = MakePhotographs(FreshFolder("truth_root"));
  const auto result = Curate(surroundings, {{"root", root}, {"held_out", 0.34}});
  ASSERT_TRUE(result.ok()) << result.status();
  const auto manifest = Manifest::OpenFrozen(surroundings.output()).value();
  EXPECT_TRUE(manifest->CheckIntegrity().ok());
  const auto truth = ReadTruth(*manifest).value().value();
  const std::vector<ManifestImage> images = ImagesOf(*manifest);
  std::map<int64_t, const ManifestImage*> by_id;
  std::map<int64_t, std::string> names;
  const auto people = manifest->Identities("").value();
  for (const ManifestIdentity& each : people) names[each.id] = each.name;
  ASSERT_EQ(names.size(), 4u);
  // 13 / 0.65 = 20 images of each: 4 wrong, 1 exact and 2 near duplicates.
  ASSERT_EQ(images.size(), 80u);
  std::map<std::string, int64_t> reasons;
  for (const ManifestImage& image : images) by_id[image.id] = &image;
  for (const ManifestImage& image : images) {
    const std::string path = surroundings.context.image_folder + "/" + image.path;
    EXPECT_EQ(image.source, "contaminate");
    EXPECT_EQ(image.query, names[image.identity]);
    EXPECT_TRUE(
        absl::StrContains(image.path, absl::StrCat("/", absl::Dec(image.rank, absl::kZeroPad4))));
    EXPECT_EQ(image.bytes_sha256, Sha256File(path).value());
    const cv::Mat pixels = cv::imread(path);
    EXPECT_EQ(image.width_px, pixels.cols);
    EXPECT_EQ(image.height_px, pixels.rows);
    const auto found = truth.find(image.id);
    const ImageTruth says = found == truth.end() ? ImageTruth() : found->second;
    ++reasons[says.reason];
    if (says.original >= 0) {
      const bool same = image.bytes_sha256 == by_id[says.original]->bytes_sha256;
      EXPECT_EQ(same, says.exact);
      EXPECT_EQ(by_id[says.original]->identity, image.identity);
      EXPECT_EQ(absl::StrContains(says.detail, "recompressed"), !same);
      continue;
    }
    const std::string shown = absl::StrCat("p", pixels.at<cv::Vec3b>(15, 20)[0] / 40);
    EXPECT_EQ(shown == names[image.identity], says.right) << image.path;
    EXPECT_EQ(says.detail, says.right ? "" : shown);
  }
  EXPECT_EQ(reasons,
            (std::map<std::string, int64_t>{
                {"", 52}, {"exact duplicate", 4}, {"near duplicate", 8}, {"wrong person", 16}}));
  std::map<std::string, double> metrics;
  for (const Metric& metric : result->metrics) metrics[metric.name] = metric.value;
  EXPECT_EQ(metrics["persons"], 4);
  EXPECT_EQ(metrics["images"], 80);
  EXPECT_EQ(metrics["precision"], 80);
  EXPECT_EQ(metrics["wrong people"], 16);
  EXPECT_EQ(manifest->Counts("contaminate").value().images, 80);
}

TEST(Contaminate, GoesOnAndIsTheSameOnAnyThreads) {
  CuratorSurroundings whole(FreshFolder("whole")), parts(FreshFolder("parts"));
  const Json options = {{"root", MakePhotographs(FreshFolder("parts_root"))}};
  whole.context.threads = 1;
  ASSERT_TRUE(Curate(whole, options).ok());
  parts.context.threads = 4;
  for (const int64_t stop : {1, 2, 3}) {
    parts.stop_after = parts.steps + stop;
    EXPECT_EQ(Curate(parts, options).status().code(), absl::StatusCode::kCancelled);
  }
  parts.stop_after = -1;
  ASSERT_TRUE(Curate(parts, options).ok());
  EXPECT_EQ(Sha256File(parts.output()).value(), Sha256File(whole.output()).value());
}

TEST(Contaminate, MarksDamageAndDoesNotRepeatIt) {
  const std::string root = MakePhotographs(FreshFolder("damage_root"));
  for (int person = 0; person < 6; ++person) {
    for (int i = 0; i < 12; ++i) {
      ASSERT_TRUE(WriteFileAtomically(absl::StrCat(root, "/p", person, "/", i, ".png"), "x").ok());
    }
  }
  CuratorSurroundings surroundings(FreshFolder("damage"));
  const auto result = Curate(surroundings, {{"root", root}, {"held_out", 0}});
  ASSERT_TRUE(result.ok()) << result.status();
  const auto manifest = Manifest::OpenFrozen(surroundings.output()).value();
  for (const ManifestImage& image : ImagesOf(*manifest)) {
    const std::vector<ManifestMark> marks = manifest->Marks(image.id).value();
    const bool damaged = std::any_of(marks.begin(), marks.end(), [](const ManifestMark& mark) {
      return mark.removes && mark.reason == "damaged";
    });
    EXPECT_EQ(damaged, image.width_px == 0);
    EXPECT_EQ(damaged, absl::EndsWith(image.path, ".png") && image.num_bytes == 1);
  }
}

TEST(Contaminate, SaysWhatIsWrong) {
  CuratorSurroundings surroundings(FreshFolder("bad"));
  const std::string root = FreshFolder("bad_root");
  std::filesystem::create_directories(root);
  EXPECT_FALSE(MakeComponent<Curator>("{}").ok());  // root is required
  EXPECT_THAT(std::string(Curate(surroundings, {{"root", root}}).status().message()),
              HasSubstr("of 0 people"));
  const auto curator = MakeComponent<Curator>(Dump(Json{{"root", root}})).value();
  surroundings.context.manifest = "/some/manifest.sqlite";
  EXPECT_THAT(std::string(curator->Curate(surroundings.context).status().message()),
              HasSubstr("begins a chain"));
}

}  // namespace
}  // namespace facet
