#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A frontal face 100 px wide: jaw on a half circle, the rest where it roughly lies. `nose_x` turns
// it. Coordinates from (0, 0).
std::vector<Point> FacePoints(double nose_x = 50) {
  std::vector<Point> points(68, Point{50, 60});
  for (int i = 0; i < 17; ++i) {
    const double angle = M_PI * i / 16;
    points[static_cast<size_t>(i)] = {50 - 50 * std::cos(angle), 40 + 60 * std::sin(angle)};
  }
  for (size_t i = 17; i < 27; ++i) points[i] = {10 + 8.0 * static_cast<double>(i - 17), 20};
  for (size_t i = 36; i < 42; ++i) points[i] = {25 + static_cast<double>(i - 36), 35};
  for (size_t i = 42; i < 48; ++i) points[i] = {72 + static_cast<double>(i - 42), 35};
  points[30] = {nose_x, 60};
  return points;
}

std::string Pts(const std::vector<Point>& points, const std::string& count = "68") {
  std::string text = "version: 1\nn_points: " + count + "\n{\n";
  for (const Point& p : points) absl::StrAppend(&text, p.x + 1, " ", p.y + 1, "\n");
  return text + "}\n";
}

// The points alone.
std::string Lines(const std::vector<Point>& points, const std::string& between = " ",
                  const std::string& end = "\n") {
  std::string text;
  for (const Point& p : points) absl::StrAppend(&text, p.x + 1, between, p.y + 1, end);
  return text;
}

void AddFace(const std::string& root, const std::string& name,
             const std::vector<Point>& points = FacePoints()) {
  WriteText(absl::StrCat(root, "/", name, ".pts"), Pts(points));
  WriteText(absl::StrCat(root, "/", name, ".jpg"), "");
}

std::string ErrorOf(const std::string& pts) {
  const std::string root = TestFolder();
  WriteText(root + "/a.jpg", "");
  WriteText(root + "/a.pts", pts);
  return std::string(LoadDataset({{"root", root}}).status().message());
}

TEST(Landmarks300W, SamplesOfATreeInOrder) {
  const std::string root = TestFolder();
  AddFace(root, "helen/train/b");
  AddFace(root, "helen/train/a");
  AddFace(root, "afw/x_1");
  WriteText(root + "/afw/y.pts", Pts(FacePoints()));  // without image
  const auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  std::vector<std::string> keys;
  for (const Sample& sample : contents->samples) keys.push_back(sample.key);
  EXPECT_THAT(keys, ElementsAre("afw/x_1.jpg", "helen/train/a.jpg", "helen/train/b.jpg"));
  const Sample& sample = contents->samples[0];
  EXPECT_EQ(sample.path, sample.key);
  EXPECT_EQ(sample.landmarks.scheme, LandmarkScheme::kPoints68);
  // 1-based in the file.
  EXPECT_NEAR(sample.landmarks.points[8].x, 50, 1e-3);  // six digits in the file
  EXPECT_NEAR(sample.landmarks.points[8].y, 100, 1e-3);
  EXPECT_EQ(contents->counts.at("landmarks without image"), 1);
  EXPECT_THAT(contents->notices, ElementsAre(HasSubstr("afw/y.pts")));
  const auto afw = LoadDataset({{"root", root}, {"folders", {"afw"}}});
  for (const char* const same : {"afw/", "./afw", "afw//."}) {
    const auto again = LoadDataset({{"root", root}, {"folders", {same, "afw"}}});
    ASSERT_TRUE(again.ok()) << same << again.status();
    EXPECT_EQ(again->samples.size(), afw->samples.size()) << same;
  }
  for (const char* const out : {"../afw", "helen/../afw", "/afw"}) {
    EXPECT_THAT(std::string(LoadDataset({{"root", root}, {"folders", {out}}}).status().message()),
                HasSubstr(absl::StrCat("folders: \"", out, "\" does not lie below the root")));
  }
  ASSERT_TRUE(afw.ok()) << afw.status();
  EXPECT_EQ(afw->samples.size(), 1u);
}

TEST(Landmarks300W, LinksThatLeadNowhereAreSaid) {
  const std::string root = TestFolder();
  AddFace(root, "a");
  std::filesystem::create_symlink("/no/such/disk/afw", root + "/afw");
  const auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_THAT(contents->notices, ElementsAre("1 link leads nowhere (afw): is a disk not mounted?"));
}

TEST(Landmarks300W, BoxFollowsTheExtentAndTheEyes) {
  const std::string root = TestFolder();
  AddFace(root, "a");
  const auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  const Box box = contents->samples[0].box.value();
  // Extent 100 x 80 px; eyes' middle (50, 35): the manual's numbers.
  EXPECT_NEAR(box.width, 111.7, 1e-3);
  EXPECT_EQ(box.height, box.width);
  EXPECT_NEAR(box.Centre().x, 50, 1e-3);
  EXPECT_NEAR(box.Centre().y, 35 + 0.105 * 111.7, 1e-3);
}

TEST(Landmarks300W, PoseOnlyWhereItIsSafe) {
  const std::string root = TestFolder();
  const std::vector<std::pair<double, Pose>> cases = {{50, Pose::kFrontal}, {30, Pose::kFrontal},
                                                      {20, Pose::kUnknown}, {3, Pose::kLeft},
                                                      {97, Pose::kRight},   {85, Pose::kUnknown}};
  for (size_t i = 0; i < cases.size(); ++i) {
    AddFace(root, absl::StrCat(i), FacePoints(cases[i].first));
  }
  const auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(contents->samples[i].pose, cases[i].second) << cases[i].first;
  }
}

TEST(Landmarks300W, TrainAndTestShareNoPhotograph) {
  const std::string root = TestFolder();
  for (int i = 0; i < 100; ++i) {
    AddFace(root, absl::StrCat("p", i, "_1"));
    AddFace(root, absl::StrCat("p", i, "_2"));
  }
  std::map<std::string, std::set<std::string>> photographs;
  size_t total = 0;
  for (const std::string part : {"train", "test"}) {
    const auto contents = LoadDataset({{"root", root}, {"part", part}, {"test_share", 0.3}});
    ASSERT_TRUE(contents.ok()) << contents.status();
    for (const Sample& sample : contents->samples) {
      photographs[part].insert(sample.key.substr(0, sample.key.find('_')));
    }
    total += contents->samples.size();
  }
  EXPECT_EQ(total, 200u);
  EXPECT_EQ(photographs["train"].size() + photographs["test"].size(), 100u);
  // 30 expected; five standard deviations of a binomial are 23.
  EXPECT_NEAR(static_cast<double>(photographs["test"].size()), 30, 23);
  const auto other = LoadDataset({{"root", root}, {"part", "test"}, {"seed", 2}});
  const auto same = LoadDataset({{"root", root}, {"part", "test"}, {"seed", 2}});
  ASSERT_TRUE(other.ok() && same.ok());
  EXPECT_EQ(other->samples.size(), same->samples.size());
}

TEST(Landmarks300W, BrokenFilesNameFileAndLine) {
  std::vector<Point> short_list = FacePoints();
  short_list.pop_back();
  std::vector<Point> long_list = FacePoints();
  long_list.push_back({1, 1});
  EXPECT_THAT(ErrorOf(Pts(short_list)), HasSubstr("a.pts:71: the list ends after 67 points; here a "
                                                  "face has 68"));
  EXPECT_THAT(ErrorOf(Pts(long_list)), HasSubstr("a.pts:73: the list ends after 69 points"));
  EXPECT_THAT(ErrorOf(Pts(FacePoints(), "29")),
              HasSubstr("a.pts:2: 29 points; here a face has 68"));
  EXPECT_THAT(ErrorOf(Pts({{1, 1}, {2, 1}, {3, 3}, {1, 4}, {2, 4}}, "5")),
              HasSubstr("a.pts:2: 5 points; here a face has 68, as 300-W has them: add what is "
                        "missing, or move the file away. Faces with 2, 5 or 9 points are for "
                        "image_list, as columns lx1, ly1"));
  EXPECT_THAT(ErrorOf("1 2\n3 4\n"), HasSubstr("a.pts:2: the list ends after 2 points"));
  EXPECT_THAT(ErrorOf("version: 1\nn_points: 68\n{\n1 2\n3 x\n}\n"),
              HasSubstr("a.pts:5: a point is two numbers"));
  EXPECT_THAT(ErrorOf("version: 1\nn_points: 68\n{\n1 nan\n}\n"),
              HasSubstr("a.pts:4: a point is two numbers"));
  EXPECT_THAT(ErrorOf("version: 1\nn_points: 68\n{\n1 2\n"), HasSubstr("a.pts:4: "));
  EXPECT_THAT(ErrorOf("points\n"), HasSubstr("a.pts:1: expected \"version: 1\""));
  EXPECT_THAT(ErrorOf(""), HasSubstr("a.pts:1: "));
  EXPECT_THAT(ErrorOf("{\n" + Lines(FacePoints())),
              HasSubstr("a.pts:69: the list of points has no end"));
  EXPECT_THAT(ErrorOf(Pts(FacePoints()) + "1 2\n"), HasSubstr("a.pts:73: text follows the \"}\""));
  EXPECT_THAT(ErrorOf(Pts(std::vector<Point>(68, Point{5, 5}))), HasSubstr("in one place"));
}

// As mirrors of 300-W have them.
TEST(Landmarks300W, HeadBracesCommentsAndLineEndsAreFree) {
  const std::string root = TestFolder();
  AddFace(root, "a");
  const std::vector<Point> points = FacePoints();
  for (const std::string& text :
       {Lines(points), Lines(points, " ", "\r\n"), Lines(points, "\t", " \n\n"), Lines(points, ","),
        Lines(points, ", "), "{\n" + Lines(points) + "}", "68\n" + Lines(points),
        "n_points:68\nversion:1\n{\n" + Lines(points) + "}\n\n",
        "\xef\xbb\xbf# by hand\nversion: 1\n// helen\nn_points:  68\n{\n#jaw\n" + Lines(points) +
            "}\n# end\n"}) {
    WriteText(root + "/b.pts", text);
    WriteText(root + "/b.jpg", "");
    const auto contents = LoadDataset({{"root", root}});
    ASSERT_TRUE(contents.ok()) << contents.status() << text;
    ASSERT_EQ(contents->samples.size(), 2u);
    for (size_t i = 0; i < 68; ++i) {
      EXPECT_EQ(contents->samples[1].landmarks.points[i].x,
                contents->samples[0].landmarks.points[i].x);
      EXPECT_EQ(contents->samples[1].landmarks.points[i].y,
                contents->samples[0].landmarks.points[i].y);
    }
  }
}

TEST(Landmarks300W, NothingThere) {
  const auto status = LoadDataset({{"root", TestFolder()}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("expected NAME.pts beside NAME.jpg"));
}

TEST(Landmarks300W, RealFaces) {
  const std::string root = SharedData("landmarks68");
  if (root.empty()) GTEST_SKIP() << "FACET_DATA has no landmarks68";
  const auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->samples.size(), 787u);
  int64_t frontal = 0;
  for (const Sample& sample : contents->samples) frontal += sample.pose == Pose::kFrontal;
  EXPECT_GT(frontal, 787 * 6 / 10);
}

}  // namespace
}  // namespace facet
