// For tests of detectors whose model files a contract test does not have: images that a detector
// must take, though there is no room for a face in most of them.
#ifndef FACET_PLUGINS_DETECTORS_ODD_IMAGES_TESTING_H_
#define FACET_PLUGINS_DETECTORS_ODD_IMAGES_TESTING_H_

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "core/api/aligner.h"
#include "core/api/detector.h"
#include "core/base/random.h"
#include "core/image/image_io.h"
#include "gtest/gtest.h"
#include "plugins/opencv/opencv.h"
#include "plugins/plugin_testing.h"

namespace facet {

inline void ExpectFacesOrNoneInOddImages(Detector& detector) {
  Random random(1);
  for (const auto& [width, height] :
       {std::pair(1, 1), std::pair(8, 8), std::pair(31, 31), std::pair(32, 32), std::pair(33, 33),
        std::pair(300, 32), std::pair(4000, 20), std::pair(20, 4000), std::pair(60000, 1),
        std::pair(1, 60000)}) {
    SCOPED_TRACE(absl::StrCat(width, " x ", height));
    Image image(width, height);
    for (uint8_t& value : image.bgr) value = static_cast<uint8_t>(random.Index(256));
    const auto faces = detector.Detect(image, {});
    ASSERT_TRUE(faces.ok()) << faces.status();
    for (const Face& face : *faces) {
      EXPECT_TRUE(std::isfinite(face.box.x) && std::isfinite(face.box.y));
      EXPECT_GT(face.box.width, 0);
      EXPECT_GT(face.box.height, 0);
    }
  }
}

// A real face that fills a square; FACET_DATA must be set.
inline Image LfwPortrait() {
  const Image image = ReadImage(DataFile("lfw/images/Abdullah_Gul/Abdullah_Gul_0013.jpg")).value();
  return RenderCrop(image, CropOfBox({54.5, 54.5, 140, 140}, 1).crop_from_image.m, 1, 140);
}

// Two faces that their 68 points show turned by 34 degrees or more, and a frontal one.
inline void ExpectPosesOfRealFaces(Detector& detector) {
  for (const auto& [file, pose] :
       {std::pair("landmarks68/helen_train/2211065399_2.jpg", Pose::kLeft),
        std::pair("landmarks68/afw/18489332_11.jpg", Pose::kRight),
        std::pair("lfw/images/Abdullah_Gul/Abdullah_Gul_0013.jpg", Pose::kFrontal)}) {
    const Image image = ReadImage(DataFile(file)).value();
    const std::vector<Face> faces = detector.Detect(image, {}).value();
    ASSERT_FALSE(faces.empty()) << file;
    const auto largest =
        std::max_element(faces.begin(), faces.end(), [](const Face& a, const Face& b) {
          return a.box.width * a.box.height < b.box.width * b.box.height;
        });
    EXPECT_EQ(largest->pose, pose) << file;
  }
}

// A face at the far end of an image of 49 x 2000 px, and of 2000 x 49: `detector`, which scales
// long images down, finds it within `box_px` of where it finds it in the last 400 px alone, which
// it searches as they are. A side of 49 px becomes 24: with that one factor for both axes the face
// is 40 px off. What is found in a face of half the size differs by its pixels, 2 px of the image,
// and by those of the detector's search. `portrait`: a square, filled by a face.
inline void ExpectFacesOfLongImagesInPlace(Detector& detector, const Image& portrait,
                                           double box_px) {
  constexpr int kLong = 2000, kShort = 49, kEnd = 400, kAfter = 30;
  for (const bool upright : {true, false}) {
    SCOPED_TRACE(upright ? "49 x 2000" : "2000 x 49");
    const auto with_face = [&](int length) {
      Image image(upright ? kShort : length, upright ? length : kShort);
      std::fill(image.bgr.begin(), image.bgr.end(), uint8_t{127});
      const int first = length - kAfter - kShort;
      const cv::Rect place(upright ? 0 : first, upright ? first : 0, kShort, kShort);
      cv::resize(View(portrait), View(image)(place), place.size(), 0, 0, cv::INTER_AREA);
      return image;
    };
    const std::vector<Face> near = detector.Detect(with_face(kEnd), {}).value();
    const std::vector<Face> far = detector.Detect(with_face(kLong), {}).value();
    ASSERT_FALSE(near.empty());
    ASSERT_FALSE(far.empty());
    const Point here = far[0].box.Centre(), there = near[0].box.Centre();
    EXPECT_NEAR(here.x, there.x + (upright ? 0 : kLong - kEnd), box_px);
    EXPECT_NEAR(here.y, there.y + (upright ? kLong - kEnd : 0), box_px);
    EXPECT_NEAR(far[0].box.width / near[0].box.width, 1, 0.12);  // steps of the search
    EXPECT_NEAR(far[0].box.height / near[0].box.height, 1, 0.12);
    for (size_t i = 0; i < far[0].landmarks.points.size(); ++i) {
      const Point& point = far[0].landmarks.points[i];
      EXPECT_NEAR(point.x, near[0].landmarks.points[i].x + (upright ? 0 : kLong - kEnd), 4);
      EXPECT_NEAR(point.y, near[0].landmarks.points[i].y + (upright ? kLong - kEnd : 0), 4);
    }
  }
}

}  // namespace facet

#endif  // FACET_PLUGINS_DETECTORS_ODD_IMAGES_TESTING_H_
