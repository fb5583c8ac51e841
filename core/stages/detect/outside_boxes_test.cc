#include "core/stages/detect/outside_boxes.h"

#include "core/base/test_folder.h"
#include "core/pipeline/context_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// By counting pixels of a box with whole sides.
TEST(OutsideBoxes, ShareInsideIsThatOfThePixels) {
  const int width = 20, height = 10;
  for (const auto& [x, y, side] : {std::array{0, 0, 4},
                                   {-2, 3, 4},
                                   {18, 8, 4},
                                   {-2, -2, 24},
                                   {20, 0, 4},
                                   {-4, 0, 4},
                                   {5, 10, 3},
                                   {100, 100, 9}}) {
    int inside = 0;
    for (int j = y; j < y + side; ++j) {
      for (int i = x; i < x + side; ++i) inside += i >= 0 && i < width && j >= 0 && j < height;
    }
    // A box of whole pixels begins half a pixel before the first one's centre.
    const Box box = {x - 0.5, y - 0.5, static_cast<double>(side), static_cast<double>(side)};
    EXPECT_DOUBLE_EQ(ShareInside(box, width, height), inside / static_cast<double>(side * side));
  }
}

class OutsideBoxesTest : public testing::Test {
 protected:
  void Take(const Box& box) {
    FaceRecord record;
    record.width = record.height = 64;
    record.face.box = box;
    boxes_.Take(record, absl::StrCat("image ", ++taken_));
  }

  FakeContext context_{TestFolder(), {}, Json::object()};
  OutsideBoxes boxes_;
  int taken_ = 0;
};

TEST_F(OutsideBoxesTest, FacesOutsideTheirImagesAreCountedAndSaid) {
  Take({10, 10, 40, 40});
  Take({30, 10, 60, 40});  // 57 % inside
  Take({500, 520, 100, 100});
  Take({40, 40, 40, 40});  // 37 % inside
  ASSERT_TRUE(boxes_.Conclude("given", 4, context_).ok());
  EXPECT_EQ(context_.counts_.at("faces wholly outside the image"), 1);
  EXPECT_EQ(context_.counts_.at("faces mostly outside the image"), 1);
  EXPECT_THAT(
      context_.notices_,
      ElementsAre(HasSubstr("given: of 4 faces 1 lie wholly and 1 by more than half outside "
                            "their images (first: image 3, 100 x 100 px at (500, 520) in "
                            "an image of 64 x 64); were the boxes made for images of "
                            "another size?")));
}

TEST_F(OutsideBoxesTest, FacesInsideNeedNoWord) {
  Take({0, 0, 64, 64});
  ASSERT_TRUE(boxes_.Conclude("given", 1, context_).ok());
  EXPECT_TRUE(context_.notices_.empty());
  EXPECT_TRUE(context_.counts_.empty());
}

TEST_F(OutsideBoxesTest, NoFaceInItsImageIsRefused) {
  Take({640, 0, 64, 64});
  Take({0, -64.5, 64, 64});
  const absl::Status status = boxes_.Conclude("given", 2, context_);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("of 2 faces 2 lie wholly"));
}

}  // namespace
}  // namespace facet
