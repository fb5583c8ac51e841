#include "core/pipeline/room.h"

#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int64_t kTooMuch = int64_t{1} << 60;

TEST(RoomTest, WhatCannotFitIsRefusedWithFigureFolderAndCure) {
  const std::string folder = TestFolder();
  EXPECT_TRUE(CheckDisk(folder, 1, "one crop").ok());
  const absl::Status disk = CheckDisk(folder, kTooMuch, "9 raw crops of 4,096 px");
  EXPECT_EQ(disk.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(disk.message()),
              AllOf(HasSubstr("9 raw crops of 4,096 px need at least 1048576.0 TiB"),
                    HasSubstr("the disk at " + DiskOf(folder) + " has "),
                    HasSubstr(FormatBytes(FreeDisk(folder))), HasSubstr("--store")));
  EXPECT_TRUE(CheckMemory(1, "one weight").ok());
  const absl::Status memory = CheckMemory(kTooMuch, "the weights");
  EXPECT_EQ(memory.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(memory.message()),
              AllOf(HasSubstr("need at least 1048576.0 TiB of memory"), HasSubstr("swap")));
}

TEST(RoomTest, ADiskIsNamedByWhereItIsMounted) {
  EXPECT_EQ(DiskOf("/"), "/");
  EXPECT_EQ(DiskOf("/proc/self"), "/proc");
}

TEST(RoomTest, AFolderThatIsNotThereRefusesNothing) {
  EXPECT_LT(FreeDisk("/nowhere/at/all"), 0);
  EXPECT_TRUE(CheckDisk("/nowhere/at/all", kTooMuch, "crops").ok());
}

TEST(RoomTest, BytesAreShownInTheirUnit) {
  EXPECT_EQ(FormatBytes(0), "0.0 KiB");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(int64_t{5} << 20), "5.0 MiB");
  EXPECT_EQ(FormatBytes((int64_t{3} << 30) / 2), "1.5 GiB");
}

}  // namespace
}  // namespace facet
