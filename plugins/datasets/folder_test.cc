#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"
#include "tests/end_to_end/bad_images.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Keys(const absl::StatusOr<DatasetContents>& contents) {
  EXPECT_TRUE(contents.ok()) << contents.status();
  std::vector<std::string> keys;
  if (contents.ok()) {
    for (const Sample& sample : contents->samples) keys.push_back(sample.key);
  }
  return keys;
}

// b: 3 images, B: 2, a: 1, and what must be ignored.
std::string People() {
  const std::string root = TestFolder();
  for (const char* path : {"b/2.jpg", "b/10.JPEG", "b/1.png", "B/x.jpg", "B/y.jpg", "a/1.jpg",
                           "b/.hidden.jpg", ".git/1.jpg", "b/notes.txt", "top.txt"}) {
    WriteText(root + "/" + path, "x");
  }
  return root;
}

TEST(Folder, ByteOrderExtensionsAndHiddenFiles) {
  const auto contents = LoadDataset({{"root", People()}});
  EXPECT_THAT(Keys(contents),
              ElementsAre("B/x.jpg", "B/y.jpg", "a/1.jpg", "b/1.png", "b/10.JPEG", "b/2.jpg"));
  EXPECT_EQ(contents->samples[3].identity, "b");
  EXPECT_EQ(contents->samples[3].path, "b/1.png");
  EXPECT_EQ(contents->counts.at("identities"), 3);
  EXPECT_EQ(contents->counts.at("images"), 6);
  EXPECT_EQ(contents->counts.at("other files"), 1);
  EXPECT_EQ(contents->protocol.kind, Protocol::Kind::kNone);
}

TEST(Folder, WhatSystemsLeaveIsNobody) {
  const std::string root = People();
  const auto before = LoadDataset({{"root", root}});
  for (const char* path :
       {"@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg", "@eaDir/1.jpg.jpg", "__MACOSX/b/._1.jpg",
        "__MACOSX/1.jpg", "b/@eaDir/2.jpg", "b/Thumbs.db", "Thumbs.db", "desktop.ini",
        "b/desktop.ini", ".DS_Store", "b/.DS_Store", "b/._2.jpg", ".ipynb_checkpoints/2.jpg",
        "$RECYCLE.BIN/2.jpg", "#recycle/2.jpg", "lost+found/2.jpg"}) {
    WriteText(root + "/" + path, "x");
  }
  const auto after = LoadDataset({{"root", root}});
  EXPECT_EQ(Keys(after), Keys(before));
  EXPECT_EQ(after->counts, before->counts);
  EXPECT_EQ(after->notices, before->notices);
}

TEST(Folder, Filters) {
  const std::string root = People();
  EXPECT_THAT(Keys(LoadDataset({{"root", root}, {"min_images", 2}, {"max_images", 2}})),
              ElementsAre("B/x.jpg", "B/y.jpg", "b/1.png", "b/10.JPEG"));
  EXPECT_THAT(Keys(LoadDataset({{"root", root}, {"max_identities", 2}})),
              ElementsAre("B/x.jpg", "B/y.jpg", "a/1.jpg"));
  const auto excluded = LoadDataset({{"root", root}, {"exclude", {"B", "b", "nobody"}}});
  EXPECT_THAT(Keys(excluded), ElementsAre("a/1.jpg"));
  EXPECT_THAT(excluded->notices, ElementsAre(HasSubstr("not there: nobody")));
}

TEST(Folder, CuratedSnapshotByList) {
  const std::string root = People(), list = root + "/../curated_list.txt";
  WriteText(list, "./b/2.jpg\r\nB/x.jpg\r\nb/gone.jpg");
  const auto curated = LoadDataset({{"root", root}, {"list", list}, {"snapshot", "curated"}});
  EXPECT_THAT(Keys(curated), ElementsAre("B/x.jpg", "b/2.jpg"));
  EXPECT_EQ(curated->counts.at("listed images that are missing"), 1);
  EXPECT_THAT(curated->notices, ElementsAre(HasSubstr("1 of 3 images")));

  const auto full = LoadDataset({{"root", root}, {"list", list}});
  ASSERT_EQ(Keys(full).size(), 6u);
  EXPECT_TRUE(full->samples[0].curated);   // B/x.jpg
  EXPECT_FALSE(full->samples[1].curated);  // B/y.jpg

  EXPECT_THAT(
      std::string(LoadDataset({{"root", root}, {"snapshot", "curated"}}).status().message()),
      HasSubstr("needs `list`"));
  WriteText(list, "elsewhere/1.jpg\n");
  const absl::Status status =
      LoadDataset({{"root", root}, {"list", list}, {"snapshot", "curated"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("0 are there (they are relative to root)"));
}

TEST(Folder, AListIsOfNamesAndCommentsByItsRules) {
  const std::string root = People(), list = root + "/../list.txt";
  WriteText(root + "/#hash/1.jpg", "x");
  const auto keys = [&](const std::string& text) {
    WriteText(list, text);
    return Keys(LoadDataset({{"root", root}, {"list", list}, {"snapshot", "curated"}}));
  };
  EXPECT_THAT(keys("# B/x.jpg\n#hash/1.jpg\n#\n./a/1.jpg\nb//2.jpg\n"),
              ElementsAre("#hash/1.jpg", "a/1.jpg", "b/2.jpg"));
  WriteText(list, "a/1.jpg\n../elsewhere/1.jpg\n");
  EXPECT_THAT(std::string(LoadDataset({{"root", root}, {"list", list}}).status().message()),
              HasSubstr("list.txt: \"../elsewhere/1.jpg\" does not lie below the root: write it"));
}

TEST(Folder, NothingFoundSaysWhatWasExpectedAndWhatIsThere) {
  const std::string root = TestFolder();
  WriteText(root + "/1.jpg", "x");
  WriteText(root + "/person/deeper/1.jpg", "x");
  const absl::Status status = LoadDataset({{"root", root}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("/IDENTITY/IMAGE, found 1 folders and 1 files"));
}

TEST(Folder, InnerFoldersAndForeignNamesAreReported) {
  const std::string root = People();
  WriteText(root + "/a/deeper/1.jpg", "x");
  WriteText(root + "/a/G\xfcl.jpg", "x");
  const auto contents = LoadDataset({{"root", root}});
  EXPECT_EQ(Keys(contents).size(), 6u);
  EXPECT_THAT(contents->notices,
              ElementsAre(HasSubstr("1 folders inside identity folders"), HasSubstr("not UTF-8")));
}

TEST(Folder, BrokenImagesAreLeftToTheDetectorUnlessContentDecides) {
  const std::string root = TestFolder();
  const BadImageSet images = WriteBadImages(root, 2, 3);
  ASSERT_EQ(images.good.size(), 6u);
  ASSERT_EQ(images.bad.size(), 6u);
  EXPECT_EQ(Keys(LoadDataset({{"root", root}})).size(), 12u);
  const auto by_content = LoadDataset({{"root", root}, {"accept", "content"}});
  EXPECT_EQ(Keys(by_content).size(), 10u);  // without empty.jpg and text.jpg
  EXPECT_EQ(by_content->counts.at("other files"), 2);
}

TEST(Folder, ImagesThatTheirNamesHideAreCountedAndHowToTakeThemIsSaid) {
  const std::string root = People();
  WriteText(root + "/a/photo.jfif", "\xff\xd8\xff\xe0");
  WriteText(root + "/a/nosuffix", "\xff\xd8\xff\xe0");
  WriteText(root + "/a/moving.gif", "GIF89a");
  const auto contents = LoadDataset({{"root", root}});
  EXPECT_EQ(Keys(contents).size(), 6u);
  EXPECT_THAT(contents->notices,
              ElementsAre("2 files are left out, images by the first bytes but not by the name "
                          "(a/nosuffix, a/photo.jfif); accept = \"content\" takes images by their "
                          "first bytes.",
                          "1 file is left out, of formats that facet cannot decode (1 GIF: "
                          "a/moving.gif); convert to PNG."));
  const std::string hidden = TestFolder() + "/hidden";
  WriteText(hidden + "/a/photo.jfif", "\xff\xd8\xff\xe0");
  EXPECT_THAT(std::string(LoadDataset({{"root", hidden}}).status().message()),
              HasSubstr("accept = \"content\""));
}

TEST(Folder, WhatIsExcludedIsNotMissing) {
  const std::string root = People(), list = root + "/../list.txt";
  WriteText(root + "/#hash/0 1.jpg", "x");
  Json options = {
      {"root", root}, {"list", list}, {"snapshot", "curated"}, {"exclude", {"#hash", "B"}}};
  const auto error = [&](const std::string& text) {
    WriteText(list, text);
    return std::string(LoadDataset(options).status().message());
  };
  EXPECT_THAT(
      error("#hash/0 1.jpg\n"),
      HasSubstr("found 4 folders and 1 files; `exclude` leaves out 2 identities; of the 1 "
                "paths in " +
                list + ", 1 is of an identity that `exclude` names; of the others, 0 are there"));
  EXPECT_THAT(error("#hash/0 1.jpg\nB/x.jpg\nb/gone.jpg\n"),
              HasSubstr("2 are of identities that `exclude` names; of the others, 0 are there"));
  WriteText(list, "a/1.jpg\na/gone.jpg\nB/gone.jpg\n");
  const auto contents = LoadDataset(options);
  EXPECT_THAT(Keys(contents), ElementsAre("a/1.jpg"));
  EXPECT_THAT(contents->notices, ElementsAre(HasSubstr("1 of 3 images that")));
  EXPECT_THAT(std::string(LoadDataset({{"root", root}, {"exclude", {"#hash", "B", "a", "b", "c"}}})
                              .status()
                              .message()),
              HasSubstr("found 4 folders and 1 files; `exclude` leaves out 4 identities"));
}

TEST(Folder, ExcludedNamesThatAreNotThereAreShown) {
  Json exclude = {"#Hash", "A", "a"};
  const std::string root = People();
  const auto notices = [&] { return LoadDataset({{"root", root}, {"exclude", exclude}})->notices; };
  EXPECT_THAT(notices(), ElementsAre("`exclude` names identities that are not there: #Hash, A."));
  for (const char* name : {"p", "q", "r", "s", "t"}) exclude.push_back(name);
  EXPECT_THAT(
      notices(),
      ElementsAre("`exclude` names identities that are not there: #Hash, A, p, q, r and 2 more."));
}

TEST(Folder, LinksThatLeadNowhereAreSaid) {
  const std::string root = People();
  std::filesystem::create_symlink("/no/such/disk/2.jpg", root + "/B/2.jpg");
  std::filesystem::create_symlink("/no/such/disk/c", root + "/c");
  const auto contents = LoadDataset({{"root", root}});
  EXPECT_EQ(Keys(contents).size(), 6u);
  EXPECT_THAT(contents->notices,
              ElementsAre("2 links lead nowhere (c, B/2.jpg): is a disk not mounted?"));
  EXPECT_THAT(LoadDataset({{"root", root}, {"exclude", {"B", "c"}}})->notices, IsEmpty());
  const std::string all = TestFolder() + "/all";
  WriteText(all + "/notes.txt", "x");
  std::filesystem::create_symlink("/no/such/disk/a", all + "/a");
  EXPECT_THAT(std::string(LoadDataset({{"root", all}}).status().message()),
              HasSubstr("1 link leads nowhere (a): is a disk not mounted?"));
}

TEST(Folder, ImagesBesideTheFoldersAreCountedAndWhereTheyBelongIsSaid) {
  const std::string root = People();
  WriteText(root + "/loose2.jpg", "x");
  WriteText(root + "/loose1.PNG", "x");
  WriteText(root + "/IMG_0001", "\xff\xd8\xff\xe0");
  const auto contents = LoadDataset({{"root", root}});
  EXPECT_EQ(Keys(contents).size(), 6u);
  EXPECT_THAT(contents->notices,
              ElementsAre("2 images lie beside the identities' folders and are nobody's "
                          "(loose1.PNG, loose2.jpg): each identity needs a folder of its own; the "
                          "data set `images` takes images of nobody in particular, `image_list` "
                          "any layout."));
  WriteText(root + "/a/2", "\xff\xd8\xff\xe0");
  EXPECT_THAT(LoadDataset({{"root", root}, {"accept", "content"}})->notices,
              ElementsAre(HasSubstr("1 image lies beside the identities' folders and is nobody's "
                                    "(IMG_0001)")));
}

TEST(Folder, CelebA) {
  const std::string root = SharedData("celeba");
  if (root.empty()) GTEST_SKIP() << "FACET_DATA has no celeba";
  const auto contents = LoadDataset({{"root", root}});
  EXPECT_EQ(Keys(contents).size(), 4917u);
  EXPECT_EQ(contents->counts.at("identities"), 234);
}

}  // namespace
}  // namespace facet
