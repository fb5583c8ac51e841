// Tables of hand-made records, against the lines that they should be.
#include "core/app/exported_tables.h"


#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "core/records/descriptors.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

class ExportedTablesTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* key : {"a/1.jpg", "b, \"c\"/2.jpg", "d/3.jpg"}) {
      Sample sample;
      sample.key = sample.path = key;
      sample.identity = std::string(key).substr(0, 1);
      contents_.samples.push_back(sample);
    }
    contents_.samples[2].fold = 1;
    contents_.protocol.kind = Protocol::Kind::kFolds;
    contents_.protocol.num_folds = 2;
    contents_.protocol.templates = {{"a", {0}}, {"both", {1, 2}}};
    contents_.protocol.pairs = {{0, 1, true, 0}, {1, 0, false, 1}};
    ASSERT_TRUE(WriteRecords(data_.samples, contents_.samples).ok());
    ASSERT_TRUE(WriteFileAtomically(data_.protocol, Dump(ToJson(contents_.protocol))).ok());
  }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Text() const { return ReadFile(out_).value_or("none"); }

  const std::string folder_ = TestFolder();
  const std::string out_ = folder_ + "/out.csv";
  const StoredDataset data_ = {folder_ + "/samples.jsonl", folder_ + "/protocol.json"};
  DatasetContents contents_;
};

TEST_F(ExportedTablesTest, FacesThatWereTakenLeftAndMissed) {
  std::vector<FaceRecord> records(3);
  for (int i = 0; i < 3; ++i) {
    records[static_cast<size_t>(i)].sample = i;
    records[static_cast<size_t>(i)].width = records[static_cast<size_t>(i)].height = 100;
  }
  records[0].num_found = 2;
  records[0].face = {{1, 2, 30, 40}, 0.1, Pose::kLeft, {}};
  records[0].face.landmarks = {LandmarkScheme::kEyes2, {{5, 6}, {7.25, 8}}};
  records[0].others = {{{50, 60, 7, 8}, 0.9, Pose::kUnknown, {}}};
  records[1].state = FaceRecord::State::kDropped;
  records[1].reason = "haar found no face, \"none\"";
  records[2].state = FaceRecord::State::kFallback;
  records[2].face.box = {10, 10, 80, 80};
  ASSERT_TRUE(WriteRecords(Path("faces.jsonl"), records).ok());
  ASSERT_TRUE(WriteFaceTable(data_, Path("faces.jsonl"), out_).ok());
  EXPECT_EQ(Text(),
            "image,identity,image_width,image_height,state,reason,face,taken,x,y,width,height,"
            "score,pose,scheme,lx1,ly1,lx2,ly2\n"
            "a/1.jpg,a,100,100,found,,0,1,1.0,2.0,30.0,40.0,0.1,left,eyes2,5.0,6.0,7.25,8.0\n"
            "a/1.jpg,a,100,100,found,,1,0,50.0,60.0,7.0,8.0,0.9,unknown,none,,,,\n"
            "\"b, \"\"c\"\"/2.jpg\",b,100,100,dropped,\"haar found no face, \"\"none\"\"\""
            ",,,,,,,,,,,,,\n"
            "d/3.jpg,d,100,100,fallback,,0,1,10.0,10.0,80.0,80.0,0.0,unknown,none,,,,\n");
}

TEST_F(ExportedTablesTest, TemplatesNameEachOfTheirVectorsAndThoseThatAreMissing) {
  ASSERT_TRUE(WriteRecords(Path("rows.jsonl"),
                           std::vector<DescriptorRecord>{{2, "d", 0.5, 1}, {0, "a", 0.25, -1}})
                  .ok());
  ASSERT_TRUE(*WriteTemplateTable(data_, Path("rows.jsonl"), out_));
  EXPECT_EQ(Text(),
            "template,name,identity,image,row\n0,a,a,a/1.jpg,1\n"
            "1,both,b,\"b, \"\"c\"\"/2.jpg\",\n1,both,b,d/3.jpg,0\n");
  ASSERT_TRUE(WriteDescriptorTable(data_, Path("rows.jsonl"), out_).ok());
  EXPECT_EQ(Text(),
            "row,image,path,identity,fold,video,frame,confidence\n"
            "0,d/3.jpg,d/3.jpg,d,1,,,0.5\n1,a/1.jpg,a/1.jpg,a,,,,0.25\n");
}

TEST_F(ExportedTablesTest, ScoresAreThoseOfTheProtocolsPairsOrRefused) {
  Evaluation evaluation;
  evaluation.curves = {{"ROC", "", "", {0, 1}, {0, 1}},
                       {"pair distances", "", "", {0.1, 1.0 / 3}, {1, 0}}};
  ASSERT_TRUE(WriteScoreTable(data_, evaluation, out_).ok());
  const std::string head =
      "matrix,fold,first,second,first_identity,second_identity,genuine,distance\n";
  EXPECT_EQ(Text(), head + ",0,a,both,a,b,1,0.1\n,1,both,a,b,a,0,0.3333333333333333\n");
  evaluation.curves = {{"pair distances, fold 0", "", "", {2, 3}, {1, 0}},
                       {"pair distances, fold 1", "", "", {4, 5}, {1, 0}}};
  ASSERT_TRUE(WriteScoreTable(data_, evaluation, out_).ok());
  EXPECT_EQ(Text(), head +
                        "0,0,a,both,a,b,1,2.0\n0,1,both,a,b,a,0,3.0\n"
                        "1,0,a,both,a,b,1,4.0\n1,1,both,a,b,a,0,5.0\n");

  const std::string before = Text();
  for (const Curve& wrong : {Curve{"pair distances", "", "", {0.1}, {1}},
                             Curve{"pair distances", "", "", {0.1, 0.2}, {0, 1}},
                             Curve{"distances", "", "", {0.1, 0.2}, {1, 0}}}) {
    evaluation.curves = {wrong};
    const absl::Status status = WriteScoreTable(data_, evaluation, out_);
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    EXPECT_THAT(std::string(status.message()), HasSubstr("a fault of the plugin"));
    EXPECT_EQ(Text(), before) << "a table that was not finished replaces nothing";
  }
}

TEST_F(ExportedTablesTest, EpochsOfAnyKindHaveTheirColumns) {
  ASSERT_TRUE(WriteFileAtomically(Path("log.jsonl"),
                                  "{\"epoch\":1,\"loss\":0.5,\"rate\":0.1,\"step\":10}\n"
                                  "{\"accuracy\":0.25,\"epoch\":2,\"loss\":0.4,\"phase\":\"a, b\","
                                  "\"rate\":0.1,\"skipped\":3,\"step\":20}\n")
                  .ok());
  ASSERT_TRUE(WriteTrainingTable(Path("log.jsonl"), out_).ok());
  EXPECT_EQ(Text(),
            "epoch,phase,step,rate,loss,accuracy,skipped\n1,,10,0.1,0.5,,\n"
            "2,\"a, b\",20,0.1,0.4,0.25,3\n");
}

}  // namespace
}  // namespace facet
