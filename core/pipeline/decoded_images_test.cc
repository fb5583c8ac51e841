#include "core/pipeline/decoded_images.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <numeric>

#include "gtest/gtest.h"

namespace facet {
namespace {

class DecodedImagesTest : public testing::Test {
 protected:
  ~DecodedImagesTest() override { ::close(memory_.file); }

  static Image MakeImage(int width, int height) {
    Image image(width, height);
    std::iota(image.bgr.begin(), image.bgr.end(), 0);
    return image;
  }
  int64_t Taken() const {
    struct stat info;
    ::fstat(memory_.file, &info);
    return info.st_blocks * 512;
  }

  SharedMemory memory_ = {::memfd_create("test", MFD_CLOEXEC), 1 << 20};
};

TEST_F(DecodedImagesTest, WhatOnePutsAnotherGets) {
  const DecodedImages one(memory_), other(memory_);
  const Image small = MakeImage(3, 5), large = MakeImage(200, 300);
  one.Put(7, small);
  one.Put(1000000000, large);  // takes no memory for those before it
  EXPECT_FALSE(other.Get(6).has_value());
  ASSERT_TRUE(other.Get(7).has_value());
  EXPECT_EQ(other.Get(7)->width, 3);
  EXPECT_EQ(other.Get(7)->bgr, small.bgr);
  ASSERT_TRUE(other.Get(1000000000).has_value());
  EXPECT_EQ(other.Get(1000000000)->height, 300);
  EXPECT_EQ(other.Get(1000000000)->bgr, large.bgr);
}

TEST_F(DecodedImagesTest, TakesNoMoreMemoryThanItMay) {
  const DecodedImages images(memory_);
  const Image image = MakeImage(100, 100);
  for (int i = 0; i < 100; ++i) images.Put(i, image);
  EXPECT_LE(Taken(), memory_.most_bytes);
  EXPECT_TRUE(images.Get(25).has_value());  // of 36 kB each, with the head's page
  EXPECT_FALSE(images.Get(40).has_value());
}

// A worker that was killed in between has written no head, or half of one.
TEST_F(DecodedImagesTest, AnImageThatWasNotFinishedIsNotThere) {
  const DecodedImages images(memory_);
  images.Put(0, MakeImage(10, 10));
  ASSERT_TRUE(images.Get(0).has_value());
  const char nothing[4] = {};
  ASSERT_EQ(::pwrite(memory_.file, nothing, sizeof(nothing), 0), ssize_t{4});
  EXPECT_FALSE(images.Get(0).has_value());
}

TEST_F(DecodedImagesTest, WithoutMemoryThereIsNoImage) {
  const DecodedImages images;
  images.Put(0, MakeImage(10, 10));
  EXPECT_FALSE(images.Get(0).has_value());
  DecodedImages(memory_).Put(-1, MakeImage(10, 10));
  EXPECT_EQ(Taken(), 0);
}

}  // namespace
}  // namespace facet
