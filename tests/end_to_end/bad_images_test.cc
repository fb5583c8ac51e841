// That the broken images are broken in the way their names say, as the host's decoder sees them.
#include "tests/end_to_end/bad_images.h"

#include "absl/strings/str_cat.h"
#include "core/image/image_io.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(BadImages, GoodOnesDecodeAndEachBadOneIsNamed) {
  const std::string folder = testing::TempDir() + "/bad_images";
  const BadImageSet set = WriteBadImages(folder, 3, 4);
  EXPECT_EQ(set.good.size(), 12u);
  for (const std::string& path : set.good) {
    const absl::StatusOr<Image> image = ReadImage(absl::StrCat(folder, "/", path));
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->width, 96);
    EXPECT_EQ(image->height, 96);
  }
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"person_0/truncated.jpg", "truncated"}, {"person_0/empty.jpg", "empty file"},
      {"person_0/text.jpg", "not an image"},   {"person_0/zero.jpg", "0x0"},
      {"person_0/huge.jpg", "30000x30000"},    {"person_0/huge.png", "30000x30000"}};
  ASSERT_EQ(set.bad.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(set.bad[i].path, expected[i].first);
    const absl::Status status = ReadImage(absl::StrCat(folder, "/", set.bad[i].path)).status();
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(expected[i].second)) << status;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(set.bad[i].path));
  }
}

}  // namespace
}  // namespace facet
