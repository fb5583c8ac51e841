#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kList[] =
    "path,identity,key,x,y,width,height,lx1,ly1,lx2,ly2,pose,rank,curated,video,frame\n"
    "a/1.jpg,Ann,,1,2,30,40,10,20,30,20,frontal,3,0,,\n"
    "a/1.jpg,Bob,,50,2,30,40,,,,,left,,,,\n"
    "\"b,c/2.jpg\",Ann,two,,,,,,,,,,,,,\n"
    "v/1.jpg,Cid,,,,,,,,,,,,,Cid/0,7\n"
    "v/2.jpg,Cid,,,,,,,,,,,,,Cid/0,8\n"
    "d/1.jpg,Cid,,,,,,,,,,,,,,\n"
    "d/2.jpg,,,,,,,,,,,,,,,\n";
constexpr char kPairs[] =
    "first;second;genuine;fold\n"
    "a/1.jpg;two;1;0\na/1.jpg;a/1.jpg#2;false;0\n"
    "Cid/0;d/1.jpg;true;1\nCid/0;d/2.jpg;0;1\n";

std::string MakeImages() {
  const std::string root = TestFolder();
  for (const char* path : {"a/1.jpg", "b,c/2.jpg", "v/1.jpg", "v/2.jpg", "d/1.jpg", "d/2.jpg"}) {
    WriteText(absl::StrCat(root, "/images/", path), "x");
  }
  WriteText(root + "/list.csv", kList);
  WriteText(root + "/pairs.csv", kPairs);
  return root;
}

Json Options(const std::string& root, bool pairs) {
  Json options = {{"root", root + "/images"}, {"list", root + "/list.csv"}};
  if (pairs) options["pairs"] = root + "/pairs.csv";
  return options;
}

TEST(ImageList, EveryColumn) {
  const auto contents = LoadDataset(Options(MakeImages(), false));
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->samples.size(), 7u);
  const Sample& first = contents->samples[0];
  EXPECT_EQ(first.key, "a/1.jpg");
  EXPECT_EQ(first.identity, "Ann");
  EXPECT_EQ(first.box->height, 40);
  EXPECT_EQ(first.landmarks.scheme, LandmarkScheme::kEyes2);
  EXPECT_EQ(first.landmarks.points[1].x, 30);
  EXPECT_EQ(first.pose, Pose::kFrontal);
  EXPECT_EQ(first.rank, 3);
  EXPECT_FALSE(first.curated);
  EXPECT_EQ(first.fold, -1);
  // The second face of the same image.
  EXPECT_EQ(contents->samples[1].key, "a/1.jpg#2");
  EXPECT_EQ(contents->samples[1].path, "a/1.jpg");
  EXPECT_EQ(contents->samples[1].landmarks.scheme, LandmarkScheme::kNone);
  EXPECT_TRUE(contents->samples[1].curated);
  EXPECT_EQ(contents->samples[2].key, "two");
  EXPECT_EQ(contents->samples[2].path, "b,c/2.jpg");
  EXPECT_FALSE(contents->samples[2].box.has_value());
  EXPECT_EQ(contents->samples[3].video, "Cid/0");
  EXPECT_EQ(contents->samples[4].frame, 8);
  EXPECT_EQ(contents->protocol.kind, Protocol::Kind::kNone);
}

TEST(ImageList, PairsOfImagesAndVideos) {
  const std::string root = MakeImages();
  auto contents = LoadDataset(Options(root, true));
  ASSERT_TRUE(contents.ok()) << contents.status();
  const Protocol& protocol = contents->protocol;
  EXPECT_EQ(protocol.kind, Protocol::Kind::kFolds);
  EXPECT_EQ(protocol.num_folds, 2);
  ASSERT_EQ(protocol.pairs.size(), 4u);
  EXPECT_TRUE(protocol.pairs[0].genuine);
  EXPECT_FALSE(protocol.pairs[1].genuine);
  const Template& video = protocol.templates[static_cast<size_t>(protocol.pairs[2].first)];
  EXPECT_EQ(video.name, "Cid/0");
  EXPECT_THAT(video.samples, ElementsAre(3, 4));
  EXPECT_EQ(contents->samples[0].fold, 0);
  EXPECT_EQ(contents->samples[5].fold, 1);
  EXPECT_EQ(contents->samples[6].fold, -1);  // its identity is not known

  Json split = Options(root, true);
  split["protocol"] = "split";
  split["name"] = "mine";
  contents = LoadDataset(split);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->protocol.kind, Protocol::Kind::kSplit);
  EXPECT_EQ(contents->protocol.name, "mine (pairs.csv)");

  // Without folds: equal runs.
  WriteText(root + "/pairs.csv",
            "first,second,genuine\na/1.jpg,two,1\na/1.jpg,a/1.jpg#2,0\nCid/0,d/1.jpg,1\n");
  Json runs = Options(root, true);
  runs["folds"] = 3;
  contents = LoadDataset(runs);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->protocol.num_folds, 3);
  EXPECT_EQ(contents->protocol.pairs[2].fold, 2);
  EXPECT_EQ(contents->samples[0].fold, -1);  // Ann is in pairs of folds 0 and 1
  EXPECT_THAT(std::string(LoadDataset(Options(root, true)).status().message()),
              HasSubstr("has 3 pairs in 10 folds"));
}

TEST(ImageList, MissingImages) {
  const std::string root = MakeImages();
  std::filesystem::remove(root + "/images/b,c/2.jpg");
  EXPECT_THAT(std::string(LoadDataset(Options(root, true)).status().message()),
              HasSubstr("1 of 7 listed images are missing: b,c/2.jpg"));
  Json options = Options(root, true);
  options["missing"] = "skip";
  const auto contents = LoadDataset(options);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->samples.size(), 6u);
  ASSERT_EQ(contents->protocol.pairs.size(), 3u);
  EXPECT_EQ(contents->counts.at("skipped pairs"), 1);
  const Protocol& protocol = contents->protocol;
  const Template& video = protocol.templates[static_cast<size_t>(protocol.pairs[1].first)];
  EXPECT_THAT(video.samples, ElementsAre(2, 3));
  std::filesystem::remove(root + "/images/v/1.jpg");
  EXPECT_THAT(std::string(LoadDataset(options).status().message()),
              HasSubstr("pairs are left in 1 of 2 folds; cross-validation needs 2"));
  std::filesystem::remove_all(root + "/images");
  for (const char* missing : {"refuse", "skip"}) {
    options["missing"] = missing;
    const std::string message(LoadDataset(options).status().message());
    EXPECT_THAT(message, HasSubstr("7 of 7 listed images are missing"));
    EXPECT_THAT(message, Not(HasSubstr("missing = \"skip\"")));  // it would not help
  }
}

TEST(ImageList, SkippedImagesTakeTheirFoldsAlong) {
  const std::string root = MakeImages();
  WriteText(
      root + "/pairs.csv",
      "first,second,genuine,fold\na/1.jpg,two,1,0\na/1.jpg,d/1.jpg,0,1\nv/1.jpg,d/1.jpg,1,2\n");
  std::filesystem::remove(root + "/images/b,c/2.jpg");
  Json options = Options(root, true);
  options["missing"] = "skip";
  const auto contents = LoadDataset(options);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->protocol.num_folds, 2);
  EXPECT_EQ(contents->protocol.pairs[1].fold, 1);
  EXPECT_EQ(contents->counts.at("folds without pairs"), 1);
  EXPECT_THAT(contents->notices,
              ElementsAre(HasSubstr("1 of 7 listed images"), HasSubstr("1 of 3 folds have no pair"),
                          HasSubstr("pairs.csv: fold 0 of 2 (counted from 0) has no genuine pair, "
                                    "and 1 more are of one kind alone")));
}

TEST(ImageList, AdviceOnFoldsOfOneKindIsOfTheTableThatIsThere) {
  const std::string root = MakeImages();
  Json options = Options(root, true);
  const auto notice = [&](const std::string& table) {
    WriteText(root + "/pairs.csv", table);
    const auto contents = LoadDataset(options);
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.ok() && contents->notices.size() == 1 ? contents->notices[0] : "";
  };
  const std::string genuine = "d/1.jpg,v/1.jpg,1", genuine2 = "d/1.jpg,v/2.jpg,1",
                    impostor = "d/1.jpg,two,0", impostor2 = "v/1.jpg,two,0";
  EXPECT_THAT(notice("first,second,genuine,fold\n" + genuine + ",0\n" + impostor + ",1\n"),
              EndsWith("fold 0 of 2 (counted from 0) has no impostor pair, and 1 more are of one "
                       "kind alone, so no error rate of it alone: the column `fold` must give each "
                       "fold pairs of both kinds."));
  EXPECT_THAT(
      notice("first,second,genuine,fold\n" + genuine + ",0\n" + genuine2 + ",1\n"),
      EndsWith("pairs.csv: there is no impostor pair at all, so no error rate: add impostor "
               "pairs."));
  const std::string head = "first,second,genuine\n";
  options["folds"] = 3;
  EXPECT_THAT(notice(head + genuine + "\n" + genuine2 + "\n" + impostor + "\n"),
              EndsWith("a column `fold` mixes them, or the option `folds` with a smaller number."));
  options["folds"] = 2;
  EXPECT_THAT(notice(head + genuine + "\n" + impostor + "\n"),
              EndsWith(": a column `fold` mixes them."));
  EXPECT_THAT(notice(head + impostor + "\n" + impostor2 + "\n"),
              EndsWith("there is no genuine pair at all, so no error rate: add genuine pairs."));
  options["protocol"] = "split";
  options["folds"] = 10;
  EXPECT_THAT(notice(head + genuine + "\n" + impostor + "\n"),
              EndsWith(": a column `fold` mixes them."));
}

TEST(ImageList, NamesThatBeginWithANumberSignAreRows) {
  const std::string root = TestFolder();
  WriteText(root + "/images/#hash/0 1.jpg", "x");
  WriteText(root + "/images/a/1.jpg", "x");
  WriteText(root + "/list.csv", "path,identity\n#hash/0 1.jpg,#hash\n./a//1.jpg,a\n");
  const auto contents = LoadDataset(Options(root, false));
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->samples.size(), 2u);
  EXPECT_EQ(contents->samples[0].path, "#hash/0 1.jpg");
  EXPECT_EQ(contents->samples[0].identity, "#hash");
  EXPECT_EQ(contents->samples[1].key, "a/1.jpg");
  EXPECT_TRUE(contents->notices.empty());
}

TEST(ImageList, PairsNameImagesWithOrWithoutADotAndSlash) {
  const std::string root = MakeImages();
  WriteText(root + "/list.csv",
            "path,identity,key,video\n./a/1.jpg,Ann,,\n./a/1.jpg,Bob,,\nd/1.jpg,Ann,,\n"
            "d/2.jpg,Bob,./k,\nv/1.jpg,Bob,,./Bob/0\n");
  WriteText(root + "/pairs.csv",
            "first,second,genuine,fold\n./a/1.jpg,d/1.jpg,1,0\n./d//1.jpg,./a/1.jpg#2,0,0\n"
            "a/1.jpg,k,0,1\n./k,Bob/0,1,1\n");
  const auto contents = LoadDataset(Options(root, true));
  ASSERT_TRUE(contents.ok()) << contents.status();
  const Protocol& protocol = contents->protocol;
  std::vector<std::string> names;
  for (const Template& name : protocol.templates) names.push_back(name.name);
  EXPECT_THAT(names, ElementsAre("a/1.jpg", "d/1.jpg", "a/1.jpg#2", "./k", "./Bob/0"));
  EXPECT_EQ(protocol.pairs[2].first, protocol.pairs[0].first);
  const auto pair_error = [&](const std::string& row) {
    WriteText(root + "/pairs.csv", "first,second,genuine,fold\n" + row);
    return std::string(LoadDataset(Options(root, true)).status().message());
  };
  EXPECT_THAT(pair_error("./a/1.jpg,a/1.jpg,1,0\n"), HasSubstr("one template with itself"));
  EXPECT_THAT(pair_error("../a/1.jpg,d/1.jpg,1,0\n"),
              HasSubstr("pairs.csv:2: \"../a/1.jpg\" is no key and no video of the list"));
}

TEST(ImageList, AnExactNameIsPreferred) {
  const std::string root = MakeImages();
  WriteText(
      root + "/list.csv",
      "path,identity,key\na/1.jpg,Ann,k\nd/1.jpg,Bob,./k\nd/2.jpg,Bob,./x\nv/1.jpg,Bob,.//x\n");
  WriteText(root + "/pairs.csv", "first,second,genuine,fold\nk,./k,0,0\n././k,./x,0,1\n");
  const auto contents = LoadDataset(Options(root, true));
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->protocol.templates[1].name, "./k");
  EXPECT_EQ(contents->protocol.pairs[1].first, contents->protocol.pairs[0].first);
  WriteText(root + "/pairs.csv", "first,second,genuine,fold\nk,x,0,0\n");
  EXPECT_THAT(std::string(LoadDataset(Options(root, true)).status().message()),
              HasSubstr("\"x\" is no key"));  // of two that it may be
}

TEST(ImageList, WhatIsListedAgainIsSaid) {
  const std::string root = MakeImages();
  WriteText(root + "/list.csv",
            "path,identity,x,y,width,height\na/1.jpg,Ann,1,2,30,40\na/1.jpg,Bob,50,2,30,40\n"
            "d/1.jpg,Cid,,,,\n./d/1.jpg,Cid,,,,\na/1.jpg,Cid,1,2,30,40\nd/2.jpg,Dot,,,,\n");
  WriteText(root + "/pairs.csv",
            "first,second,genuine,fold\na/1.jpg,d/1.jpg,0,0\nd/1.jpg,d/1.jpg#2,1,0\n"
            "d/1.jpg,a/1.jpg,0,1\nd/1.jpg#2,d/1.jpg,1,1\nd/1.jpg,d/2.jpg,0,1\n");
  const auto contents = LoadDataset(Options(root, true));
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->samples.size(), 6u);  // nothing is left out
  EXPECT_EQ(contents->protocol.pairs.size(), 5u);
  EXPECT_THAT(contents->notices,
              ElementsAre(HasSubstr("list.csv: 2 rows are of an image and face that an earlier row "
                                    "has (line 5 repeats line 4, ...); each counts"),
                          HasSubstr("pairs.csv: 2 pairs occur again, in one order or the other "
                                    "(line 4 repeats line 2, ...); each counts again")));
}

TEST(ImageList, BrokenTablesNameFileAndLine) {
  const std::string root = MakeImages();
  const auto list_error = [&](const std::string& text) {
    WriteText(root + "/list.csv", text);
    return std::string(LoadDataset(Options(root, false)).status().message());
  };
  EXPECT_THAT(list_error("path,name\na/1.jpg,Ann\n"),
              HasSubstr("has no column \"identity\"; columns: path, name"));
  EXPECT_THAT(list_error("path,identity,widht\na/1.jpg,Ann,3\n"),
              HasSubstr("unknown column \"widht\""));
  EXPECT_THAT(list_error("path,identity,widht\na/1.jpg,Ann,3\n"), HasSubstr("mean \"width\"?"));
  EXPECT_THAT(list_error("path,identity,x\na/1.jpg,Ann,3\n"), HasSubstr("a box needs the columns"));
  EXPECT_THAT(list_error("path,identity,lx1,ly1\na/1.jpg,Ann,3,4\n"),
              HasSubstr("of 1 landmarks; schemes have 2, 5, 9 or 68"));
  EXPECT_THAT(list_error("path,identity,x,y,width,height\na/1.jpg,Ann,3,4,,\n"),
              HasSubstr("list.csv:2: of x to height either all are given or none"));
  EXPECT_THAT(list_error("path,identity,x,y,width,height\na/1.jpg,Ann,3,4,0,1\n"),
              HasSubstr("list.csv:2: the box has no area"));
  EXPECT_THAT(list_error("path,identity\n../1.jpg,Ann\n"),
              HasSubstr("list.csv:2: path \"../1.jpg\" does not lie below the root: write it"));
  EXPECT_THAT(list_error("path,identity\n/1.jpg,Ann\n"),
              HasSubstr("list.csv:2: path \"/1.jpg\" does not lie below the root"));
  EXPECT_THAT(list_error("path,identity\n./,Ann\n"),
              HasSubstr("list.csv:2: path \"./\" names no file"));
  EXPECT_THAT(list_error("#path,identity\na/1.jpg,Ann\n"),
              HasSubstr("has no column \"path\"; columns: #path, identity (a table has no "
                        "comments: the first line is the header)"));
  EXPECT_THAT(list_error("path,identity,key\na/1.jpg,Ann,k\nd/1.jpg,Ann,k\n"),
              HasSubstr("list.csv:3: key \"k\" is in line 2 already"));
  EXPECT_THAT(list_error("path,identity,pose\na/1.jpg,Ann,up\n"), HasSubstr("list.csv:2: "));
  EXPECT_THAT(list_error("path,identity\n"), HasSubstr("lists no images"));
  WriteText(root + "/list.csv", kList);
  const auto pair_error = [&](const std::string& text) {
    WriteText(root + "/pairs.csv", text);
    return std::string(LoadDataset(Options(root, true)).status().message());
  };
  const std::string head = "first,second,genuine,fold\n";
  EXPECT_THAT(pair_error("first,second\n"), HasSubstr("has no column \"genuine\""));
  EXPECT_THAT(pair_error(head), HasSubstr("lists no pairs"));
  EXPECT_THAT(pair_error(head + "a/1.jpg,x,1,0\n"),
              HasSubstr("pairs.csv:2: \"x\" is no key and no video of the list"));
  EXPECT_THAT(pair_error(head + "two,two,1,0\n"), HasSubstr("one template with itself"));
  EXPECT_THAT(pair_error(head + "a/1.jpg,two,0,0\n"),
              HasSubstr("pairs.csv:2: genuine is 0, but the list says \"Ann\" and \"Ann\""));
  EXPECT_THAT(pair_error(head + "a/1.jpg,two,1,1\n"), HasSubstr("no pair is in fold 0"));
  EXPECT_THAT(pair_error(head + "a/1.jpg,two,1,\n"), HasSubstr("fold is a number from 0 on"));
  EXPECT_THAT(pair_error(head + "a/1.jpg,two,1,0\n"), HasSubstr("has 1 pairs in 1 folds"));
}

}  // namespace
}  // namespace facet
