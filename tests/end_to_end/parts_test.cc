// Rows that evaluate a part of the system alone, videos, a reported row and a leak, from an empty
// store to the table.
#include <regex>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using PartsTest = EndToEndTest;

TEST_F(PartsTest, EachRowComputesWhatItsEvaluatorTakesAndNoMore) {
  const std::string file = DataFile("parts.toml");
  const Ending detector = Facet({"run", file, "detector", "--progress=json"});
  EXPECT_EQ(detector.exit_code, 0) << detector.err;
  EXPECT_THAT(Computed(detector), ElementsAre("evaluate", "test.dataset", "test.detect"));
  // The headline, its count, the columns: recall, no failures, milliseconds an image.
  EXPECT_TRUE(std::regex_search(
      detector.out,
      std::regex("\ndetector +Haar +[\\d.]+ ± [\\d.]+ +40 +[\\d.]+ ± [\\d.]+ +– +[\\d.]+ ")))
      << detector.out;
  EXPECT_TRUE(std::regex_search(detector.out, std::regex("\npublished +somebody's +reported")))
      << detector.out;
  EXPECT_THAT(detector.out, AllOf(HasSubstr("12.34"), HasSubstr("Somebody, 2015")));

  const Ending aligner = Facet({"run", file, "aligner", "--progress=json"});
  EXPECT_EQ(aligner.exit_code, 0) << aligner.err;
  EXPECT_THAT(Computed(aligner), Contains("landmarks.fit"));
  EXPECT_THAT(Computed(aligner), Not(Contains("describe")));

  const Ending rest = Facet({"run", file, "identities", "video", "--progress=json"});
  EXPECT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_THAT(Computed(rest), Contains("project"));
  EXPECT_TRUE(std::regex_search(rest.out, std::regex("\nvideo +videos, pairs +[\\d.]+ ± ")))
      << rest.out;
}

TEST_F(PartsTest, ALeakIsRefusedByName) {
  const Ending leak = Facet({"run", DataFile("parts.toml"), "leak"});
  EXPECT_EQ(leak.exit_code, 1);
  EXPECT_THAT(leak.err + leak.out,
              AllOf(HasSubstr("6 people of the test set are in the training set"),
                    HasSubstr("36 images of the test set are in the training set"),
                    HasSubstr("train.holdout")));
}

TEST_F(PartsTest, AReportedRowIsNotComputed) {
  const Ending none = Facet({"run", DataFile("parts.toml"), "published"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("row \"published\" is reported by Somebody, 2015"));
}

}  // namespace
}  // namespace facet
