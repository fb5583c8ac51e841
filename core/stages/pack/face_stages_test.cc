// The stages detect, align and pack on a small data set with broken files.
#include <filesystem>
#include <fstream>

#include "core/pipeline/room.h"
#include "core/stages/pack/face_stages_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;
using State = FaceRecord::State;

// Learns how many examples there were and the sum of their boxes' widths; with that as its
// confidence it aligns.
class CountingAligner final : public Aligner {
 public:
  absl::Status Train(const LandmarkExamples& examples, const TrainingContext& context,
                     const std::string& path) override {
    double sum = 0;
    for (int64_t i = 0; i < examples.size(); ++i) {
      const auto example = examples.Get(i);
      if (!example.ok()) return example.status();
      sum += example->face.box.width + example->landmarks.points[0].x;
      if (!context.progress(i + 1, examples.size(), "faces")) return absl::CancelledError("stop");
    }
    return WriteFileAtomically(path, absl::StrCat(examples.size(), " ", sum));
  }
  absl::Status LoadModel(const std::string& path) override {
    const auto text = ReadFile(path);
    if (!text.ok()) return text.status();
    confidence_ = std::stod(*text);
    return absl::OkStatus();
  }
  absl::StatusOr<Alignment> Align(const Image&, const Face& face) override {
    Alignment alignment = CropOfBox(face.box, 1.0);
    alignment.confidence = confidence_;
    return alignment;
  }

 private:
  double confidence_ = 0;
};

TEST_F(FaceStages, BoxesComeOutCanonicalAndAreChosenAsAsked) {
  // Centre (29.5, 19.5): the second mark is nearest; the first has the best score.
  AddImage("a.png", {{10, 8}, {30, 22}, {50, 35}});
  for (const auto& [select, x] : std::map<std::string, double>{{"central", 30}, {"best", 10}}) {
    FakeContext context = MakeContext("detect", {{"select", select}});
    ASSERT_TRUE(RunDetect(context).ok());
    const FaceRecord record = Faces()[0];
    EXPECT_EQ(record.state, State::kFound);
    EXPECT_EQ(record.num_found, 3);
    EXPECT_EQ(record.width, 60);
    EXPECT_EQ(record.height, 40);
    EXPECT_EQ(record.face.box.width, 20);  // the convention doubles the detector's 10 px
    EXPECT_EQ(record.face.box.Centre().x, x);
  }
}

TEST_F(FaceStages, AMissedFaceIsTheCentralBoxOrDropped) {
  AddImage("a.png", {{30, 20}});
  AddImage("none.png", {});
  FakeContext central = MakeContext("detect", {{"central_side", 0.5}});
  ASSERT_TRUE(RunDetect(central).ok());
  EXPECT_EQ(Faces()[1].state, State::kFallback);
  EXPECT_EQ(Faces()[1].face.box.width, 20);
  EXPECT_EQ(Faces()[1].face.box.Centre().x, 29.5);
  EXPECT_EQ(central.counts_["no face found, central box"], 1);
  ASSERT_EQ(central.notices_.size(), 1u);
  EXPECT_EQ(central.notices_[0],
            "marks finds no face in 1 of 2 images; the central box is taken (first: none.png)");
  FakeContext drop = MakeContext("detect", {{"missing", "drop"}});
  ASSERT_TRUE(RunDetect(drop).ok());
  EXPECT_EQ(Faces()[1].state, State::kDropped);
  EXPECT_EQ(drop.counts_["no face found, dropped"], 1);
}

TEST_F(FaceStages, UnreadableImagesAreSkippedWithTheirReasons) {
  AddImage("a.png", {{30, 20}});
  AddFile("empty.jpg", "");
  AddFile("text.jpg", "hello");
  AddSample("missing.jpg");
  FakeContext context = MakeContext("detect", Json::object());
  ASSERT_TRUE(RunDetect(context).ok());
  const std::vector<FaceRecord> records = Faces();
  ASSERT_EQ(records.size(), 4u);
  for (int i = 1; i < 4; ++i) EXPECT_EQ(records[i].state, State::kUnreadable);
  EXPECT_EQ(records[1].reason, "empty file");
  EXPECT_THAT(records[2].reason, HasSubstr("not an image"));
  EXPECT_EQ(context.counts_["unreadable images"], 3);
  EXPECT_THAT(context.notices_[0], HasSubstr("3 of 4 images cannot be read and are left out: "
                                             "empty.jpg: empty file; text.jpg: not an image"));
  // The artifact says nothing about where the data lies.
  EXPECT_EQ(ReadFile(folder_ + "/detect/faces.jsonl")->find(folder_), std::string::npos);
}

TEST_F(FaceStages, RefusalNamesTheFirstBadFilesAndTheirNumber) {
  AddImage("a.png", {{30, 20}});
  for (int i = 0; i < 12; ++i) AddFile(absl::StrCat("bad", i, ".jpg"), "");
  FakeContext context = MakeContext("detect", {{"unreadable", "refuse"}});
  const absl::Status status = RunDetect(context);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const std::string message(status.message());
  EXPECT_THAT(message, HasSubstr("12 of 13 images cannot be read: bad0.jpg, bad1.jpg, "));
  EXPECT_THAT(message, HasSubstr(", bad9.jpg and 2 more: empty file. "));
  EXPECT_EQ(message.find("bad10.jpg"), std::string::npos);
  EXPECT_THAT(message, HasSubstr("faces.unreadable = \"skip\""));
}

TEST_F(FaceStages, LargerImagesThanAllowedAreUnreadable) {
  AddImage("a.png", {{30, 20}});
  AddFile("large.ppm", "P6 1001 1000 255\n" + std::string(3 * 1001 * 1000, 'x'));
  FakeContext context = MakeContext("detect", {{"max_megapixels", 1}});
  ASSERT_TRUE(RunDetect(context).ok());
  EXPECT_EQ(Faces()[1].reason, "header says 1001x1000, limit 1000000 pixels");
}

TEST_F(FaceStages, NoFaceAtAllIsAnError) {
  AddFile("empty.jpg", "");
  FakeContext context = MakeContext("detect", Json::object());
  EXPECT_THAT(std::string(RunDetect(context).message()),
              HasSubstr("no face in any of 1 images: 1 cannot be read"));
}

TEST_F(FaceStages, ResultsDoNotDependOnTheNumberOfThreads) {
  for (int i = 0; i < 150; ++i) {
    if (i % 7 == 3) {
      AddFile(absl::StrCat(i, ".png"), "no image");
    } else {
      AddImage(absl::StrCat(i, ".png"), {{5.0 + i % 50, 5.0 + i % 30}, {30, 20}});
    }
  }
  std::map<std::string, std::string> first;
  for (int threads : {1, 3}) {
    for (const auto& [stage, run] :
         std::vector<std::pair<std::string, absl::Status (*)(StageContext&)>>{
             {"detect", &RunDetect}, {"align", &RunAlign}, {"pack", &RunPack}}) {
      const Json settings = stage == "pack" ? Json{{"size_px", 16}} : Json::object();
      FakeContext context = MakeContext(stage, settings, threads);
      ASSERT_TRUE(run(context).ok());
      EXPECT_EQ(context.done_, context.total_);
    }
    for (const char* file :
         {"detect/faces.jsonl", "align/alignments.jsonl", "pack/crops.jsonl", "pack/crops.mdb"}) {
      const std::string content = ReadFile(folder_ + "/" + file).value();
      if (threads == 1) first[file] = content;
      EXPECT_EQ(content, first[file]) << file;
    }
  }
}

TEST_F(FaceStages, CropsFollowTheAlignmentsRowByRow) {
  AddFile("bad.jpg", "");
  AddImage("a.png", {{20, 20}});
  AddImage("none.png", {});
  for (const auto& [stage, run] :
       std::vector<std::pair<std::string, absl::Status (*)(StageContext&)>>{
           {"detect", &RunDetect}, {"align", &RunAlign}, {"pack", &RunPack}}) {
    Json settings = Json::object();
    if (stage == "detect") settings = {{"missing", "drop"}};
    if (stage == "pack") settings = {{"size_px", 20}, {"encoding", "raw"}};
    FakeContext context = MakeContext(stage, settings);
    ASSERT_TRUE(run(context).ok());
    if (stage == "align") {
      EXPECT_EQ(context.counts_["aligned by landmarks"], 1);
    }
  }
  const auto records = ReadRecords(folder_ + "/pack/crops.jsonl", &CropRecordFromJson).value();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].sample, 1);
  EXPECT_EQ(records[0].identity, "person 0");
  EXPECT_EQ(records[0].fold, 1);
  EXPECT_TRUE(records[0].aligned);
  const auto blobs = BlobReader::Open(folder_ + "/pack/crops.mdb").value();
  const std::string_view bytes = blobs->Get(0).value();
  ASSERT_EQ(bytes.size(), 20u * 20u * 3u);
  // The canonical box [10, 30) about the mark is the crop: its corner lies at (10, 10) and pixel
  // (x, y) at (10.5 + x, 10.5 + y): half way between four pixels of the image.
  EXPECT_EQ(static_cast<uint8_t>(bytes[0]), 128);
  // (19.5, 19.5) has the white pixel (20, 20), the black one (19, 20), and two grey ones.
  EXPECT_EQ(static_cast<uint8_t>(bytes[(9 * 20 + 9) * 3]), (255 + 0 + 128 + 128 + 2) / 4);
}

// As many faces as the disk has no room for, at 48 MiB a crop: nothing is read, nothing written.
TEST_F(FaceStages, RawCropsThatCannotFitAreRefusedBeforeTheFirst) {
  AddImage("a.png", {{20, 20}});
  FakeContext context = MakeContext("pack", {{"size_px", 4096}, {"encoding", "raw"}});
  std::filesystem::create_directories(folder_ + "/align");
  std::ofstream alignments(folder_ + "/align/alignments.jsonl");
  const int64_t count = FreeDisk(folder_) / (int64_t{4096} * 4096 * 3) + 100;
  for (int64_t i = 0; i < count; ++i) alignments << "{}\n";
  alignments.close();
  context.inputs_["alignments"] = folder_ + "/align";
  const absl::Status status = RunPack(context);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_THAT(std::string(status.message()),
              testing::AllOf(HasSubstr(absl::StrCat(count, " raw crops of 4096 x 4096 px need")),
                             HasSubstr(" left: make room there, or name a store")));
  EXPECT_FALSE(std::filesystem::exists(context.output_ + "/crops.mdb"));
}

TEST_F(FaceStages, ARequestToStopIsHeeded) {
  AddImage("a.png", {{20, 20}});
  FakeContext context = MakeContext("detect", Json::object());
  context.stop_after_ = 0;
  EXPECT_TRUE(absl::IsCancelled(RunDetect(context)));
}

TEST_F(FaceStages, AnAlignerLearnsFromFacesWithLandmarksAndAlignsWithItsModel) {
  AddImage("good.png", {{20, 20}});
  samples_.back().landmarks = {LandmarkScheme::kEyes2, {{18, 19}, {22, 19}}};
  AddImage("no landmarks.png", {{20, 20}});
  AddImage("not found.png", {});
  samples_.back().landmarks = samples_[0].landmarks;
  AddImage("elsewhere.png", {{50, 20}});
  samples_.back().landmarks = samples_[0].landmarks;
  FakeContext detect = MakeContext("detect", Json::object());
  ASSERT_TRUE(RunDetect(detect).ok());
  FakeContext fit = MakeContext("fit", Json::object());
  fit.uses_["aligner"].make = [] { return std::make_unique<CountingAligner>(); };
  ASSERT_TRUE(RunFit(fit).ok());
  EXPECT_EQ(*ReadFile(folder_ + "/fit/model"), "1 38");  // a box of 20 px, an eye at 18
  EXPECT_EQ(fit.counts_["faces to learn from"], 1);
  EXPECT_EQ(fit.counts_["samples without landmarks"], 1);
  EXPECT_EQ(fit.counts_["faces not found"], 1);
  EXPECT_EQ(fit.counts_["detections beside the landmarks"], 1);

  FakeContext align = MakeContext("align", Json::object());
  align.uses_["aligner"].make = [] { return std::make_unique<CountingAligner>(); };
  align.inputs_["model"] = folder_ + "/fit";
  ASSERT_TRUE(RunAlign(align).ok());
  const auto crops = ReadRecords(folder_ + "/align/alignments.jsonl", &AlignmentRecordFromJson);
  ASSERT_TRUE(crops.ok());
  EXPECT_EQ(crops->at(0).alignment.confidence, 1);
}

TEST_F(FaceStages, NothingToLearnFromSaysWhatIsMissing) {
  AddImage("a.png", {{20, 20}});
  FakeContext detect = MakeContext("detect", Json::object());
  ASSERT_TRUE(RunDetect(detect).ok());
  FakeContext fit = MakeContext("fit", Json::object());
  const absl::Status status = RunFit(fit);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("of 1 samples 1 have no landmarks"));
}

}  // namespace
}  // namespace facet
