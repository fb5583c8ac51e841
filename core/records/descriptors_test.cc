#include "core/records/descriptors.h"

#include <limits>

#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(DescriptorRecords, AreReadAsTheyWereWritten) {
  const absl::StatusOr<DescriptorRecord> row =
      DescriptorRecordFromJson(ToJson(DescriptorRecord{6, "x", 0.25, -1}));
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->sample, 6);
  EXPECT_EQ(row->fold, -1);
}

TEST(ScoreRecords, KeepWhatIsImpossible) {
  const absl::StatusOr<ScoreRecord> score =
      ScoreRecordFromJson(ToJson(ScoreRecord{3, -std::numeric_limits<double>::infinity()}));
  ASSERT_TRUE(score.ok()) << score.status();
  EXPECT_EQ(score->sample, 3);
  EXPECT_EQ(score->log_probability, -std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace facet
