// For tests of detectors whose model files a contract test does not have: images that a detector
// must take, though there is no room for a face in most of them.
#ifndef FACET_PLUGINS_DETECTORS_ODD_IMAGES_TESTING_H_
#define FACET_PLUGINS_DETECTORS_ODD_IMAGES_TESTING_H_

#include <cmath>
#include <utility>

#include "core/api/detector.h"
#include "core/base/random.h"
#include "gtest/gtest.h"

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

}  // namespace facet

#endif  // FACET_PLUGINS_DETECTORS_ODD_IMAGES_TESTING_H_
