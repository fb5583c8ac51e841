// The renderer against what it promises: equal bits, truth that fits the picture, and a face
// detector that was trained on photographs by others (OpenCV's cascades) as the judge of likeness.
#include "plugins/rendered_faces/renderer.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

constexpr char kCascades[] = "/usr/share/opencv4/haarcascades/";

cv::Mat Gray(const Image& image) {
  const cv::Mat view(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.bgr.data()));
  cv::Mat gray;
  cv::cvtColor(view, gray, cv::COLOR_BGR2GRAY);
  return gray;
}

SceneStyle PlainStyle() {
  SceneStyle style;
  style.yaw_sigma_deg = style.pitch_sigma_deg = style.roll_sigma_deg = 0;
  style.expression = style.lighting = style.occlusion = style.accessories = 0;
  return style;
}

TEST(RenderFace, GivesTheSameBytesFromEveryThread) {
  const SceneStyle style;
  const auto render = [&](uint64_t i) {
    return RenderFace(DrawIdentity(i / 2), DrawScene(i, style), 128).image.bgr;
  };
  std::vector<std::vector<uint8_t>> alone(8), together(8);
  for (uint64_t i = 0; i < 8; ++i) alone[i] = render(i);
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < 8; ++i) threads.emplace_back([&, i] { together[i] = render(i); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(alone, together);
  EXPECT_NE(alone[0], alone[1]);
}

TEST(RenderFace, LocateFaceGivesTheSameTruth) {
  const FaceIdentity identity = DrawIdentity(3);
  const FaceScene scene = DrawScene(4, {});
  const FaceTruth rendered = RenderFace(identity, scene, 96).truth;
  const FaceTruth located = LocateFace(identity, scene, 96);
  EXPECT_EQ(rendered.box.x, located.box.x);
  EXPECT_EQ(rendered.box.height, located.box.height);
  for (size_t i = 0; i < 9; ++i) EXPECT_EQ(rendered.landmarks[i].y, located.landmarks[i].y);
}

TEST(RenderFace, TruthScalesWithTheImage) {
  // Pixel centres are at integers, so x + 0.5 scales.
  const FaceIdentity identity = DrawIdentity(8);
  const FaceScene scene = DrawScene(9, {});
  const FaceTruth small = LocateFace(identity, scene, 100),
                  large = LocateFace(identity, scene, 300);
  for (size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(3 * (small.landmarks[i].x + 0.5), large.landmarks[i].x + 0.5, 1e-2);
    EXPECT_NEAR(3 * (small.landmarks[i].y + 0.5), large.landmarks[i].y + 0.5, 1e-2);
  }
  EXPECT_NEAR(3 * small.box.width, large.box.width, 1e-2);
}

TEST(RenderFace, LandmarksLieInTheBoxInTheirOrder) {
  for (uint64_t i = 0; i < 60; ++i) {
    const FaceTruth truth = LocateFace(DrawIdentity(i), DrawScene(i, PlainStyle()), 250);
    const auto& p = truth.landmarks;
    for (const Point& point : p) {
      EXPECT_GT(point.x, truth.box.x);
      EXPECT_LT(point.x, truth.box.x + truth.box.width);
      EXPECT_GT(point.y, truth.box.y);
      EXPECT_LT(point.y, truth.box.y + truth.box.height);
    }
    for (int k : {0, 1, 2, 4, 5, 7}) EXPECT_LT(p[k].x, p[k + 1].x) << "landmark " << k;
    EXPECT_LT(std::max(p[0].y, p[3].y), p[5].y);
    EXPECT_LT(p[5].y, std::min(p[7].y, p[8].y));
  }
}

TEST(RenderFace, TurningTheHeadTheOtherWayMirrorsTheLandmarks) {
  FaceIdentity identity = DrawIdentity(12);
  identity.asymmetry_mm = identity.nose_bend_mm = identity.hair_parting = 0;
  FaceScene scene = DrawScene(5, PlainStyle());
  scene.center_x = 0.5f;
  scene.pitch_rad = 0.1f;
  scene.yaw_rad = 0.3f;
  scene.roll_rad = 0.15f;
  const FaceTruth right = LocateFace(identity, scene, 200);
  scene.yaw_rad = -0.3f;
  scene.roll_rad = -0.15f;
  const FaceTruth left = LocateFace(identity, scene, 200);
  constexpr int kMirror[] = {3, 2, 1, 0, 6, 5, 4, 8, 7};
  for (int i = 0; i < 9; ++i) {
    EXPECT_NEAR(right.landmarks[i].x, 199 - left.landmarks[kMirror[i]].x, 0.05);
    EXPECT_NEAR(right.landmarks[i].y, left.landmarks[kMirror[i]].y, 0.05);
  }
  EXPECT_NEAR(right.box.width, left.box.width, 0.05);
  // Positive yaw: the nose points to the image's right.
  const auto& p = right.landmarks;
  EXPECT_GT(p[5].x - p[4].x, p[6].x - p[5].x);
}

TEST(RenderFace, PosesMoveTheFaceAsDefined) {
  const FaceIdentity identity = DrawIdentity(21);
  FaceScene scene = DrawScene(6, PlainStyle());
  const FaceTruth upright = LocateFace(identity, scene, 200);
  scene.roll_rad = 0.2f;  // clockwise: the right eye sinks
  const FaceTruth rolled = LocateFace(identity, scene, 200);
  const auto angle = [](const FaceTruth& t) {
    return std::atan2(t.landmarks[3].y - t.landmarks[0].y, t.landmarks[3].x - t.landmarks[0].x);
  };
  EXPECT_NEAR(angle(rolled) - angle(upright), 0.2, 0.01);
  scene.roll_rad = 0;
  scene.pitch_rad = 0.25f;  // nose down: it comes nearer to the mouth
  const FaceTruth bowed = LocateFace(identity, scene, 200);
  const auto nose_to_mouth = [](const FaceTruth& t) {
    return (t.landmarks[7].y + t.landmarks[8].y) / 2 - t.landmarks[5].y;
  };
  EXPECT_LT(nose_to_mouth(bowed), nose_to_mouth(upright));
}

TEST(RenderFace, PupilsLieBetweenTheCornersOfTheEyes) {
  // Ties the landmarks to the picture: the truth of a shifted face would fail.
  for (uint64_t i = 0; i < 20; ++i) {
    const RenderedFace face = RenderFace(DrawIdentity(i), DrawScene(i, PlainStyle()), 250);
    const cv::Mat gray = Gray(face.image);
    for (int eye : {0, 2}) {
      const Point a = face.truth.landmarks[eye], b = face.truth.landmarks[eye + 1];
      const int width = static_cast<int>(b.x - a.x);
      const cv::Rect patch(static_cast<int>(a.x), static_cast<int>((a.y + b.y) / 2) - width / 5,
                           width, 2 * width / 5);
      const cv::Rect cheek = patch + cv::Point(0, static_cast<int>(0.8 * width));
      double darkest = 0;
      cv::minMaxLoc(gray(patch), &darkest);
      EXPECT_LT(darkest, 0.6 * cv::mean(gray(cheek))[0]) << "person " << i;
    }
  }
}

// Haar cascades by R. Lienhart (frontal faces) and others (eyes), as OpenCV distributes them.
TEST(RenderFace, CascadesTrainedOnPhotographsFindFrontalFacesAndEyes) {
  cv::setNumThreads(1);
  cv::CascadeClassifier faces, eyes;
  ASSERT_TRUE(faces.load(std::string(kCascades) + "haarcascade_frontalface_alt2.xml"));
  ASSERT_TRUE(eyes.load(std::string(kCascades) + "haarcascade_eye.xml"));
  int frontal = 0, found = 0, found_eyes = 0;
  for (uint64_t i = 0; i < 250; ++i) {
    const FaceScene scene = DrawScene(MixSeed(9, i), {});
    if (std::abs(scene.yaw_rad) > 0.35f || scene.occluder != Occluder::kNone) continue;
    ++frontal;
    const RenderedFace face = RenderFace(DrawIdentity(i), scene, 160);
    const cv::Mat gray = Gray(face.image);
    std::vector<cv::Rect> hits;
    faces.detectMultiScale(gray, hits, 1.1, 3, 0, cv::Size(30, 30));
    const auto fits = [&](const cv::Rect& r) {
      const Box box{static_cast<double>(r.x), static_cast<double>(r.y),
                    static_cast<double>(r.width), static_cast<double>(r.height)};
      return IntersectionOverUnion(box, face.truth.box) > 0.4;
    };
    const auto hit = std::find_if(hits.begin(), hits.end(), fits);
    if (hit == hits.end()) continue;
    ++found;
    cv::Mat upper = gray(cv::Rect(hit->x, hit->y, hit->width, hit->height * 6 / 10));
    const double scale = 120.0 / upper.cols;
    cv::resize(upper, upper, {}, scale, scale, cv::INTER_CUBIC);
    std::vector<cv::Rect> pair;
    eyes.detectMultiScale(upper, pair, 1.1, 3, 0, cv::Size(20, 20));
    const auto seen = [&](int corner) {
      const Point a = face.truth.landmarks[corner], b = face.truth.landmarks[corner + 1];
      return std::any_of(pair.begin(), pair.end(), [&](const cv::Rect& r) {
        const double x = hit->x + (r.x + r.width / 2.0) / scale;
        const double y = hit->y + (r.y + r.height / 2.0) / scale;
        return std::hypot(x - (a.x + b.x) / 2, y - (a.y + b.y) / 2) < (b.x - a.x) / 2;
      });
    };
    found_eyes += seen(0) && seen(2);
  }
  EXPECT_GE(frontal, 180);
  EXPECT_GE(found, 0.95 * frontal);
  EXPECT_GE(found_eyes, 0.8 * found);
}

// A protocol's pairs by the distance of the pixels around the true box: hard enough that a network
// has something to learn, yet not noise. The bounds are wide for 300 + 300 pairs (one standard
// error is 2 points).
TEST(RenderFace, PixelsAloneTellPeopleApartOnlySomewhat) {
  constexpr int kPeople = 300, kSide = 24;
  std::vector<cv::Mat> crops;
  for (uint64_t i = 0; i < 2 * kPeople; ++i) {
    const RenderedFace face = RenderFace(DrawIdentity(MixSeed(1, i / 2)), DrawScene(i, {}), 160);
    const Box& box = face.truth.box;
    const float half = 0.6f * static_cast<float>(std::max(box.width, box.height));
    const float scale = kSide / (2 * half);
    const cv::Matx23f map(scale, 0, static_cast<float>(kSide / 2 - scale * box.Centre().x), 0,
                          scale, static_cast<float>(kSide / 2 - scale * box.Centre().y));
    cv::Mat gray = Gray(face.image), crop;
    cv::GaussianBlur(gray, gray, {}, 0.5 / scale);
    cv::warpAffine(gray, crop, map, cv::Size(kSide, kSide));
    crop.convertTo(crop, CV_32F);
    crops.push_back(crop);
  }
  std::vector<std::pair<double, bool>> scores;
  for (int k = 0; k < kPeople; ++k) {
    const int other = 2 * ((k + 1) % kPeople) + 1;
    scores.emplace_back(cv::norm(crops[2 * k], crops[2 * k + 1]), true);
    scores.emplace_back(cv::norm(crops[2 * k], crops[other]), false);
  }
  std::sort(scores.begin(), scores.end());
  int accepted = 0, wrongly = 0;
  for (const auto& [distance, genuine] : scores) {
    ++(genuine ? accepted : wrongly);
    if (wrongly >= kPeople - accepted) break;
  }
  const double one_minus_eer = 100 - 100.0 * wrongly / kPeople;
  EXPECT_LT(one_minus_eer, 75);
  EXPECT_GT(one_minus_eer, 55);
}

}  // namespace
}  // namespace facet
