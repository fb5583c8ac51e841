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
}

TEST_F(ExcludeTest, NoListIsAnError) {
  EXPECT_THAT(std::string(Run(Json::object()).status().message()), HasSubstr("exclude_lists"));
}

}  // namespace
}  // namespace facet
