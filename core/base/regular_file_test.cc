#include "core/base/regular_file.h"

#include <sys/stat.h>

#include <filesystem>

#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(RegularFile, WhatIsNoFileIsNamedAndNotWaitedFor) {
  const std::string folder = TestFolder();
  const std::string pipe = folder + "/pipe", file = folder + "/file", link = folder + "/link";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(ReadRegularFile(pipe).status().message(),
            pipe + " is a pipe, where facet has a file: remove it");
  std::filesystem::create_symlink(pipe, link);
  EXPECT_EQ(ReadRegularFile(link).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CheckRegularFile(folder).message(),
            folder + " is a folder, where facet has a file: remove it");
  EXPECT_EQ(CheckRegularFile("/dev/null").message(),
            "/dev/null is a device, where facet has a file: remove it");

  EXPECT_TRUE(CheckRegularFile(file).ok()) << "there is none";
  EXPECT_EQ(ReadRegularFile(file).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomically(file, "text").ok());
  EXPECT_EQ(*ReadRegularFile(file), "text");
}

}  // namespace
}  // namespace facet
