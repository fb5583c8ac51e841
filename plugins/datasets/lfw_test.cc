#include <algorithm>

#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Two folds of two matched and two mismatched pairs; six people.
constexpr char kPeople[] = "2\n3\nAnn\t2\nBob_B.\t3\nCid\t1\n3\nDot\t2\nEve\t3\nFay\t1\n";
constexpr char kPairs[] =
    "2\t2\n"
    "Ann\t1\t2\nBob_B.\t1\t3\n"
    "Ann\t1\tBob_B.\t1\nAnn\t2\tCid\t1\n"
    "Dot\t1\t2\nEve\t1\t2\n"
    "Dot\t1\tEve\t1\nDot\t2\tFay\t1\n";
constexpr char kPairsWithoutHeader[] =
    "Ann 1 2\r\nBob_B. 1 3\r\n"
    "Ann 1 Bob_B. 1\r\nAnn 2 Cid 1\r\n"
    "Dot 1 2\r\nEve 1 2\r\n"
    "Dot 1 Eve 1\r\nDot 2 Fay 1";  // CR LF, blanks, no end of the last line

std::string Image(const std::string& name, int number) {
  return absl::StrCat(name, "/", name, "_000", number, ".jpg");
}

// View 2 with all images; Bob's 2 and Eve's 3 are in no pair.
std::string MakeLfw(const std::string& pairs = kPairs, const std::string& people = kPeople) {
  const std::string root = TestFolder();
  WriteText(root + "/pairs.txt", pairs);
  if (!people.empty()) WriteText(root + "/people.txt", people);
  for (const auto& [name, count] : std::vector<std::pair<std::string, int>>{
           {"Ann", 2}, {"Bob_B.", 3}, {"Cid", 1}, {"Dot", 2}, {"Eve", 3}, {"Fay", 1}}) {
    for (int i = 1; i <= count; ++i) WriteText(root + "/images/" + Image(name, i), "x");
  }
  return root;
}

std::string ErrorOf(const std::string& pairs, const std::string& people = kPeople) {
  const auto contents = LoadDataset({{"root", MakeLfw(pairs, people)}, {"view", "2"}});
  EXPECT_FALSE(contents.ok()) << pairs;
  return std::string(contents.status().message());
}

TEST(Lfw, View2) {
  const auto contents = LoadDataset({{"root", MakeLfw()}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  const Protocol& protocol = contents->protocol;
  EXPECT_EQ(protocol.kind, Protocol::Kind::kFolds);
  EXPECT_EQ(protocol.name, "LFW view 2 (not the official list)");
  EXPECT_EQ(protocol.num_folds, 2);
  ASSERT_EQ(contents->samples.size(), 12u);
  EXPECT_EQ(protocol.templates.size(), 10u);
  EXPECT_EQ(contents->samples[3].key, Image("Bob_B.", 2));
  EXPECT_EQ(contents->samples[3].path, "images/" + Image("Bob_B.", 2));
  EXPECT_EQ(contents->samples[3].identity, "Bob_B.");
  EXPECT_EQ(contents->samples[3].fold, 0);
  EXPECT_EQ(contents->samples[11].fold, 1);
  ASSERT_EQ(protocol.pairs.size(), 8u);
  int genuine = 0;
  for (size_t i = 0; i < 8; ++i) {
    const Pair& pair = protocol.pairs[i];
    EXPECT_EQ(pair.fold, i < 4 ? 0 : 1);
    genuine += pair.genuine;
    const auto identity = [&](int64_t index) {
      const int64_t sample = protocol.templates[static_cast<size_t>(index)].samples[0];
      return contents->samples[static_cast<size_t>(sample)].identity;
    };
    EXPECT_EQ(pair.genuine, identity(pair.first) == identity(pair.second));
  }
  EXPECT_EQ(genuine, 4);
  EXPECT_EQ(protocol.templates[static_cast<size_t>(protocol.pairs[1].second)].name,
            Image("Bob_B.", 3));
  EXPECT_TRUE(contents->notices.empty());
}

TEST(Lfw, SameContentsWithoutHeaderWithCrLfBlanksAndNoLastEnd) {
  const auto with = LoadDataset({{"root", MakeLfw()}});
  const auto without = LoadDataset({{"root", MakeLfw(kPairsWithoutHeader)}});
  ASSERT_TRUE(with.ok() && without.ok()) << without.status();
  EXPECT_EQ(without->protocol.num_folds, 2);
  ASSERT_EQ(without->protocol.pairs.size(), with->protocol.pairs.size());
  for (size_t i = 0; i < with->protocol.pairs.size(); ++i) {
    const Pair &a = with->protocol.pairs[i], &b = without->protocol.pairs[i];
    EXPECT_EQ(a.first, b.first);
    EXPECT_EQ(a.second, b.second);
    EXPECT_EQ(a.genuine, b.genuine);
    EXPECT_EQ(a.fold, b.fold);
  }
  // people.txt without its header line, too.
  const auto people =
      LoadDataset({{"root", MakeLfw(kPairs, "3\nAnn 2\nBob_B. 3\nCid 1\n3\nDot 2\nEve 3\nFay 1")}});
  ASSERT_TRUE(people.ok()) << people.status();
  EXPECT_EQ(people->samples[11].fold, 1);
}

TEST(Lfw, OnlyImagesOfPairs) {
  const std::string root = MakeLfw();
  auto contents = LoadDataset({{"root", root}, {"all_images", false}});
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ(contents->samples.size(), 10u);
  // Without people.txt the folds come from the pairs.
  std::filesystem::remove(root + "/people.txt");
  contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->samples.size(), 10u);
  EXPECT_EQ(contents->samples[0].fold, 0);
  EXPECT_EQ(contents->samples[9].fold, 1);
}

TEST(Lfw, MissingImages) {
  const std::string root = MakeLfw();
  std::filesystem::remove(root + "/images/" + Image("Ann", 2));
  std::filesystem::remove(root + "/images/" + Image("Eve", 3));  // in no pair: no matter
  const absl::Status status = LoadDataset({{"root", root}, {"view", "2"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("1 images of the pairs of LFW view 2 are missing: Ann/Ann_0002.jpg"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("6 of 8 pairs are complete"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("missing = \"skip\""));

  const auto skipped = LoadDataset({{"root", root}, {"view", "2"}, {"missing", "skip"}});
  ASSERT_TRUE(skipped.ok()) << skipped.status();
  EXPECT_EQ(skipped->protocol.pairs.size(), 6u);
  EXPECT_EQ(skipped->counts.at("missing images"), 1);
  EXPECT_EQ(skipped->counts.at("skipped pairs"), 2);
  EXPECT_THAT(skipped->notices, ElementsAre(HasSubstr("not official")));
}

// What is left where half of the folds' images are gone.
TEST(Lfw, SkippedImagesTakeTheirFoldsAlong) {
  std::string pairs = kPairs;
  pairs.replace(0, 3, "3\t2");
  pairs += "Gus\t1\t2\nHal\t1\t2\nGus\t1\tHal\t1\nGus\t2\tHal\t2\n";
  const std::string root = MakeLfw(pairs, "");
  const std::string message(LoadDataset({{"root", root}, {"view", "2"}}).status().message());
  EXPECT_THAT(message, HasSubstr("8 of 12 pairs are complete, in 2 of 3 folds"));
  EXPECT_THAT(message, HasSubstr("or leave pairs out with missing = \"skip\""));
  const auto contents = LoadDataset({{"root", root}, {"view", "2"}, {"missing", "skip"}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->protocol.num_folds, 2);
  EXPECT_THAT(contents->notices, ElementsAre(HasSubstr("the figures are not official"),
                                             HasSubstr("1 of 3 folds have no pair left")));
  std::filesystem::remove_all(root + "/images/Dot");
  std::filesystem::remove_all(root + "/images/Eve");
  for (const char* missing : {"refuse", "skip"}) {
    const std::string gone(
        LoadDataset({{"root", root}, {"view", "2"}, {"missing", missing}}).status().message());
    EXPECT_THAT(gone, HasSubstr("4 of 12 pairs are complete, in 1 of 3 folds"));
    EXPECT_THAT(gone, Not(HasSubstr("skip")));  // it would not help
  }
}

TEST(Lfw, ImagesOfAnotherEndingAreForImageList) {
  for (const char* ending : {"png", "JPG", "jpeg"}) {
    const std::string root = MakeLfw();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root + "/images")) {
      if (entry.is_directory()) continue;
      std::filesystem::path renamed = entry.path();
      std::filesystem::rename(entry.path(), renamed.replace_extension(ending));
    }
    EXPECT_THAT(
        std::string(LoadDataset({{"root", root}, {"view", "2"}}).status().message()),
        HasSubstr(absl::StrCat(
            "Ann_0001.", ending,
            " is there, but `lfw` reads NAME_0001.jpg alone, in small letters: "
            "rename the files, or take data = { use = \"image_list\", root = \"",
            root,
            "/images\", list = \"images.csv\", pairs = \"pairs.csv\" }, where images.csv has the "
            "columns path,identity and pairs.csv first,second,genuine,fold")));
    std::filesystem::remove_all(root);
  }
}

TEST(Lfw, View1AndAuto) {
  const std::string root = MakeLfw();
  WriteText(root + "/pairsDevTrain.txt", "2\nAnn 1 2\nBob_B. 1 2\nAnn 1 Bob_B. 2\nAnn 2 Cid 1\n");
  WriteText(root + "/pairsDevTest.txt", "1\nDot\t1\t2\nDot\t1\tEve\t1\n");
  auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ(contents->protocol.name, "LFW view 2 (not the official list)");

  std::filesystem::remove(root + "/images/" + Image("Fay", 1));
  contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->protocol.name, "LFW view 1 (not the official list)");
  EXPECT_EQ(contents->protocol.kind, Protocol::Kind::kSplit);
  EXPECT_EQ(contents->protocol.num_folds, 2);
  ASSERT_EQ(contents->protocol.pairs.size(), 6u);
  EXPECT_EQ(contents->protocol.pairs[3].fold, 0);
  EXPECT_EQ(contents->protocol.pairs[4].fold, 1);
  EXPECT_EQ(contents->samples.front().fold, 0);
  EXPECT_EQ(contents->samples.back().fold, 1);  // Eve
  EXPECT_THAT(contents->notices, ElementsAre(HasSubstr("view 2 are missing: Fay/Fay_0001.jpg")));

  WriteText(root + "/pairsDevTest.txt", "1\nAnn\t1\t2\nDot\t1\tEve\t1\n");
  EXPECT_THAT(std::string(LoadDataset({{"root", root}, {"view", "1"}}).status().message()),
              HasSubstr("pairsDevTest.txt:2: Ann is in fold 2 here and in fold 1 by "
                        "pairsDevTrain.txt:2"));
}

TEST(Lfw, Layouts) {
  const std::string root = MakeLfw();
  std::filesystem::rename(root + "/images", root + "/lfw-deepfunneled");
  auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->samples[0].path, "lfw-deepfunneled/Ann/Ann_0001.jpg");
  std::filesystem::rename(root + "/lfw-deepfunneled", root + "/aligned");
  EXPECT_THAT(std::string(LoadDataset({{"root", root}}).status().message()),
              HasSubstr("images/, lfw/, lfw-deepfunneled/, lfw_funneled/"));
  EXPECT_TRUE(LoadDataset({{"root", root}, {"images", "./aligned/"}}).ok());
  EXPECT_TRUE(
      absl::IsInvalidArgument(LoadDataset({{"root", root}, {"images", "../aligned"}}).status()));
  contents = LoadDataset({{"root", root}, {"images", "aligned"}});
  ASSERT_TRUE(contents.ok()) << contents.status();
}

TEST(Lfw, BrokenPairsNameFileAndLine) {
  EXPECT_THAT(ErrorOf("Ann 1 2\nAnn 1\n"), HasSubstr("pairs.txt:2: a pair has 3 fields"));
  EXPECT_THAT(ErrorOf("Ann 1 x\n"), HasSubstr("pairs.txt:1: \"x\" is no number"));
  EXPECT_THAT(ErrorOf("Ann 0 2\n"), HasSubstr("pairs.txt:1: \"0\" is no number"));
  EXPECT_THAT(ErrorOf("ten pairs\n"), HasSubstr("pairs.txt:1: expected the header"));
  EXPECT_THAT(ErrorOf("Ann 2 2\n"), HasSubstr("pairs.txt:1: the pair is one image with itself"));
  EXPECT_THAT(ErrorOf("Ann 1 2\nAnn 1 Ann 2\n"),
              HasSubstr("pairs.txt:2: a mismatched pair (4 fields) of one person, Ann"));
  EXPECT_THAT(ErrorOf("Ann 1 2\nBob_B. 1 2\nAnn 2 1\n"),
              HasSubstr("pairs.txt:3: the pair of line 1 again"));
  EXPECT_THAT(ErrorOf("1 1\nAnn 1 2\nBob_B. 1 2\n"),
              HasSubstr("pairs.txt:3: by the header (1 x 1 matched and mismatched) this is a "
                        "mismatched pair"));
  EXPECT_THAT(ErrorOf("1 1\nAnn 1 2\nAnn 1 Bob_B. 1\nBob_B. 1 2\n"),
              HasSubstr("pairs.txt:4: more pairs than the header says"));
  EXPECT_THAT(ErrorOf("2 1\nAnn 1 2\nAnn 1 Bob_B. 1\n"),
              HasSubstr("pairs.txt has 2 pairs, its header says 4"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("pairs.txt is empty"));
}

TEST(Lfw, RulesOfTheProtocol) {
  // Dot is in fold 2 of people.txt.
  EXPECT_THAT(ErrorOf("2 1\nAnn 1 2\nAnn 1 Dot 1\nEve 1 2\nEve 1 Fay 1\n"),
              HasSubstr("pairs.txt:3: Dot is in fold 1 here and in fold 2 by people.txt:7"));
  EXPECT_THAT(ErrorOf("2 1\nAnn 1 3\nAnn 1 Bob_B. 1\nEve 1 2\nEve 1 Fay 1\n"),
              HasSubstr("pairs.txt:2: image 3 of Ann, who has 2 by people.txt:3"));
  EXPECT_THAT(ErrorOf("2 1\nAnn 1 2\nAnn 1 Bob_B. 1\nAnn 1 3\nEve 1 Fay 1\n", ""),
              HasSubstr("pairs.txt:4: Ann is in fold 2 here and in fold 1 by pairs.txt:2"));
  EXPECT_THAT(ErrorOf(kPairs, "2\n1\nAnn 2\n1\nAnn 2\n"),
              HasSubstr("people.txt:5: Ann is in people.txt:3 already"));
  EXPECT_THAT(ErrorOf(kPairs, "2\n2\nAnn 2\n1\nDot 2\n"),
              HasSubstr("people.txt:4: expected person 2 of 2 of fold 1"));
  EXPECT_THAT(ErrorOf(kPairs, "2\n1\nAnn 2\nBob_B. 3\n"),
              HasSubstr("people.txt:4: expected a fold's number of people"));
  EXPECT_THAT(ErrorOf(kPairs, "3\n1\nAnn 2\n1\nDot 2\n"),
              HasSubstr("people.txt has 2 folds, its header says 3"));
  EXPECT_THAT(ErrorOf(kPairs, "1\n1\nAnn 2\n"), HasSubstr("people.txt has 1 folds, pairs.txt 2"));
}

// The official lists: counts of the data set's README and of Parkhi et al.'s protocol section.
class OfficialLfw : public testing::Test {
 protected:
  void SetUp() override {
    root_ = SharedData("lfw");
    if (root_.empty()) GTEST_SKIP() << "FACET_DATA has no lfw";
  }
  // The lists with an empty file for every image of people.txt.
  std::string WithAllImages() const {
    const std::string root = TestFolder();
    for (const char* list : {"pairs.txt", "people.txt", "pairsDevTrain.txt", "pairsDevTest.txt"}) {
      std::filesystem::copy(root_ + "/" + list, root + "/" + list);
    }
    std::ifstream people(root + "/people.txt");
    std::string name;
    int count;
    for (std::string line; std::getline(people, line);) {
      std::istringstream fields(line);
      if (!(fields >> name >> count)) continue;
      std::filesystem::create_directories(root + "/lfw/" + name);
      for (int i = 1; i <= count; ++i) {
        char file[16];
        std::snprintf(file, sizeof(file), "_%04d.jpg", i);
        std::ofstream(absl::StrCat(root, "/lfw/", name, "/", name, file));
      }
    }
    return root;
  }
  std::string root_;
};

TEST_F(OfficialLfw, View1IsComplete) {
  const auto contents = LoadDataset({{"root", root_}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->protocol.name, "LFW view 1 (official)");
  EXPECT_EQ(contents->protocol.pairs.size(), 3200u);
  EXPECT_EQ(contents->samples.size(), 4992u);
  EXPECT_EQ(contents->notices.size(), 1u);
}

TEST_F(OfficialLfw, View2IsRefusedBecauseImagesAreMissing) {
  const absl::Status status = LoadDataset({{"root", root_}, {"view", "2"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("of 6,000 pairs are complete"));
}

TEST_F(OfficialLfw, APairLessIsNotOfficial) {
  const auto contents = LoadDataset({{"root", root_}, {"view", "2"}, {"missing", "skip"}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_THAT(contents->protocol.name,
              testing::MatchesRegex("LFW view 2 .not official: the others of 6,000 are missing."));
}

// Line ends and blanks for tabs change no pair; two pairs in another order are another list.
TEST_F(OfficialLfw, TheFormOfTheListDoesNotMatterItsPairsDo) {
  const std::string root = TestFolder();
  std::filesystem::create_directory_symlink(root_ + "/images", root + "/images");
  const auto copy = [&](const std::string& name, bool exchange) {
    std::ifstream list(root_ + "/" + name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(list, line); lines.push_back(line)) {
      std::replace(line.begin(), line.end(), '\t', ' ');
    }
    if (exchange) std::swap(lines[1], lines[2]);
    std::string text;
    for (const std::string& line : lines) text += line + "\r\n";
    WriteText(root + "/" + name, text);
  };
  copy("pairsDevTrain.txt", false);
  copy("pairsDevTest.txt", false);
  EXPECT_EQ(LoadDataset({{"root", root}, {"view", "1"}})->protocol.name, "LFW view 1 (official)");
  copy("pairsDevTest.txt", true);
  EXPECT_EQ(LoadDataset({{"root", root}, {"view", "1"}})->protocol.name,
            "LFW view 1 (not the official list)");
}

TEST_F(OfficialLfw, View2Counts) {
  const auto contents = LoadDataset({{"root", WithAllImages()}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->protocol.name, "LFW view 2 (official)");
  EXPECT_EQ(contents->samples.size(), 13233u);
  EXPECT_EQ(contents->protocol.templates.size(), 7701u);
  EXPECT_EQ(contents->protocol.pairs.size(), 6000u);
  EXPECT_EQ(contents->protocol.num_folds, 10);
  std::vector<int> genuine(10), impostor(10);
  for (const Pair& pair : contents->protocol.pairs) {
    ++(pair.genuine ? genuine : impostor)[static_cast<size_t>(pair.fold)];
  }
  EXPECT_THAT(genuine, testing::Each(300));
  EXPECT_THAT(impostor, testing::Each(300));
  std::vector<std::set<std::string>> people(10);
  std::vector<int64_t> positive_pairs(10);
  std::map<std::string, int64_t> images;
  for (const Sample& sample : contents->samples) {
    people[static_cast<size_t>(sample.fold)].insert(sample.identity);
    positive_pairs[static_cast<size_t>(sample.fold)] += images[sample.identity]++;
  }
  std::vector<size_t> sizes;
  for (const auto& fold : people) sizes.push_back(fold.size());
  EXPECT_THAT(sizes, ElementsAre(601, 555, 552, 560, 567, 527, 597, 601, 580, 609));
  // Positive pairs that the unrestricted protocol offers per fold.
  EXPECT_THAT(positive_pairs,
              ElementsAre(7445, 15905, 3284, 30819, 1872, 9352, 17061, 4834, 4819, 146866));
}

}  // namespace
}  // namespace facet
