#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kUid[] = "6dc2fdaa3bd324e286554fdc093b5363";

// A.J._Buckley with 4 lines in both forms, Zoe with 1; 3 of the 5 images are there.
std::string MakeRelease() {
  const std::string root = TestFolder();
  WriteText(root + "/README", "about");
  WriteText(
      root + "/files/A.J._Buckley.txt",
      absl::StrCat("00000001 http://a/b%20c.jpg?x=1&y 119.19 99.49 295.47 275.78 3.00 2.31 1\n"
                   "00000003 ",
                   kUid,
                   " http://a/3 165.21 105.50 298.57 238.86 1.00 3.59 0\r\n"
                   "00000002 http://a/2 10 10 20 20 2.00 4.18 1\n"
                   "00000007 http://a/7 10 10 10 20 4.00 -0.5 0"));
  WriteText(root + "/files/Zoe.txt", "00000001 http://z/1 0 0 5 5 6.00 3.00 1\n");
  WriteText(root + "/images/A.J._Buckley/00000001.jpg", "x");
  WriteText(root + "/images/A.J._Buckley/00000003.PNG", "x");
  WriteText(root + "/images/A.J._Buckley/00000007.jpeg", "x");
  WriteText(root + "/images/A.J._Buckley/00000007.png", "x");
  return root;
}

TEST(VggFace, Full) {
  const std::string root = MakeRelease();
  const auto made = MakeDataset({{"root", root}});
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ((*made)->root(), root + "/images");
  const auto contents = (*made)->Load();
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->samples.size(), 3u);
  const Sample& first = contents->samples[0];
  EXPECT_EQ(first.path, "A.J._Buckley/00000001.jpg");
  EXPECT_EQ(first.identity, "A.J._Buckley");
  ASSERT_TRUE(first.box.has_value());
  EXPECT_DOUBLE_EQ(first.box->x, 119.19);
  EXPECT_DOUBLE_EQ(first.box->y, 99.49);
  EXPECT_NEAR(first.box->width, 176.28, 1e-9);
  EXPECT_NEAR(first.box->height, 176.29, 1e-9);
  EXPECT_EQ(first.pose, Pose::kFrontal);
  EXPECT_EQ(first.score, 2.31);
  EXPECT_EQ(first.rank, 0);
  EXPECT_TRUE(first.curated);
  const Sample& second = contents->samples[1];
  EXPECT_EQ(second.path, "A.J._Buckley/00000003.PNG");
  EXPECT_EQ(second.pose, Pose::kLeft);
  EXPECT_EQ(second.rank, 2);  // in the order of ids, missing images counted
  EXPECT_FALSE(second.curated);
  const Sample& third = contents->samples[2];
  EXPECT_EQ(third.path, "A.J._Buckley/00000007.jpeg");
  EXPECT_FALSE(third.box.has_value());
  EXPECT_EQ(contents->counts.at("identities listed"), 2);
  EXPECT_EQ(contents->counts.at("images listed"), 5);
  EXPECT_EQ(contents->counts.at("missing images"), 2);
  EXPECT_EQ(contents->counts.at("boxes without area"), 1);
  EXPECT_THAT(contents->notices,
              ElementsAre("2 of 5 listed images are missing: A.J._Buckley/00000002.jpg, "
                          "Zoe/00000001.jpg."));
}

TEST(VggFace, CuratedRefuseAndElsewhere) {
  const std::string root = MakeRelease();
  const auto curated = LoadDataset({{"root", root}, {"snapshot", "curated"}});
  ASSERT_TRUE(curated.ok()) << curated.status();
  ASSERT_EQ(curated->samples.size(), 1u);
  EXPECT_EQ(curated->counts.at("images listed"), 3);

  EXPECT_THAT(std::string(LoadDataset({{"root", root}, {"missing", "refuse"}}).status().message()),
              HasSubstr("2 of 5 listed images are missing"));

  std::filesystem::rename(root + "/images", root + "/pictures");
  const absl::Status status = LoadDataset({{"root", root}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("expected below " + root + "/images"));
  const auto elsewhere = LoadDataset({{"root", root}, {"images", root + "/pictures"}});
  ASSERT_TRUE(elsewhere.ok()) << elsewhere.status();
  EXPECT_EQ(elsewhere->samples.size(), 3u);

  const auto one =
      LoadDataset({{"root", root}, {"images", root + "/pictures"}, {"max_identities", 1}});
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->counts.at("identities listed"), 1);
}

TEST(VggFace, BrokenLinesNameFileAndLine) {
  const std::string good = "00000001 http://a 1 2 3 4 3.00 2.31 1\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"00000002 http://a 1 2 3 4 3.00 2.31\n", "found 8 fields"},
      {"00000002 nouid http://a 1 2 3 4 3.00 2.31 1\n", "found 10 fields"},
      {"two http://a 1 2 3 4 3.00 2.31 1\n", "\"two\" is no id"},
      {"00000002 http://a 1 2 x 4 3.00 2.31 1\n", "\"x\" is no number"},
      {"00000002 http://a 1 2 nan 4 3.00 2.31 1\n", "\"nan\" is no number"},
      {"00000002 http://a 1 2 3 4 3.00 2.31 2\n", "curation is 0 or 1, here \"2\""},
      {"1 http://a 1 2 3 4 3.00 2.31 1\n", "id 1 is in line 1 already"}};
  for (const auto& [line, message] : cases) {
    const std::string root = TestFolder();
    WriteText(root + "/B.J..txt", good + line);
    const absl::Status status = LoadDataset({{"root", root}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("B.J..txt:2: ")) << line;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message)) << line;
  }
}

TEST(VggFace, NoLists) {
  const absl::Status status = LoadDataset({{"root", TestFolder()}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("expected files/NAME.txt"));
}

// 40 of the release's lists: 21,718 lines, 8,985 of them curated (counted with awk).
TEST(VggFace, ReleasedLists) {
  const std::string root = SharedData("vggface_lists");
  if (root.empty()) GTEST_SKIP() << "FACET_DATA has no vggface_lists";
  const std::string images = TestFolder();
  WriteText(images + "/Adrian_Grenier/00000002.jpg", "x");
  auto contents = LoadDataset({{"root", root}, {"images", images}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->counts.at("identities listed"), 40);
  EXPECT_EQ(contents->counts.at("images listed"), 21718);
  EXPECT_EQ(contents->counts.at("missing images"), 21717);
  contents = LoadDataset({{"root", root}, {"images", images}, {"snapshot", "curated"}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->counts.at("images listed"), 8985);
}

}  // namespace
}  // namespace facet
