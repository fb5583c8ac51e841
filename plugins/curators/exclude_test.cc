// Three people and two lists of names.
#include <filesystem>

#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/manifest/manifest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExcludeTest : public testing::Test {
 protected:
  ExcludeTest()
      : folder_(testing::TempDir() + "/exclude_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()),
        surroundings_((std::filesystem::remove_all(folder_), folder_)) {
    const auto manifest = Manifest::Create(folder_ + "/working").value();
    for (const char* name : {"Ann_Lee", "Bea Ray", "Cid Poe"}) {
      ManifestIdentity identity;
      identity.name = name;
      EXPECT_TRUE(manifest->AddIdentity(identity).ok());
    }
    EXPECT_TRUE(manifest->Freeze(surroundings_.context.manifest).ok());
  }
  absl::StatusOr<CurationResult> Run(const Json& options) {
    std::filesystem::remove(surroundings_.output());
    FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(Dump(options)));
    return curator->Curate(surroundings_.context);
  }
  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    ASSERT_TRUE(WriteFileAtomically(path, text).ok());
  }
  std::vector<std::string> Left() const {
    const auto manifest = Manifest::OpenFrozen(surroundings_.output()).value();
    std::vector<std::string> names;
    const auto left = manifest->Identities("exclude").value();
    for (const ManifestIdentity& each : left) names.push_back(each.name);
    return names;
  }

  const std::string folder_;
  CuratorSurroundings surroundings_;
};

TEST_F(ExcludeTest, WhoIsInAListIsOut) {
  Write(folder_ + "/lists/lfw.txt", "# People\nANN LEE\nNobody Else\n");
  Write(folder_ + "/lists/ytf.txt", "Ann Lee\ncid_poe\n");
  const auto result = Run({{"exclude_lists", folder_ + "/lists"}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(Left(), ElementsAre("Bea Ray"));
  std::map<std::string, double> values;
  for (const Metric& metric : result->metrics) values[metric.name] = metric.value;
  EXPECT_EQ(values["people removed, in lfw"], 1);
  EXPECT_EQ(values["people removed, in ytf"], 1);
  EXPECT_EQ(values["persons"], 1);
}

TEST_F(ExcludeTest, FindsTheListOfTheStageBefore) {
  Write(surroundings_.context.input_folder + "/exclude.txt", "Bea Ray\n");
  ASSERT_TRUE(Run(Json::object()).ok());
  EXPECT_THAT(Left(), ElementsAre("Ann_Lee", "Cid Poe"));
  Write(surroundings_.context.input_folder + "/exclude.txt", "");
  const auto result = Run(Json::object());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->notices, ElementsAre(HasSubstr("0 names of the benchmarks")));
}

TEST_F(ExcludeTest, TheListsOfBenchmarksAreReadAsTheyCome) {
  Write(folder_ + "/lists/people.txt", "1\n2\nAnn_Lee\t3\nNo_Body\t1\n");
  Write(folder_ + "/lists/splits.txt",
        "split number, pair number, first name, second name, is same\n"
        "1, 1, Cid_Poe/0, Cid_Poe/2, 1\n");
  ASSERT_TRUE(Run({{"exclude_lists", folder_ + "/lists"}}).ok());
  EXPECT_THAT(Left(), ElementsAre("Bea Ray"));
  Write(folder_ + "/pairs.txt", "10\t300\nNo_Body\t1\t4\nBea_Ray\t1\tNo_Body\t2\n");
  ASSERT_TRUE(Run({{"exclude", folder_ + "/pairs.txt"}}).ok());
  EXPECT_THAT(Left(), ElementsAre("Ann_Lee", "Cid Poe"));
}

TEST_F(ExcludeTest, AListThatLeavesNobodyOutIsTold) {
  Write(folder_ + "/l.txt", "No Body\nSome One\n");
  const auto result = Run({{"exclude", folder_ + "/l.txt"}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->notices, ElementsAre("None of the 3 people is among the 2 names of l."));
  const auto refused = [&](const std::string& text) {
    Write(folder_ + "/l.txt", text);
    return std::string(Run({{"exclude", folder_ + "/l.txt"}}).status().message());
  };
  EXPECT_THAT(refused(""), HasSubstr("l.txt has no names"));
  EXPECT_THAT(refused("# people\n10\t300\n"), HasSubstr("l.txt has no names"));
  EXPECT_THAT(refused("Andr\xe9 Poe\n"), HasSubstr("l.txt is not UTF-8"));
  Write(folder_ + "/lists/lfw.csv", "Ann Lee\n");
  EXPECT_THAT(std::string(Run({{"exclude_lists", folder_ + "/lists"}}).status().message()),
              HasSubstr("has no list that ends in .txt"));
}

TEST_F(ExcludeTest, NoListIsAnError) {
  EXPECT_THAT(std::string(Run(Json::object()).status().message()), HasSubstr("exclude_lists"));
}

}  // namespace
}  // namespace facet
