#include "core/app/run_room.h"

#include "core/base/test_folder.h"
#include "core/pipeline/room.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr double kTooMuch = 1e18;

TEST(RunRoomTest, WhatIsKnownIsSaidWithWhatThereIs) {
  const std::string folder = TestFolder();
  EXPECT_EQ(DescribeForecast({4, 0, 0, 0, 0, {}}, folder), "");
  EXPECT_THAT(DescribeForecast({4, 3, 5.0 * (1 << 20), 3.0 * (1 << 20), 75, {"train"}}, folder),
              AllOf(StartsWith("3 of the 4 stages to compute take about 1 min 15 s, 3.0 MiB of "
                               "memory (of "),
                    HasSubstr(") and 5.0 MiB of disk ("),
                    EndsWith("are free at " + DiskOf(folder) +
                             "); nothing is known yet of the other: train")));
  EXPECT_EQ(DescribeForecast({1, 1, 1024, 0, 0, {}}, "/nowhere/at/all"),
            "the stage to compute takes about 1.0 KiB of disk");
  EXPECT_EQ(DescribeForecast({3, 1, 1024, 0, 0.5, {"train", "pack"}}, "/nowhere/at/all"),
            "1 of the 3 stages to compute takes about 0.5 s and 1.0 KiB of disk; nothing is "
            "known yet of the other 2: pack, train");
  EXPECT_EQ(DescribeForecast({2, 2, 1024, 0, 0, {}}, "/nowhere/at/all"),
            "the 2 stages to compute take about 1.0 KiB of disk");
}

TEST(RunRoomTest, WhatIsNotKnownIsNull) {
  const Json json = ForecastToJson({4, 0, 0, 0, 0, {}}, "/nowhere/at/all");
  EXPECT_EQ(json["stages"], 4);
  for (const char* const name : {"disk_bytes", "disk_free_bytes", "memory_bytes", "seconds"}) {
    EXPECT_TRUE(json[name].is_null()) << name;
  }
  const Json some = ForecastToJson({4, 2, 10, 20, 1.5, {"train"}}, "/");
  EXPECT_EQ(some["memory_bytes"], 20);
  EXPECT_EQ(some["unknown"], Json::array({"train"}));
}

TEST(RunRoomTest, WhatCannotFitIsRefusedWithFigureFolderAndCure) {
  const std::string folder = TestFolder();
  EXPECT_TRUE(CheckRoom({4, 4, 1000, 1000, 1, {}}, folder, 1).ok());
  EXPECT_TRUE(CheckRoom({4, 4, kTooMuch, 0, 1, {}}, "/nowhere/at/all", 1).ok());
  const absl::Status disk = CheckRoom({4, 3, kTooMuch, 0, 1, {}}, folder, 1);
  EXPECT_EQ(disk.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(disk.message()),
              AllOf(HasSubstr("3 of the 4 stages to compute take about 909494.7 TiB of disk; "
                              "the disk at " +
                              DiskOf(folder) + " has "),
                    HasSubstr("--store"), HasSubstr("--no-room-check")));
  EXPECT_THAT(std::string(CheckRoom({4, 4, 0, kTooMuch, 1, {}}, folder, 2).message()),
              AllOf(HasSubstr("of memory at once"), HasSubstr("swap included: run fewer stages at "
                                                              "once (-j)")));
  EXPECT_THAT(std::string(CheckRoom({4, 4, 0, kTooMuch, 1, {}}, folder, 1).message()),
              HasSubstr("take a larger machine"));
}

}  // namespace
}  // namespace facet
