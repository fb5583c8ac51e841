#include "plugins/opencv/opencv.h"

#include "gtest/gtest.h"

namespace facet {
namespace {

// As CV_CheckGT words it; cv::Exception puts "> " before each line.
TEST(OpenCvError, IsOneLineOfOpenCvsWords) {
  const cv::Exception error(
      cv::Error::StsAssert,
      "Layer with requested id (expected: 'a > 0'), where\n    'a' is 0\nmust be greater than\n"
      "    '0' is 0\n",
      "f", "file.cc", 1);
  ASSERT_NE(error.err.find("\n> must"), std::string::npos);
  const absl::Status status = OpenCvError("yunet", error);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      std::string(status.message()),
      std::string("yunet: OpenCV ") + CV_VERSION +
          ": Layer with requested id (expected: 'a > 0'), where 'a' is 0 must be greater than "
          "'0' is 0");
}

TEST(OpenCvError, LackOfMemoryIsNoFaultOfTheInput) {
  try {
    // More than any machine has: 2^60 bytes.
    cv::Mat(1 << 30, 1 << 30, CV_8UC1).setTo(0);
    GTEST_FAIL() << "OpenCV has made a matrix of 2^60 bytes";
  } catch (const cv::Exception& error) {
    EXPECT_EQ(OpenCvError("eyes", error).code(), absl::StatusCode::kResourceExhausted)
        << error.what();
  }
}

}  // namespace
}  // namespace facet
