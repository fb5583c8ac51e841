#include "core/records/crops.h"

#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(CropRecords, AreReadAsTheyWereWritten) {
  const absl::StatusOr<CropRecord> crop =
      CropRecordFromJson(ToJson(CropRecord{5, "Ünal", 224, 256, true, 0.5, 3}));
  ASSERT_TRUE(crop.ok()) << crop.status();
  EXPECT_EQ(crop->identity, "Ünal");
  EXPECT_EQ(crop->height, 256);
  EXPECT_EQ(crop->fold, 3);
}

}  // namespace
}  // namespace facet
