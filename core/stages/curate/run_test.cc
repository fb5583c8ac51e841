#include <filesystem>
#include <fstream>

#include "core/api/curator.h"
#include "core/base/file.h"
#include "core/image/image_io.h"
#include "core/pipeline/context_testing.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/descriptors.h"
#include "core/records/record_lines.h"
#include "core/records/results.h"
#include "core/records/samples.h"
#include "core/stages/curate/curate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Keeps what it was given, and returns what the test wants.
class FakeCurator final : public Curator {
 public:
  struct Seen {
    CurationContext context;
    std::vector<int64_t> images;
    std::vector<int> widths;
    int green = -1;  // of the picture "a/0.jpg"
    CurationResult result;
    bool writes = true;
  };
  explicit FakeCurator(Seen* seen) : seen_(seen) {}
  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    seen_->context = context;
    if (context.faces != nullptr) {
      for (int64_t i = 0; i < context.faces->size(); ++i) {
        seen_->images.push_back(context.faces->image(i));
        FACET_ASSIGN_OR_RETURN(const Image face, context.faces->Get(i));
        seen_->widths.push_back(face.width);
      }
    }
    if (const auto image = context.read_image("a/0.jpg"); image.ok()) {
      seen_->green = image->Pixel(3, 3)[1];
    }
    if (!context.progress(1, 2, "images", "")) return absl::CancelledError("stopped");
    context.ask("open the page");
    if (seen_->writes) {
      std::ofstream(context.output_folder + "/manifest.sqlite") << "a manifest";
    }
    return seen_->result;
  }

 private:
  Seen* seen_;
};

class CurateTest : public testing::Test {
 protected:
  CurateTest() : context_(EmptyFolder(), {}, Json::object()) {
    context_.uses_["curator"] = {"", "curator", "fake", Json::object(),
                                 [this] { return std::make_unique<FakeCurator>(&seen_); }};
  }
  static std::string EmptyFolder() {
    const std::string folder =
        absl::StrCat(testing::TempDir(), "/curate_",
                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder);
    return folder;
  }
  std::string Folder(const std::string& name) {
    const std::string folder = context_.output_ + "/../" + name;
    fs::create_directories(folder);
    return folder;
  }
  static Image Green(int side, uint8_t value) {
    Image image(side, side);
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) image.Pixel(x, y)[1] = value;
    }
    return image;
  }
  // The images of ids 7, 5 and 9; the second has no face.
  void AddFaces() {
    const std::string samples = Folder("samples"), crops = Folder("crops");
    std::vector<Sample> images;
    for (const int64_t id : {7, 5, 9}) {
      Sample sample;
      sample.key = absl::StrCat("image", id);
      sample.path = sample.key;
      sample.image = id;
      images.push_back(sample);
    }
    ASSERT_TRUE(WriteRecords(samples + "/samples.jsonl", images).ok());
    const auto writer = *BlobWriter::Create(crops + "/crops.mdb");
    const Image raw = Green(8, 1);
    ASSERT_TRUE(
        writer->Append(0, {reinterpret_cast<const char*>(raw.bgr.data()), raw.bgr.size()}).ok());
    ASSERT_TRUE(writer->Append(1, *EncodeJpeg(Green(12, 1), 90)).ok());
    ASSERT_TRUE(writer->Finish().ok());
    std::vector<CropRecord> records(2);
    records[0].sample = 0;
    records[0].width = records[0].height = 8;
    records[1].sample = 2;
    records[1].width = records[1].height = 12;
    ASSERT_TRUE(WriteRecords(crops + "/crops.jsonl", records).ok());
    context_.inputs_["samples"] = samples;
    context_.inputs_["crops"] = crops;
  }

  FakeContext context_;
  FakeCurator::Seen seen_;
};

TEST_F(CurateTest, ACuratorFindsManifestImagesAndFaces) {
  const std::string before = Folder("before"), images = Folder("images/a");
  std::ofstream(before + "/manifest.sqlite") << "before";
  ASSERT_TRUE(WriteFileAtomically(images + "/0.jpg", *EncodeJpeg(Green(16, 200), 95)).ok());
  context_.inputs_["curation"] = before;
  context_.root_ = Folder("images");
  AddFaces();
  const absl::Status status = RunCurate(context_);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(*ReadFile(seen_.context.manifest), "before");
  EXPECT_THAT(seen_.images, ElementsAre(7, 9));
  EXPECT_THAT(seen_.widths, ElementsAre(8, 12));
  EXPECT_NEAR(seen_.green, 200, 3);
  EXPECT_EQ(seen_.context.fold_name("Zo\u00eb_K"), seen_.context.fold_name("zoe k"));
  EXPECT_EQ(context_.last_progress_, "1 of 2 images");
  EXPECT_THAT(context_.asked_, ElementsAre("open the page"));
}

TEST_F(CurateTest, ACuratorThatMakesImagesHasAFolderOfItsOwn) {
  context_.kept_folder_ = Folder("kept");
  context_.root_ = Folder("before");
  ASSERT_TRUE(RunCurate(context_).ok());
  EXPECT_EQ(seen_.context.manifest, "");
  EXPECT_EQ(seen_.context.image_folder, context_.kept_folder_);
  EXPECT_EQ(seen_.context.input_folder, context_.root_);
}

TEST_F(CurateTest, ScoresAreTheImages) {
  AddFaces();
  context_.inputs_["scored"] = context_.inputs_["samples"];
  context_.inputs_["scores"] = Folder("scores");
  ASSERT_TRUE(WriteRecords(Folder("scores") + "/scores.jsonl",
                           std::vector<ScoreRecord>{{0, -0.5}, {1, -3.25}})
                  .ok());
  ASSERT_TRUE(RunCurate(context_).ok());
  ASSERT_EQ(seen_.context.scores.size(), 2u);
  EXPECT_EQ(seen_.context.scores[0].image, 5);
  EXPECT_EQ(seen_.context.scores[0].log_probability, -3.25);
  EXPECT_EQ(seen_.context.scores[1].image, 7);
}

// The start of a process's memory cannot be read, with the error that a failing disk gives. The
// curator goes on without the image; its verdict must not stay.
TEST_F(CurateTest, AFaultOfTheMachineFailsTheStage) {
  context_.root_ = Folder("images");
  fs::create_symlink("/proc/self/mem", Folder("images/a") + "/0.jpg");
  const absl::Status status = RunCurate(context_);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("0.jpg"));
}

TEST_F(CurateTest, WritesWhatTheCuratorMeasuredAndItsContactSheets) {
  context_.root_ = Folder("images");
  ASSERT_TRUE(WriteFileAtomically(context_.root_ + "/0.jpg", *EncodeJpeg(Green(64, 220), 95)).ok());
  seen_.result.metrics = {{"persons", 3, -1, "", "1", 3}};
  seen_.result.sheets = {{"removed", {{"0.jpg", "rank 1"}, {"gone.jpg", "not there"}}}};
  seen_.result.notices = {"All went well."};
  ASSERT_TRUE(RunCurate(context_).ok());
  const auto json = ReadJsonFile(context_.output_ + "/curation.json");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ((*json)["component"], "fake");
  EXPECT_EQ(CurationResultFromJson(*json)->metrics[0].value, 3);
  EXPECT_THAT(context_.notices_, ElementsAre("All went well."));
  const auto sheet = ReadImage(context_.output_ + "/sheet_00.jpg");
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  int most_green = 0;
  for (int y = 0; y < sheet->height; ++y) {
    for (int x = 0; x < sheet->width; ++x) {
      const uint8_t* pixel = sheet->Pixel(x, y);
      most_green = std::max(most_green, pixel[1] - pixel[2]);
    }
  }
  EXPECT_GT(most_green, 180);
}

TEST_F(CurateTest, BrokenContractsAreTold) {
  const auto error = [&] { return std::string(RunCurate(context_).message()); };
  seen_.writes = false;
  EXPECT_THAT(error(), HasSubstr("fake: broke its contract (a fault of the plugin): it wrote no"));
  seen_.writes = true;
  seen_.result.metrics = {{"persons", 3, -1, "", "1", 3}, {"persons", 4, -1, "", "1", 3}};
  EXPECT_THAT(error(), HasSubstr("two metrics \"persons\""));
  seen_.result.metrics = {{"persons", std::nan(""), -1, "", "1", 3}};
  EXPECT_THAT(error(), HasSubstr("no finite number"));
  seen_.result.metrics.clear();
  seen_.result.histograms = {{"sizes", "images", {1, 2}, {1, 2}}};
  EXPECT_THAT(error(), HasSubstr("has 2 counts and 2 edges"));
  seen_.result.histograms.clear();
  seen_.result.curves = {{"purity", "rank", "purity", {1}, {}}};
  EXPECT_THAT(error(), HasSubstr("has 1 x and 0 y"));
}

TEST_F(CurateTest, FacesOfNoManifestAreRefused) {
  AddFaces();
  Sample sample;
  sample.key = "loose";
  sample.path = "loose";
  ASSERT_TRUE(WriteRecords(context_.inputs_["samples"] + "/samples.jsonl",
                           std::vector<Sample>{sample, sample, sample})
                  .ok());
  EXPECT_THAT(std::string(RunCurate(context_).message()),
              HasSubstr("image loose is of no curation manifest"));
}

TEST_F(CurateTest, AStopIsPassedOn) {
  context_.stop_after_ = 1;
  EXPECT_TRUE(absl::IsCancelled(RunCurate(context_)));
}

}  // namespace
}  // namespace facet
