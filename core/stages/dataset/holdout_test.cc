#include "core/stages/dataset/holdout.h"

#include <filesystem>
#include <fstream>

#include "core/pipeline/context_testing.h"
#include "core/records/samples.h"
#include "core/stages/dataset/dataset.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

DatasetContents People(const std::vector<std::string>& identities) {
  DatasetContents contents;
  for (const std::string& identity : identities) {
    Sample sample;
    sample.key = sample.path = absl::StrCat("a/", contents.samples.size(), ".jpg");
    sample.identity = identity;
    contents.samples.push_back(sample);
  }
  return contents;
}

std::string Write(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(Holdout, LeavesOutThePeopleOfAllLists) {
  DatasetContents contents =
      People({"G\xc3\xa9rard Depardieu", "Gerard_Depardieu", "Ann_Bee", "Cid", "Dot", "Eve"});
  contents.protocol.kind = Protocol::Kind::kFolds;
  contents.protocol.templates = {{"t", {5}}};
  const Json settings = {{"lfw", Write("people.txt", "1\n2\nGerard_Depardieu\t2\nFay\t1\n")},
                         {"ytf", Write("splits.txt", "1, 1, Ann_Bee/0, Ann_Bee/1, 1\n")},
                         {"names", Write("names.txt", "DOT.\n")}};
  ASSERT_TRUE(ApplyHoldout(settings, &contents).ok());
  ASSERT_EQ(contents.samples.size(), 2u);
  EXPECT_EQ(contents.samples[0].identity, "Cid");
  EXPECT_EQ(contents.samples[1].identity, "Eve");
  EXPECT_EQ(contents.protocol.kind, Protocol::Kind::kNone);
  EXPECT_TRUE(contents.protocol.templates.empty());
  // People are counted as the training set spells them.
  EXPECT_EQ(contents.counts.at("held-out people"), 4);
  EXPECT_EQ(contents.counts.at("held-out images"), 4);
  EXPECT_THAT(contents.notices,
              ElementsAre(HasSubstr("4 of 6 people, 4 of 6 images, who are on lfw (2 names), ytf "
                                    "(1 names), names (1 names): G\xc3\xa9rard Depardieu, "
                                    "Gerard_Depardieu, Ann_Bee and 1 more.")));
}

TEST(Holdout, NobodyAndEverybody) {
  const Json settings = {{"names", Write("names.txt", "Ann\nBob\n._.\n")}};
  DatasetContents contents = People({"7357", "", "7357"});
  contents.protocol.kind = Protocol::Kind::kFolds;
  ASSERT_TRUE(ApplyHoldout(settings, &contents).ok());
  EXPECT_EQ(contents.samples.size(), 3u);
  EXPECT_EQ(contents.protocol.kind, Protocol::Kind::kFolds);
  EXPECT_THAT(contents.notices, ElementsAre(HasSubstr("Nobody was held out")));
  contents = People({"Ann", "BOB"});
  const absl::Status status = ApplyHoldout(settings, &contents);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("leaves no training images: all 2 people"));
}

class FakeDataset final : public Dataset {
 public:
  absl::StatusOr<DatasetContents> Load() override { return People({"Ann", "Bob", "Cid"}); }
};

TEST(Holdout, IsPartOfTheDatasetStage) {
  const std::string folder = testing::TempDir() + "/holdout_stage";
  std::filesystem::remove_all(folder);
  FakeContext context(
      folder,
      {{"data",
        {"", "dataset", "fake", Json::object(), [] { return std::make_unique<FakeDataset>(); }}}},
      {{"holdout", {{"names", Write("names.txt", "bob\n")}}}});
  ASSERT_TRUE(RunDataset(context).ok());
  const auto read =
      ReadDataset(context.output_ + "/samples.jsonl", context.output_ + "/protocol.json");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->samples.size(), 2u);
  EXPECT_EQ(read->samples[1].identity, "Cid");
  EXPECT_EQ(context.counts_.at("held-out people"), 1);
  context.settings_["holdout"]["names"] = "/no/such/file";
  EXPECT_THAT(std::string(RunDataset(context).message()), HasSubstr("/no/such/file"));
}

}  // namespace
}  // namespace facet
