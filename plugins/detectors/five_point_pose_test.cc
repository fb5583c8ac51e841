// Points of a head in space, turned by a matrix and seen from afar; and the constant again, from
// the landmarks of photographs (FACET_DATA).
#include "plugins/detectors/five_point_pose.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <opencv2/core.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace facet {
namespace {

constexpr double kRadPerDeg = M_PI / 180;

// In half eye distances: right, down and towards the viewer, from between the eyes. Heights and the
// mouth's width are those of the same shape as kNoseDepth.
const cv::Vec3d kHead[] = {
    {-1, 0, 0}, {1, 0, 0}, {0, 0.86, kNoseDepth}, {-0.91, 2.13, 0}, {0.91, 2.13, 0}};

// Turned about the head's own upright axis (positive: to the image's right), then nodding, then
// tilted in the image; 30 px a unit about (100, 80).
Landmarks Seen(double yaw_deg, double pitch_deg, double roll_deg, bool mirrored = false) {
  const double y = yaw_deg * kRadPerDeg, p = pitch_deg * kRadPerDeg, r = roll_deg * kRadPerDeg;
  const cv::Matx33d yaw(std::cos(y), 0, std::sin(y), 0, 1, 0, -std::sin(y), 0, std::cos(y));
  const cv::Matx33d pitch(1, 0, 0, 0, std::cos(p), std::sin(p), 0, -std::sin(p), std::cos(p));
  const cv::Matx33d roll(std::cos(r), -std::sin(r), 0, std::sin(r), std::cos(r), 0, 0, 0, 1);
  Landmarks seen{LandmarkScheme::kPoints5, {}};
  for (const cv::Vec3d& point : kHead) {
    const cv::Vec3d turned = roll * pitch * yaw * point;
    seen.points.push_back({100 + 30 * turned[0], 80 + 30 * turned[1]});
  }
  if (mirrored) {
    for (Point& point : seen.points) point.x = 199 - point.x;
    std::swap(seen.points[0], seen.points[1]);
    std::swap(seen.points[3], seen.points[4]);
  }
  return seen;
}

double YawDeg(const Landmarks& landmarks) { return YawOfFivePoints(landmarks) / kRadPerDeg; }

TEST(FivePointPose, FindsTheAngleByWhichAHeadIsTurned) {
  for (double yaw = -75; yaw <= 75; yaw += 5) {
    EXPECT_NEAR(YawDeg(Seen(yaw, 0, 0)), yaw, 1e-9);
    for (const double roll : {-60.0, 20.0, 180.0}) {
      EXPECT_NEAR(YawDeg(Seen(yaw, 0, roll)), yaw, 1e-9);
    }
    EXPECT_NEAR(YawDeg(Seen(yaw, 0, 10, /*mirrored=*/true)), -yaw, 1e-9);
  }
}

TEST(FivePointPose, NoddingChangesLittle) {
  for (double yaw = -40; yaw <= 40; yaw += 10) {
    for (const double pitch : {-15.0, 15.0}) {
      // The nose tip is lifted or lowered beside a midline that is then oblique.
      EXPECT_NEAR(YawDeg(Seen(yaw, pitch, 0)), yaw, 9) << pitch;
    }
    EXPECT_NEAR(YawDeg(Seen(0, 20, 5)), 0, 1e-9);
  }
}

TEST(FivePointPose, AProfileIsWhatIsTurnedFartherThanTheLimit) {
  EXPECT_EQ(PoseOfFivePoints(Seen(34, 0, 7), 35), Pose::kFrontal);
  EXPECT_EQ(PoseOfFivePoints(Seen(36, 0, 7), 35), Pose::kRight);
  EXPECT_EQ(PoseOfFivePoints(Seen(-34, 0, -7), 35), Pose::kFrontal);
  EXPECT_EQ(PoseOfFivePoints(Seen(-36, 0, -7), 35), Pose::kLeft);
  EXPECT_EQ(PoseOfFivePoints(Seen(-36, 0, -7), 45), Pose::kFrontal);
}

TEST(FivePointPose, OtherPointsAndNoneHaveNoPose) {
  EXPECT_EQ(PoseOfFivePoints({}, 35), Pose::kUnknown);
  EXPECT_EQ(PoseOfFivePoints({LandmarkScheme::kEyes2, {{1, 2}, {3, 2}}}, 35), Pose::kUnknown);
  EXPECT_EQ(PoseOfFivePoints({LandmarkScheme::kPoints5, std::vector<Point>(5)}, 35),
            Pose::kUnknown);
  Landmarks broken = Seen(0, 0, 0);
  broken.points[2].x = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(PoseOfFivePoints(broken, 35), Pose::kUnknown);
}

// The five points of a file of 68 (300-W), about their mean and of length 1; empty: no such file.
std::vector<Point> FivePointsOf(const std::string& path) {
  std::ifstream file(path);
  Landmarks all{LandmarkScheme::kPoints68, {}};
  for (std::string line; std::getline(file, line);) {
    std::istringstream numbers(line);
    Point point;
    if (numbers >> point.x >> point.y) all.points.push_back(point);
  }
  if (all.points.size() != 68) return {};
  std::vector<Point> five = ConvertLandmarks(all, LandmarkScheme::kPoints5)->points;
  Point mean;
  for (const Point& point : five) mean = {mean.x + point.x / 5, mean.y + point.y / 5};
  double squares = 0;
  for (Point& point : five) {
    point = {point.x - mean.x, point.y - mean.y};
    squares += point.x * point.x + point.y * point.y;
  }
  for (Point& point : five) point = {point.x / std::sqrt(squares), point.y / std::sqrt(squares)};
  return five;
}

// The coefficients of a' Q b for the six numbers of a symmetric Q.
std::vector<double> Form(const cv::Mat& a, const cv::Mat& b) {
  std::vector<double> form;
  for (int i = 0; i < 3; ++i) {
    for (int j = i; j < 3; ++j) {
      const double one = a.at<double>(i) * b.at<double>(j);
      form.push_back(i == j ? one : one + a.at<double>(j) * b.at<double>(i));
    }
  }
  return form;
}

// Tomasi and Kanade for scaled orthography: all views, two rows each, are a camera times one shape.
// Each view's mirror image is a view too, so that the shape is symmetric. [5, 3].
cv::Mat RigidShape(const std::vector<std::vector<Point>>& faces) {
  cv::Mat views;
  constexpr int kMirror[] = {1, 0, 2, 4, 3};
  for (const std::vector<Point>& face : faces) {
    for (const bool mirrored : {false, true}) {
      cv::Mat rows(2, 5, CV_64F);
      for (int i = 0; i < 5; ++i) {
        const Point& point = face[static_cast<size_t>(mirrored ? kMirror[i] : i)];
        rows.at<double>(0, i) = mirrored ? -point.x : point.x;
        rows.at<double>(1, i) = point.y;
      }
      views.push_back(rows);
    }
  }
  const cv::SVD svd(views);
  const cv::Mat cameras = svd.u.colRange(0, 3) * cv::Mat::diag(svd.w.rowRange(0, 3));
  // A camera's axes are at right angles and equally long, on average 1.
  cv::Mat equations, right;
  std::vector<double> length(6, 0.0);
  for (int view = 0; view < cameras.rows; view += 2) {
    const cv::Mat x = cameras.row(view), y = cameras.row(view + 1);
    const std::vector<double> xx = Form(x, x), yy = Form(y, y), xy = Form(x, y);
    std::vector<double> equal(6);
    for (size_t i = 0; i < 6; ++i) {
      equal[i] = xx[i] - yy[i];
      length[i] += xx[i];
    }
    equations.push_back(cv::Mat(equal).t());
    equations.push_back(cv::Mat(xy).t());
  }
  right = cv::Mat::zeros(equations.rows, 1, CV_64F);
  equations.push_back(cv::Mat(length).t());
  right.push_back(cv::Mat(1, 1, CV_64F, cv::Scalar(cameras.rows / 2.0)));
  cv::Mat q;
  cv::solve(equations, right, q, cv::DECOMP_SVD);
  const auto at = [&](int i) { return q.at<double>(i); };
  const cv::Mat form =
      (cv::Mat_<double>(3, 3) << at(0), at(1), at(2), at(1), at(3), at(4), at(2), at(4), at(5));
  cv::Mat values, vectors;
  cv::eigen(form, values, vectors);
  EXPECT_GT(values.at<double>(2), 0);
  cv::Mat roots;
  cv::sqrt(values, roots);
  const cv::Mat metric = vectors.t() * cv::Mat::diag(roots);
  return (metric.inv() * svd.vt.rowRange(0, 3)).t();
}

TEST(FivePointPose, TheNoseStandsOutAsItDoesInPhotographs) {
  const char* data = std::getenv("FACET_DATA");
  if (data == nullptr || *data == '\0') GTEST_SKIP() << "FACET_DATA is not set";
  std::vector<std::vector<Point>> faces;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(data) + "/landmarks68")) {
    if (entry.path().extension() != ".pts") continue;
    const std::vector<Point> five = FivePointsOf(entry.path());
    if (!five.empty()) faces.push_back(five);
  }
  ASSERT_GT(faces.size(), 100u);
  const cv::Mat shape = RigidShape(faces);
  const cv::Mat eyes = shape.row(1) - shape.row(0), middle = (shape.row(0) + shape.row(1)) / 2;
  const cv::Mat mouth = (shape.row(3) + shape.row(4)) / 2 - middle;
  const cv::Mat depth = eyes.cross(mouth);
  const double half = cv::norm(eyes) / 2;
  const double nose = std::abs((shape.row(2) - middle).dot(depth)) / cv::norm(depth) / half;
  EXPECT_NEAR(nose, kNoseDepth, 0.02);
}

}  // namespace
}  // namespace facet
