#include "core/stages/artifacts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <thread>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::string PathOf(const std::string& name) {
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder =
      absl::StrCat(testing::TempDir(), "/", test->test_suite_name(), ".", test->name());
  std::filesystem::create_directories(folder);
  return folder + "/" + name;
}

std::string ReadOrDie(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

Sample FullSample() {
  Sample sample;
  sample.key = "A.J._Buckley/00000001.jpg";
  sample.identity = "A.J._Buckley";
  sample.path = "images/A.J._Buckley/00000001.jpg";
  sample.render = 7;
  sample.box = Box{0.1, -2.5, 133.36, 1e-9};
  sample.pose = Pose::kLeft;
  sample.score = 3.59;
  sample.landmarks = {LandmarkScheme::kEyes2, {{1.25, 2.5}, {3, 4}}};
  sample.rank = 3;
  sample.curated = false;
  sample.video = "Buckley/0";
  sample.frame = 12;
  sample.fold = 9;
  return sample;
}

TEST(Json, SampleKeepsEveryField) {
  const Sample sample = FullSample();
  const absl::StatusOr<Sample> read = SampleFromJson(ToJson(sample));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->key, sample.key);
  EXPECT_EQ(read->identity, sample.identity);
  EXPECT_EQ(read->path, sample.path);
  EXPECT_EQ(read->render, 7);
  ASSERT_TRUE(read->box.has_value());
  EXPECT_EQ(read->box->x, 0.1);
  EXPECT_EQ(read->box->height, 1e-9);
  EXPECT_EQ(read->pose, Pose::kLeft);
  EXPECT_EQ(read->score, 3.59);
  ASSERT_EQ(read->landmarks.points.size(), 2u);
  EXPECT_EQ(read->landmarks.points[1].y, 4.0);
  EXPECT_EQ(read->rank, 3);
  EXPECT_FALSE(read->curated);
  EXPECT_EQ(read->video, "Buckley/0");
  EXPECT_EQ(read->frame, 12);
  EXPECT_EQ(read->fold, 9);
}

TEST(Json, DefaultsAreLeftOutAndComeBack) {
  Sample sample;
  sample.key = "a";
  EXPECT_EQ(Dump(ToJson(sample)), R"({"identity":"","key":"a"})");
  const absl::StatusOr<Sample> read = SampleFromJson(ToJson(sample));
  ASSERT_TRUE(read.ok());
  EXPECT_FALSE(read->box.has_value());
  EXPECT_TRUE(read->curated);
  EXPECT_EQ(read->fold, -1);
}

TEST(Json, WrongTypesAreErrorsNotExceptions) {
  for (const char* text :
       {"[]", "{}", R"({"key":1,"identity":""})", R"({"key":"a","identity":"","box":[1,2,3]})",
        R"({"key":"a","identity":"","pose":"upside down"})",
        R"({"key":"a","identity":"","score":"high"})",
        R"({"key":"a","identity":"","landmarks":{"scheme":"eyes2","points":[]}})"}) {
    const absl::StatusOr<Sample> read = SampleFromJson(Json::parse(text));
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr("not a sample")) << text;
  }
}

TEST(Json, FaceRecordKeepsTheOtherFaces) {
  FaceRecord record;
  record.num_found = 3;
  record.face.box = {1, 2, 3, 4};
  record.others.resize(2);
  record.others[0].box = {5, 6, 7, 8};
  record.others[0].score = 0.25;
  record.others[0].pose = Pose::kLeft;
  record.others[1].box = {9, 8, 7, 6};
  record.others[1].landmarks = {LandmarkScheme::kEyes2, {{1, 2}, {3, 4}}};
  const absl::StatusOr<FaceRecord> read = FaceRecordFromJson(ToJson(record));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->others.size(), 2u);
  EXPECT_EQ(read->others[0].box.width, 7);
  EXPECT_EQ(read->others[0].score, 0.25);
  EXPECT_EQ(read->others[0].pose, Pose::kLeft);
  EXPECT_EQ(read->others[1].landmarks.points[1].y, 4);
}

TEST(Json, FaceRecordStates) {
  FaceRecord record;
  record.sample = 4;
  record.state = FaceRecord::State::kUnreadable;
  record.reason = "empty file";
  absl::StatusOr<FaceRecord> read = FaceRecordFromJson(ToJson(record));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->state, FaceRecord::State::kUnreadable);
  EXPECT_EQ(read->reason, "empty file");

  record.state = FaceRecord::State::kFallback;
  record.num_found = 2;
  record.width = 250;
  record.height = 251;
  record.face.box = {1, 2, 3, 4};
  record.face.score = -std::numeric_limits<double>::infinity();
  record.face.pose = Pose::kFrontal;
  read = FaceRecordFromJson(ToJson(record));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->state, FaceRecord::State::kFallback);
  EXPECT_EQ(read->height, 251);
  EXPECT_EQ(read->face.box.width, 3);
  EXPECT_EQ(read->face.score, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(read->face.pose, Pose::kFrontal);
}

TEST(Json, FrameCropAndDescriptorRecords) {
  FrameRecord frame;
  frame.sample = 1;
  frame.alignment.frame_from_image.m = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
  frame.alignment.aspect = 0.75;
  frame.alignment.aligned = true;
  frame.alignment.confidence = std::nan("");
  frame.pose = Pose::kRight;
  const absl::StatusOr<FrameRecord> read = FrameRecordFromJson(ToJson(frame));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->alignment.frame_from_image.m, frame.alignment.frame_from_image.m);
  EXPECT_EQ(read->alignment.aspect, 0.75);
  EXPECT_TRUE(read->alignment.aligned);
  EXPECT_TRUE(std::isnan(read->alignment.confidence));
  EXPECT_EQ(read->pose, Pose::kRight);

  const absl::StatusOr<CropRecord> crop =
      CropRecordFromJson(ToJson(CropRecord{5, "Ünal", 224, 256, true, 0.5, 3}));
  ASSERT_TRUE(crop.ok()) << crop.status();
  EXPECT_EQ(crop->identity, "Ünal");
  EXPECT_EQ(crop->height, 256);
  EXPECT_EQ(crop->fold, 3);

  const absl::StatusOr<DescriptorRecord> row =
      DescriptorRecordFromJson(ToJson(DescriptorRecord{6, "x", 0.25, -1}));
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->sample, 6);
  EXPECT_EQ(row->fold, -1);
}

TEST(Json, ProtocolAndEvaluation) {
  Protocol protocol;
  protocol.kind = Protocol::Kind::kSplit;
  protocol.name = "LFW view 1";
  protocol.num_folds = 2;
  protocol.templates = {{"a", {0, 1}}, {"b", {2}}};
  protocol.pairs = {{0, 1, true, 1}};
  const absl::StatusOr<Protocol> read = ProtocolFromJson(ToJson(protocol));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->kind, Protocol::Kind::kSplit);
  EXPECT_EQ(read->templates[0].samples, (std::vector<int64_t>{0, 1}));
  EXPECT_TRUE(read->pairs[0].genuine);
  EXPECT_EQ(read->pairs[0].fold, 1);

  Evaluation evaluation;
  evaluation.metrics = {{"accuracy", 98.95, 0.08, "10 folds, ddof 1", "%", 6000}};
  evaluation.curves = {
      {"ROC", "false", "true", {0, std::numeric_limits<double>::infinity()}, {1, 0.5}}};
  evaluation.notices = {"one"};
  evaluation.replicates = {1, 2.5};
  const absl::StatusOr<Evaluation> back = EvaluationFromJson(ToJson(evaluation));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->metrics[0].value, 98.95);
  EXPECT_EQ(back->metrics[0].count, 6000);
  EXPECT_EQ(back->curves[0].x[1], std::numeric_limits<double>::infinity());
  EXPECT_EQ(back->replicates, evaluation.replicates);
}

CurationResult SmallCuration() {
  CurationResult result;
  result.metrics = {{"persons", 12, -1.0, "", "1", 12},
                    {"precision", 97.5, 0.2, "bootstrap", "%", 400}};
  result.curves = {{"purity by rank", "rank", "purity", {1, 2}, {1, 0.5}}};
  result.histograms = {{"cluster sizes",
                        "images in a cluster",
                        {1, 2, 4, std::numeric_limits<double>::infinity()},
                        {9, 0, 3}},
                       {"empty", "x", {}, {}}};
  result.sheets = {{"removed: <near duplicate>", {{"a/1.jpg", "rank 1"}, {"a/2.jpg", "rank 2"}}},
                   {"none", {}}};
  result.notices = {"one"};
  return result;
}

TEST(Json, CurationKeepsAllButTheCellsOfSheets) {
  const Json json = ToJson(SmallCuration());
  EXPECT_EQ(json["sheets"][0]["file"], "sheet_00.jpg");
  EXPECT_EQ(json["sheets"][0]["cells"], 2);
  EXPECT_EQ(ContactSheetFile(123), "sheet_123.jpg");
  const absl::StatusOr<CurationResult> read = CurationResultFromJson(json);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->metrics[1].error_kind, "bootstrap");
  EXPECT_EQ(read->curves[0].y[1], 0.5);
  EXPECT_EQ(read->histograms[0].edges.back(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(read->histograms[0].counts, (std::vector<int64_t>{9, 0, 3}));
  EXPECT_EQ(read->sheets[0].title, "removed: <near duplicate>");
  EXPECT_EQ(read->sheets[0].cells.size(), 2u);
  EXPECT_EQ(ToJson(*read), json);
}

TEST(Json, CurationsThatContradictThemselvesAreRefused) {
  const auto error_of = [](const char* pointer, const Json& value) {
    Json json = ToJson(SmallCuration());
    json[Json::json_pointer(pointer)] = value;
    return std::string(CurationResultFromJson(json).status().message());
  };
  EXPECT_THAT(error_of("/histograms/0/counts", Json::array({1})), HasSubstr("one edge more"));
  EXPECT_THAT(error_of("/histograms/0/edges", Json::array({1, 2, 0, 3})), HasSubstr("ascend"));
  EXPECT_THAT(error_of("/sheets/1/file", "../x.jpg"), HasSubstr("is sheet_01.jpg"));
  EXPECT_THAT(error_of("/sheets/0/cells", -1), HasSubstr("-1 cells"));
  EXPECT_THAT(error_of("/curves/0/x", Json::array()), HasSubstr("as many x as y"));
  EXPECT_THAT(error_of("/metrics", 3), HasSubstr("not a curation"));
}

TEST(Lines, RoundTripAndSameBytes) {
  const std::string path = PathOf("samples.jsonl"), again = PathOf("again.jsonl");
  const std::vector<Sample> samples(3, FullSample());
  ASSERT_TRUE(WriteRecords(path, samples).ok());
  ASSERT_TRUE(WriteRecords(again, samples).ok());
  EXPECT_EQ(ReadOrDie(path), ReadOrDie(again));
  const absl::StatusOr<std::vector<Sample>> read = ReadRecords<Sample>(path, &SampleFromJson);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), 3u);
}

TEST(Lines, ErrorsNameFileAndLine) {
  const std::string path = PathOf("broken.jsonl");
  ASSERT_TRUE(WriteFileAtomically(path, "{\"key\":\"a\",\"identity\":\"\"}\n{\"key\":1}\n").ok());
  absl::Status status = ReadRecords<Sample>(path, &SampleFromJson).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("broken.jsonl:2: not a sample"));
  ASSERT_TRUE(WriteFileAtomically(path, "{}\n{\n").ok());
  EXPECT_THAT(std::string(ReadLines(path).status().message()), HasSubstr("broken.jsonl:2"));
  ASSERT_TRUE(WriteFileAtomically(path, "{}\n{}").ok());
  status = ReadLines(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("broken.jsonl:2: the file is cut off"));
  EXPECT_EQ(ReadLines(PathOf("absent")).status().code(), absl::StatusCode::kNotFound);
}

// Row 0 is empty, others cross LMDB's boundary between values in a page and values of their own
// pages (about half a page).
std::string Blob(int64_t row) {
  Random random(static_cast<uint64_t>(row));
  std::string bytes(static_cast<size_t>(row) * 37 % 9000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Bits());
  return bytes;
}

void WriteBlobs(const std::string& path, int64_t count) {
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer = BlobWriter::Create(path);
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (int64_t row = 0; row < count; ++row) {
    const absl::Status status = (*writer)->Append(row, Blob(row));
    ASSERT_TRUE(status.ok()) << status;
  }
  const absl::Status status = (*writer)->Finish();
  ASSERT_TRUE(status.ok()) << status;
}

TEST(Blobs, SameRowsGiveSameBytesAndReadBack) {
  // 20,000 rows of 4.5 kB on average: several transactions, and a map that has to grow.
  constexpr int64_t kRows = 20000;
  const std::string path = PathOf("crops.mdb"), again = PathOf("again.mdb");
  WriteBlobs(path, kRows);
  // Memory that the allocator hands out again must not leak into the second file.
  { std::vector<std::string> dirt(2000, std::string(8192, '\x5a')); }
  WriteBlobs(again, kRows);
  EXPECT_EQ(*Sha256File(path), *Sha256File(again));
  EXPECT_FALSE(std::filesystem::exists(path + ".writing"));

  const absl::StatusOr<std::unique_ptr<BlobReader>> reader = BlobReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->size(), kRows);
  for (int64_t row = 0; row < kRows; row += 7) {
    const absl::StatusOr<std::string_view> bytes = (*reader)->Get(row);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    ASSERT_EQ(*bytes, Blob(row)) << row;
  }
  const absl::Status missing = (*reader)->Get(kRows).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("crops.mdb has no row 20000"));
}

TEST(Blobs, ReadOnlyFileInReadOnlyFolderFromManyThreads) {
  const std::string path = PathOf("crops.mdb");
  ::chmod(std::filesystem::path(path).parent_path().c_str(), 0755);
  ::unlink(path.c_str());
  WriteBlobs(path, 100);
  ASSERT_EQ(::chmod(path.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(std::filesystem::path(path).parent_path().c_str(), 0555), 0);
  const auto before = std::filesystem::last_write_time(path);
  const absl::StatusOr<std::unique_ptr<BlobReader>> reader = BlobReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int64_t row = 0; row < 100; ++row) {
        const absl::StatusOr<std::string_view> bytes = (*reader)->Get(row);
        if (!bytes.ok() || *bytes != Blob(row)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(std::filesystem::last_write_time(path), before);
  int files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) {
    ++files;  // no lock file appeared
  }
  EXPECT_EQ(files, 1);
  ::chmod(std::filesystem::path(path).parent_path().c_str(), 0755);
}

TEST(Blobs, RowsMustAscendAndGapsAreAllowed) {
  const std::string path = PathOf("crops.mdb");
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer = BlobWriter::Create(path);
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ((*writer)->Append(-1, "x").code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE((*writer)->Append(5, "five").ok());
  EXPECT_EQ((*writer)->Append(5, "x").code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE((*writer)->Append(300, "three hundred").ok());
  ASSERT_TRUE((*writer)->Finish().ok());
  const absl::StatusOr<std::unique_ptr<BlobReader>> reader = BlobReader::Open(path);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(*(*reader)->Get(300), "three hundred");
  EXPECT_EQ((*reader)->Get(6).status().code(), absl::StatusCode::kNotFound);
}

TEST(Blobs, NothingIsLeftWithoutFinishAndEmptyStoresWork) {
  const std::string path = PathOf("crops.mdb");
  {
    absl::StatusOr<std::unique_ptr<BlobWriter>> writer = BlobWriter::Create(path);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Append(0, "x").ok());
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".writing"));
  WriteBlobs(path, 0);
  const absl::StatusOr<std::unique_ptr<BlobReader>> reader = BlobReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->size(), 0);
}

TEST(Blobs, DamagedFilesAreRefused) {
  const std::string path = PathOf("crops.mdb");
  WriteBlobs(path, 500);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  absl::Status status = BlobReader::Open(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("cut off"));
  ASSERT_TRUE(WriteFileAtomically(path, std::string(10000, 'x')).ok());
  status = BlobReader::Open(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  ASSERT_TRUE(WriteFileAtomically(path, "").ok());
  EXPECT_FALSE(BlobReader::Open(path).ok());
  EXPECT_EQ(BlobReader::Open(PathOf("absent")).status().code(), absl::StatusCode::kNotFound);
}

TEST(Npy, BytesAreThoseOfTheFormat) {
  const std::string path = PathOf("a.npy");
  ASSERT_TRUE(WriteNpy(path, {{2, 3}, {0, 1, 2, 3, 4, 5}}).ok());
  // Written out by hand from the description in numpy.lib.format: magic, 1.0, the header's length,
  // the dictionary, blanks up to a multiple of 64 and a line's end.
  std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
  expected += "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  expected += std::string(128 - 10 - 59 - 1, ' ') + "\n";
  const std::string bytes = ReadOrDie(path);
  EXPECT_EQ(bytes.substr(0, 128), expected);
  EXPECT_EQ(bytes.size(), 128u + 24u);
  float last;
  std::memcpy(&last, &bytes[bytes.size() - 4], 4);
  EXPECT_EQ(last, 5.0f);
}

TEST(Npy, RoundTripsShapes) {
  const std::string path = PathOf("a.npy");
  const std::vector<std::vector<int64_t>> shapes = {{}, {4}, {0, 8}, {2, 1, 3}};
  for (const std::vector<int64_t>& shape : shapes) {
    size_t count = 1;
    for (const int64_t size : shape) count *= static_cast<size_t>(size);
    const FloatArray array = {shape, std::vector<float>(count, 1.5f)};
    ASSERT_TRUE(WriteNpy(path, array).ok());
    const absl::StatusOr<FloatArray> read = ReadNpy(path);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->shape, shape);
    EXPECT_EQ(read->values, array.values);
  }
  EXPECT_EQ(WriteNpy(path, {{2, 3}, {1}}).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Npy, RefusesOtherContent) {
  const std::string path = PathOf("a.npy");
  ASSERT_TRUE(WriteNpy(path, {{2, 3}, {0, 1, 2, 3, 4, 5}}).ok());
  const std::string good = ReadOrDie(path);
  const auto error_for = [&](const std::string& bytes) {
    EXPECT_TRUE(WriteFileAtomically(path, bytes).ok());
    return ReadNpy(path).status();
  };
  std::string bytes = good;
  bytes.replace(bytes.find("<f4"), 3, "<f8");
  EXPECT_THAT(std::string(error_for(bytes).message()), HasSubstr("type '<f8', expected '<f4'"));
  bytes = good;
  bytes.replace(bytes.find("False"), 5, "True ");
  EXPECT_THAT(std::string(error_for(bytes).message()), HasSubstr("Fortran order"));
  bytes = good;
  bytes.replace(bytes.find("(2, 3)"), 6, "(9e99)");
  EXPECT_EQ(error_for(bytes).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error_for(good.substr(0, good.size() - 1)).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(error_for(good + "x").code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(error_for(good.substr(0, 40)).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(error_for("text").code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace facet
