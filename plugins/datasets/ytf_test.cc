#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kSplits[] =
    "1, 1, Ann/0, Ann/2, 1\r\n1, 2, Ann/0, Bob/1, 0\r\n"
    "2, 1, Cid/0, Cid/1, 1\r\n2, 2, Cid/0, Dot/3, 0";

// Twelve frames a video, numbered 5, 10, ... 60: as text, 10 comes before 5.
void WriteVideo(const std::string& root, const std::string& name, int video) {
  for (int frame = 5; frame <= 60; frame += 5) {
    WriteText(
        absl::StrCat(root, "/frame_images_DB/", name, "/", video, "/", video, ".", frame, ".jpg"),
        "x");
    WriteText(absl::StrCat(root, "/aligned_images_DB/", name, "/", video, "/aligned_detect_", video,
                           ".", frame, ".jpg"),
              "x");
  }
}

// Ann/1 is in no pair.
std::string MakeYtf() {
  const std::string root = TestFolder();
  WriteText(root + "/splits.txt", kSplits);
  for (const auto& [name, videos] : std::vector<std::pair<std::string, std::vector<int>>>{
           {"Ann", {0, 1, 2}}, {"Bob", {1}}, {"Cid", {0, 1}}, {"Dot", {3}}, {"Eve", {0}}}) {
    std::string boxes;
    for (const int video : videos) {
      WriteVideo(root, name, video);
      absl::StrAppend(&boxes, name, "\\", video, "\\", video, ".5.jpg,0,262,165,132,132,0.0,1\r\n");
    }
    WriteText(absl::StrCat(root, "/frame_images_DB/", name, ".labeled_faces.txt"), boxes);
  }
  return root;
}

TEST(Ytf, FramesAreVideosInNumericOrderWithBoxesAndFolds) {
  const auto contents = LoadDataset({{"root", MakeYtf()}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->samples.size(), 7u * 12u);  // Eve is in no split
  const Sample& first = contents->samples[0];
  EXPECT_EQ(first.key, "Ann/0/0.5.jpg");
  EXPECT_EQ(first.path, "frame_images_DB/Ann/0/0.5.jpg");
  EXPECT_EQ(first.identity, "Ann");
  EXPECT_EQ(first.video, "Ann/0");
  EXPECT_EQ(first.frame, 5);
  EXPECT_EQ(first.fold, 0);
  ASSERT_TRUE(first.box.has_value());
  EXPECT_EQ(first.box->x, 196);
  EXPECT_EQ(contents->samples[1].frame, 10);
  EXPECT_FALSE(contents->samples[1].box.has_value());
  EXPECT_EQ(contents->counts.at("frames without a box"), 7 * 11);
  EXPECT_EQ(contents->samples.back().fold, 1);

  const Protocol& protocol = contents->protocol;
  EXPECT_EQ(protocol.kind, Protocol::Kind::kFolds);
  EXPECT_EQ(protocol.num_folds, 2);
  ASSERT_EQ(protocol.templates.size(), 6u);
  EXPECT_EQ(protocol.templates[1].name, "Ann/2");
  EXPECT_EQ(protocol.templates[1].samples.front(), 24);
  EXPECT_EQ(protocol.templates[1].samples.size(), 12u);
  ASSERT_EQ(protocol.pairs.size(), 4u);
  EXPECT_TRUE(protocol.pairs[2].genuine);
  EXPECT_EQ(protocol.pairs[2].fold, 1);
  EXPECT_EQ(contents->counts.at("videos in pairs"), 6);
}

TEST(Ytf, AlignedImagesHaveNoBox) {
  const auto contents = LoadDataset(
      {{"root", MakeYtf()}, {"source", "aligned"}, {"all_videos", false}, {"max_frames", 1}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->samples.size(), 6u);
  EXPECT_EQ(contents->samples[0].path, "aligned_images_DB/Ann/0/aligned_detect_0.35.jpg");
  EXPECT_FALSE(contents->samples[0].box.has_value());
  EXPECT_TRUE(contents->notices.empty());
}

TEST(Ytf, MaxFramesAreEvenlySpaced) {
  const std::string root = MakeYtf();
  const auto frames_of_first_video = [&](int max_frames) {
    const auto contents = LoadDataset({{"root", root}, {"max_frames", max_frames}});
    EXPECT_TRUE(contents.ok()) << contents.status();
    std::vector<int64_t> frames;
    for (const int64_t sample : contents->protocol.templates[0].samples) {
      frames.push_back(contents->samples[static_cast<size_t>(sample)].frame);
    }
    return frames;
  };
  // Of 12: the indices floor((i + 1/2) 12 / n).
  EXPECT_THAT(frames_of_first_video(3), ElementsAre(15, 35, 55));
  EXPECT_THAT(frames_of_first_video(5), ElementsAre(10, 20, 35, 45, 55));
  EXPECT_EQ(frames_of_first_video(12).size(), 12u);
  EXPECT_EQ(frames_of_first_video(100).size(), 12u);
}

TEST(Ytf, MissingVideos) {
  const std::string root = MakeYtf();
  std::filesystem::remove_all(root + "/frame_images_DB/Ann/2");
  std::filesystem::remove_all(root + "/frame_images_DB/Ann/1");  // in no pair: no matter
  const absl::Status status = LoadDataset({{"root", root}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("1 videos of the pairs of YouTube Faces are missing: Ann/2 (in "
                        "frame_images_DB); 3 of 4 pairs are complete"));
  const auto skipped = LoadDataset({{"root", root}, {"missing", "skip"}});
  ASSERT_TRUE(skipped.ok()) << skipped.status();
  EXPECT_EQ(skipped->protocol.pairs.size(), 3u);
  EXPECT_EQ(skipped->counts.at("missing videos"), 1);
  EXPECT_EQ(skipped->counts.at("skipped pairs"), 1);
  EXPECT_THAT(skipped->notices[0], HasSubstr("not official"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("leave pairs out with missing = \"skip\""));
  // One split cannot be cross-validated, whatever is skipped.
  std::filesystem::remove_all(root + "/frame_images_DB/Cid");
  for (const char* missing : {"refuse", "skip"}) {
    const absl::Status gone = LoadDataset({{"root", root}, {"missing", missing}}).status();
    EXPECT_EQ(gone.code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(gone.message()), HasSubstr("in 1 of 2 splits"));
    EXPECT_THAT(std::string(gone.message()), testing::Not(HasSubstr("skip")));
  }
  std::filesystem::remove_all(root + "/frame_images_DB");
  EXPECT_THAT(std::string(LoadDataset({{"root", root}}).status().message()),
              HasSubstr("expected the people's folders in frame_images_DB/"));
}

// Three splits, of which one loses its videos; the others are of unequal size.
TEST(Ytf, OwnPairsRun) {
  const std::string root = MakeYtf();
  WriteText(root + "/mine.txt",
            "1, 1, Ann/0, Ann/2, 1\n1, 7, Ann/0, Bob/1, 0\n1, 8, Ann/1, Bob/1, 0\n"
            "4, 2, Zoe/0, Zoe/1, 1\n4, 3, Zoe/0, Yan/1, 0\n"
            "9, 2, Cid/0, Cid/1, 1\n9, 1, Cid/0, Dot/3, 0\n");
  const Json options = {{"root", root}, {"splits", root + "/mine.txt"}, {"missing", "skip"}};
  const auto contents = LoadDataset(options);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->protocol.num_folds, 2);
  std::vector<int64_t> folds;
  for (const Pair& pair : contents->protocol.pairs) folds.push_back(pair.fold);
  EXPECT_THAT(folds, ElementsAre(0, 0, 0, 1, 1));
  EXPECT_EQ(contents->samples[0].fold, 0);
  EXPECT_EQ(contents->samples.back().fold, 1);
  EXPECT_THAT(
      contents->notices,
      ElementsAre(HasSubstr("mine.txt: the pairs are not numbered through (line 2 is pair 7"),
                  HasSubstr("mine.txt: the splits are not of one size"),
                  HasSubstr("3 videos of the pairs of YouTube Faces are missing"),
                  HasSubstr("frames have no box"), HasSubstr("1 of 3 folds have no pair left")));
  WriteText(root + "/mine.txt",
            "1, 1, Ann/0, Ann/2, 1\n2, 1, Cid/0, Cid/1, 1\n2, 2, Cid/0, Dot/3, 0\n");
  const auto one_kind = LoadDataset(options);
  ASSERT_TRUE(one_kind.ok()) << one_kind.status();
  EXPECT_THAT(one_kind->notices.back(),
              HasSubstr("fold 0 of 2 (counted from 0) has no impostor pair"));
}

TEST(Ytf, CorrectedLabels) {
  const std::string root = MakeYtf();
  const absl::Status status =
      LoadDataset({{"root", root}, {"labels", "corrected"}, {"splits", root + "/splits.txt"}})
          .status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("splits.txt has no sixth column"));
  WriteText(root + "/splits_corrected.txt",
            "1,1,Ann/0,Ann/2,1,0\n1,2,Ann/0,Bob/1,0,0\n2,1,Cid/0,Cid/1,1,1\n2,2,Cid/0,Dot/3,0,0");
  const auto contents = LoadDataset({{"root", root}, {"labels", "corrected"}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_FALSE(contents->protocol.pairs[0].genuine);
  EXPECT_TRUE(contents->protocol.pairs[2].genuine);
  EXPECT_EQ(contents->protocol.name, "YouTube Faces, corrected labels (not the official list)");
}

// The official list with one frame for every video; the figures were counted in the list by an
// independent script.
TEST(Ytf, OfficialList) {
  const std::string data = SharedData("ytf");
  if (data.empty()) GTEST_SKIP() << "FACET_DATA has no ytf";
  const std::string root = TestFolder();
  std::filesystem::create_directories(root + "/aligned_images_DB");
  const Json options = {{"root", root}, {"splits", data + "/splits.txt"}, {"source", "aligned"}};
  EXPECT_THAT(std::string(LoadDataset(options).status().message()),
              HasSubstr("3,226 videos of the pairs of YouTube Faces are missing"));
  std::ifstream list(data + "/splits.txt");
  for (std::string line; std::getline(list, line);) {
    std::istringstream fields(line);
    std::string split, pair, first, second;
    fields >> split >> pair >> first >> second;
    for (const std::string& video : {first, second}) {
      const std::string path = video.substr(0, video.size() - 1);  // without the comma
      WriteText(absl::StrCat(root, "/aligned_images_DB/", path, "/aligned_detect_0.1.jpg"), "x");
    }
  }
  const auto contents = LoadDataset(options);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->protocol.num_folds, 10);
  EXPECT_EQ(contents->protocol.name, "YouTube Faces (official)");
  EXPECT_EQ(contents->protocol.templates.size(), 3226u);
  EXPECT_THAT(contents->notices, ElementsAre());
  EXPECT_EQ(contents->protocol.pairs.size(), 5000u);
  std::vector<int> genuine(10), impostor(10);
  for (const Pair& pair : contents->protocol.pairs) {
    ++(pair.genuine ? genuine : impostor)[static_cast<size_t>(pair.fold)];
  }
  EXPECT_THAT(genuine, testing::Each(250));
  EXPECT_THAT(impostor, testing::Each(250));
  std::set<std::string> people;
  for (const Sample& sample : contents->samples) people.insert(sample.identity);
  EXPECT_EQ(people.size(), 1447u);
}

}  // namespace
}  // namespace facet
