// Files that are no networks, always; a real face, where the real data is at hand (FACET_DATA).
#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/api/detector.h"
#include "core/image/image_io.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/detectors/odd_images_testing.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// Each model's layers lie beside it: x.caffemodel, x.prototxt.
std::string Options(const std::string& p_net, const std::string& r_net, const std::string& o_net,
                    const std::string& more = "") {
  std::string options = "{";
  for (const auto& [name, model] : {std::pair("p", p_net), {"r", r_net}, {"o", o_net}}) {
    absl::StrAppend(&options, options.size() > 1 ? ", " : "", "\"", name, "_net\": \"", model,
                    "\", \"", name, "_layers\": \"", absl::StripSuffix(model, ".caffemodel"),
                    ".prototxt\"");
  }
  return absl::StrCat(options, more, "}");
}

std::string ProblemOf(const std::string& options) {
  return std::string(MakeComponent<Detector>(options).status().message());
}

TEST(Mtcnn, FilesThatAreMissingOrNoNetworkAreNamed) {
  EXPECT_THAT(ProblemOf("{}"), HasSubstr("p_net"));
  EXPECT_THAT(ProblemOf(Options("/nowhere/det1.caffemodel", "x", "x")),
              HasSubstr("/nowhere/det1.caffemodel cannot be read"));
  const std::string model = testing::TempDir() + "/det1.caffemodel";
  std::ofstream(model) << "not a network";
  EXPECT_THAT(ProblemOf(Options(model, "x", "x")),
              HasSubstr(testing::TempDir() + "/det1.prototxt cannot be read"));
  std::ofstream(testing::TempDir() + "/det1.prototxt") << "nothing of the kind";
  EXPECT_THAT(ProblemOf(Options(model, "x", "x")), HasSubstr(model));
  EXPECT_THAT(ProblemOf(Options(model, "x", "x", R"(, "thresholds": [0.6])")),
              HasSubstr("thresholds has 1 values"));
}

class RealMtcnn : public testing::Test {
 protected:
  void SetUp() override {
    if (DataFile("x").empty()) GTEST_SKIP() << "FACET_DATA is not set";
    image_ = ReadImage(DataFile("lfw/images/Abdullah_Gul/Abdullah_Gul_0013.jpg")).value();
  }
  static std::string Net(int i) { return DataFile(absl::StrCat("models/det", i, ".caffemodel")); }
  static std::vector<Face> Detect(const Image& image, const std::string& more = "") {
    return MakeComponent<Detector>(Options(Net(1), Net(2), Net(3), more))
        .value()
        ->Detect(image, {})
        .value();
  }
  Image image_;
};

TEST_F(RealMtcnn, FindsARealFaceWithItsLandmarks) {
  const std::vector<Face> faces = Detect(image_);
  ASSERT_EQ(faces.size(), 1u);
  EXPECT_GT(faces[0].score, 0.9);
  const std::vector<Point>& points = faces[0].landmarks.points;
  ASSERT_EQ(points.size(), 5u);
  EXPECT_LT(points[0].x, points[1].x);
  EXPECT_LT(points[3].x, points[4].x);
  EXPECT_LT(points[0].y, points[2].y);
  EXPECT_LT(points[2].y, points[3].y);
  // LFW centres its faces: Viola-Jones boxes of 113.6 px in the middle of 250.
  const auto mtcnn = MakeComponent<Detector>(Options(Net(1), Net(2), Net(3))).value();
  EXPECT_GT(IntersectionOverUnion(ApplyConvention(mtcnn->convention(), faces[0].box),
                                  {67.7, 67.7, 113.6, 113.6}),
            0.6);
}

TEST_F(RealMtcnn, BoxesAreInPixelsOfTheImage) {
  const Image large =
      RenderCrop(image_, {1 / 250.0, 0, 0.5 / 250, 0, 1 / 250.0, 0.5 / 250}, 1, 1000);
  const std::vector<Face> faces = Detect(image_);
  const std::vector<Face> others = Detect(large, R"(, "max_side_px": 250)");
  ASSERT_EQ(others.size(), 1u);
  // The search sees the same 250 px, softened by the way there and back: a few percent of the face.
  for (int i = 0; i < 5; ++i) {
    EXPECT_NEAR((others[0].landmarks.points[i].x + 0.5) / 4 - 0.5, faces[0].landmarks.points[i].x,
                4);
    EXPECT_NEAR((others[0].landmarks.points[i].y + 0.5) / 4 - 0.5, faces[0].landmarks.points[i].y,
                4);
  }
}

TEST_F(RealMtcnn, FivePointsSayWhichFacesAreProfiles) {
  ExpectPosesOfRealFaces(*MakeComponent<Detector>(Options(Net(1), Net(2), Net(3))).value());
}

TEST_F(RealMtcnn, BoxesOfLongImagesAreWhereTheirFacesAre) {
  ExpectFacesOfLongImagesInPlace(
      *MakeComponent<Detector>(Options(Net(1), Net(2), Net(3), R"(, "max_side_px": 1000)")).value(),
      LfwPortrait(), 3);
}

TEST_F(RealMtcnn, SmallAndLongImagesGiveFacesOrNone) {
  ExpectFacesOrNoneInOddImages(*MakeComponent<Detector>(Options(Net(1), Net(2), Net(3))).value());
}

// What the formats of the files mean, without files of the other kind: the same networks find the
// same in an image that is changed as the format says.
TEST_F(RealMtcnn, TheOrderOfChannelsIsThatOfTheOption) {
  Image swapped = image_;
  for (size_t i = 0; i < swapped.bgr.size(); i += 3) std::swap(swapped.bgr[i], swapped.bgr[i + 2]);
  const std::vector<Face> faces = Detect(image_);
  const std::vector<Face> others = Detect(swapped, R"(, "channel_order": "rgb")");
  ASSERT_EQ(others.size(), faces.size());
  EXPECT_EQ(others[0].box.x, faces[0].box.x);
  EXPECT_EQ(others[0].score, faces[0].score);
}

TEST_F(RealMtcnn, TransposedNetworksFindInTheTransposedImageWhatUprightOnesFind) {
  Image transposed(image_.height, image_.width);
  for (int y = 0; y < image_.height; ++y) {
    for (int x = 0; x < image_.width; ++x) {
      std::copy_n(image_.Pixel(x, y), 3, transposed.Pixel(y, x));
    }
  }
  const std::vector<Face> faces = Detect(image_);
  const std::vector<Face> others = Detect(transposed, R"(, "transposed": true)");
  ASSERT_EQ(others.size(), faces.size());
  // Up to how resampling rounds.
  EXPECT_NEAR(others[0].box.y, faces[0].box.x, 1);
  EXPECT_NEAR(others[0].box.x, faces[0].box.y, 1);
  EXPECT_NEAR(others[0].box.width, faces[0].box.height, 1);
  EXPECT_NEAR(others[0].landmarks.points[4].x, faces[0].landmarks.points[4].y, 1);
  EXPECT_NEAR(others[0].landmarks.points[4].y, faces[0].landmarks.points[4].x, 1);
}

TEST_F(RealMtcnn, TheOrderOfLandmarksIsThatOfTheOption) {
  // x0 y0 x1 y1 ... read as x0 x1 x2 x3 x4, y0 ...: the first point's y is the sixth number, y2.
  const std::vector<Face> pairs = Detect(image_);
  const std::vector<Face> lists = Detect(image_, R"(, "landmark_order": "xx_yy")");
  ASSERT_EQ(lists.size(), 1u);
  EXPECT_EQ(lists[0].landmarks.points[0].x, pairs[0].landmarks.points[0].x);
  EXPECT_EQ(lists[0].landmarks.points[0].y, pairs[0].landmarks.points[2].y);
}

TEST_F(RealMtcnn, NetworksInTheWrongPlaceAreNamed) {
  EXPECT_THAT(ProblemOf(Options(Net(3), Net(2), Net(1))), HasSubstr(Net(3)));
  EXPECT_THAT(ProblemOf(Options(Net(1), Net(2), Net(1))), HasSubstr(Net(1)));
}

}  // namespace
}  // namespace facet
