// Broken images among the training images of a real run: skipped, counted and named, or refused.
#include <regex>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/bad_images.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class BadImagesRunTest : public EndToEndTest {
 protected:
  void SetUp() override {
    EndToEndTest::SetUp();
    set_ = WriteBadImages(folder() + "/faces", 4, 5);
    CopyTinyStore();  // the test images need not be rendered and described thrice
    experiment_ =
        Write("faces.toml", absl::StrCat("schema = 1\nextends = \"", DataFile("tiny.toml"),
                                         "\"\n[base.train]\n"
                                         "data = { use = \"folder\", root = \"faces\" }\n"
                                         "detector = { use = \"central\" }\n"));
  }

  BadImageSet set_;
  std::string experiment_;
};

TEST_F(BadImagesRunTest, AreSkippedCountedAndNamed) {
  ASSERT_EQ(set_.bad.size(), 6u);
  const Ending run = Facet({"run", experiment_, "softmax"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  // In the order of the samples: by name.
  EXPECT_THAT(run.err, ContainsRegex("6 of 26 images cannot be read and are left out: "
                                     "person_0/empty\\.jpg: empty file; "
                                     "person_0/huge\\.jpg, person_0/huge\\.png: "
                                     "[^;]*30000x30000[^;]*; "
                                     "person_0/text\\.jpg: not an image .*; "
                                     "person_0/truncated\\.jpg: truncated JPEG[^;]*; "
                                     "person_0/zero\\.jpg: [^;]*0x0"));
  std::smatch report;
  ASSERT_TRUE(std::regex_search(run.out, report, std::regex("report: (.*)/report\\.html")));
  const absl::StatusOr<std::string> markdown = ReadFile(report[1].str() + "/report.md");
  ASSERT_TRUE(markdown.ok()) << markdown.status();
  EXPECT_THAT(*markdown, HasSubstr("6 of 26 images cannot be read"));

  const absl::StatusOr<Json> results = ReadJsonFile(report[1].str() + "/results.json");
  ASSERT_TRUE(results.ok()) << results.status();
  std::map<std::string, Json> counts;
  for (const Json& stage : results->at("rows").at(0).at("stages")) {
    counts[stage.at("name")] = stage.at("counts");
  }
  EXPECT_EQ(counts.at("train.detect").at("unreadable images"), 6);
  EXPECT_EQ(counts.at("train.detect").at("images"), 26);
  EXPECT_EQ(counts.at("train").at("training images").get<int>() +
                counts.at("train").at("validation images").get<int>(),
            20);
}

TEST_F(BadImagesRunTest, AreRefusedWhereTheExperimentSaysSo) {
  const Ending run =
      Facet({"run", experiment_, "softmax", "--set", "train.faces.unreadable=refuse"});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_THAT(run.err,
              HasSubstr("failed: row softmax (A), stage train.detect: 6 of 26 images cannot be "
                        "read: person_0/empty.jpg: empty file; "));
  EXPECT_THAT(run.err, HasSubstr("leave them out with faces.unreadable = \"skip\""));
  EXPECT_THAT(run.out, HasSubstr("failed"));
}

TEST_F(BadImagesRunTest, ATrainingSetOfBrokenImagesAloneFailsWithItsReason) {
  for (const std::string& good : set_.good) std::remove((folder() + "/faces/" + good).c_str());
  const Ending run = Facet({"run", experiment_, "softmax"});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("no face in any of 6 images: 6 cannot be read"));
}

}  // namespace
}  // namespace facet
