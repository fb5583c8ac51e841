#include "plugins/manifest/manifest.h"

#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// Zoe with four images, Abel with two; "full" is without image 3, "curated" without Zoe's first,
// too, and without Abel.
std::string MakeFrozen() {
  const std::string folder = TestFolder();
  const auto manifest = Manifest::Create(folder + "/working").value();
  ManifestIdentity identity;
  identity.name = "Zoe";
  const int64_t zoe = manifest->AddIdentity(identity).value();
  identity.name = "Abel";
  const int64_t abel = manifest->AddIdentity(identity).value();
  ManifestImage image;
  image.identity = zoe;
  image.path = "Zoe/1.jpg";
  image.rank = 5;
  image.box = Box{1, 2, 30, 40};
  image.pose = Pose::kRight;
  image.detection_score = 0.25;
  EXPECT_EQ(manifest->AddImage(image).value(), 1);
  image.rank = 4;
  image.box->width = 0;
  EXPECT_EQ(manifest->AddImage(image).value(), 2);  // the same file by another query
  image.path = "Zoe/removed.jpg";
  EXPECT_EQ(manifest->AddImage(image).value(), 3);
  ManifestImage bare;
  bare.identity = zoe;
  EXPECT_EQ(manifest->AddImage(bare).value(), 4);  // never fetched
  bare.identity = abel;
  bare.path = "Abel/b.png";
  EXPECT_EQ(manifest->AddImage(bare).value(), 5);
  const auto run_of = [&](const std::string& stage, int64_t removed) {
    const int64_t run = manifest->StartRun(stage, "{}").value();
    ManifestMark mark;
    mark.image = removed;
    mark.reason = stage;
    EXPECT_TRUE(manifest->Mark(run, mark).ok());
    if (stage == "annotate") {
      EXPECT_TRUE(manifest->MarkIdentity(run, abel, stage).ok());
    }
    EXPECT_TRUE(manifest->FinishRun(run, "{}").ok());
    return run;
  };
  const int64_t purify = run_of("purify", 3), annotate = run_of("annotate", 1);
  EXPECT_TRUE(manifest->DefineSnapshot("full", {purify}).ok());
  EXPECT_TRUE(manifest->DefineSnapshot("curated", {purify, annotate}).ok());
  EXPECT_TRUE(manifest->Freeze(folder + "/m.sqlite").ok());
  WriteText(folder + "/images/Zoe/1.jpg", "x");
  WriteText(folder + "/images/Abel/b.png", "x");
  return folder;
}

Json OptionsFor(const std::string& folder, const std::string& snapshot) {
  return {{"file", folder + "/m.sqlite"}, {"root", folder + "/images"}, {"snapshot", snapshot}};
}

TEST(ManifestDataset, Full) {
  const std::string folder = MakeFrozen();
  const auto contents = LoadDataset(OptionsFor(folder, "full"));
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->samples.size(), 3u);
  const Sample& abel = contents->samples[0];
  EXPECT_EQ(abel.identity, "Abel");
  EXPECT_EQ(abel.path, "Abel/b.png");
  EXPECT_EQ(abel.rank, -1);
  EXPECT_FALSE(abel.box.has_value());
  EXPECT_FALSE(abel.curated);
  const Sample& first = contents->samples[1];  // image 2: its rank is smaller
  EXPECT_EQ(first.key, "Zoe/1.jpg");
  EXPECT_EQ(first.rank, 4);
  EXPECT_FALSE(first.box.has_value());
  EXPECT_TRUE(first.curated);
  const Sample& second = contents->samples[2];
  EXPECT_EQ(second.key, "Zoe/1.jpg#1");
  EXPECT_EQ(second.path, "Zoe/1.jpg");
  ASSERT_TRUE(second.box.has_value());
  EXPECT_EQ(second.box->height, 40);
  EXPECT_EQ(second.pose, Pose::kRight);
  EXPECT_EQ(second.score, 0.25);
  EXPECT_FALSE(second.curated);
  EXPECT_EQ(contents->counts.at("identities listed"), 2);
  EXPECT_EQ(contents->counts.at("images listed"), 4);
  EXPECT_EQ(contents->counts.at("images never fetched"), 1);
  EXPECT_EQ(contents->counts.at("boxes without area"), 1);
}

TEST(ManifestDataset, CuratedAndOptions) {
  const std::string folder = MakeFrozen();
  const auto curated = LoadDataset(OptionsFor(folder, "curated"));
  ASSERT_TRUE(curated.ok()) << curated.status();
  ASSERT_EQ(curated->samples.size(), 1u);
  EXPECT_EQ(curated->samples[0].key, "Zoe/1.jpg");
  EXPECT_TRUE(curated->samples[0].curated);

  Json one = OptionsFor(folder, "full");
  one["max_identities"] = 1;
  EXPECT_EQ(LoadDataset(one)->samples.size(), 1u);
  Json other = OptionsFor(folder, "full");
  other["curated"] = "none of this name";
  EXPECT_TRUE(LoadDataset(other)->samples[0].curated);
}

TEST(ManifestDataset, TakesTheCurationOfItsRow) {
  const std::string folder = MakeFrozen();
  const auto load = [&](const Json& options) -> absl::StatusOr<DatasetContents> {
    FACET_ASSIGN_OR_RETURN(const auto dataset, MakeDataset(options));
    FACET_RETURN_IF_ERROR(dataset->LoadCuration(folder + "/m.sqlite", folder + "/images"));
    return dataset->Load();
  };
  const auto last = load(Json::object());  // what annotate left
  ASSERT_TRUE(last.ok()) << last.status();
  ASSERT_EQ(last->samples.size(), 1u);
  EXPECT_EQ(last->samples[0].image, 2);
  EXPECT_EQ(load({{"snapshot", "full"}})->samples.size(), 3u);
  EXPECT_THAT(std::string(load(OptionsFor(folder, "full")).status().message()),
              HasSubstr("a file of its own"));
  EXPECT_THAT(std::string(LoadDataset(Json::object()).status().message()),
              HasSubstr("or a curation in the row"));
  EXPECT_THAT(std::string(LoadDataset({{"file", folder + "/m.sqlite"}}).status().message()),
              HasSubstr("root is missing"));
}

TEST(ManifestDataset, SaysWhatIsMissing) {
  const std::string folder = MakeFrozen();
  const absl::Status snapshot = LoadDataset(OptionsFor(folder, "ful")).status();
  EXPECT_EQ(snapshot.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(snapshot.message()), HasSubstr("did you mean \"full\"?"));
  std::filesystem::remove(folder + "/images/Abel/b.png");
  const absl::Status missing = LoadDataset(OptionsFor(folder, "full")).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()),
              HasSubstr("1 of 4 listed images are missing: Abel/b.png"));
  Json skip = OptionsFor(folder, "full");
  skip["missing"] = "skip";
  const auto skipped = LoadDataset(skip);
  ASSERT_TRUE(skipped.ok()) << skipped.status();
  EXPECT_EQ(skipped->samples.size(), 2u);
  EXPECT_EQ(skipped->counts.at("missing images"), 1);
  Json working = OptionsFor(folder, "full");
  working["file"] = folder + "/working";
  EXPECT_THAT(std::string(LoadDataset(working).status().message()), HasSubstr("freeze it first"));
  WriteText(folder + "/text", "hello");
  working["file"] = folder + "/text";
  EXPECT_THAT(std::string(LoadDataset(working).status().message()), HasSubstr("no SQLite file"));
}

}  // namespace
}  // namespace facet
