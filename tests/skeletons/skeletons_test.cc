// What `facet plugins new` copies, as its user has it: a library in a folder of the plugin path and
// an experiment, which is valid, runs to its end, and shows the new component's figure in the table.
#include <filesystem>
#include <regex>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/api/kinds.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

class SkeletonTest : public EndToEndTest, public testing::WithParamInterface<KindInfo> {
 protected:
  static std::string FileOf(const KindInfo& kind, const std::string& name) {
    return fs::absolute(absl::StrCat("plugins/", kind.folder, "/skeleton/", name)).string();
  }
  static std::string Name() { return "new_" + GetParam().name; }

  // With the libraries of all kinds in one folder, and one store: most rows share their images.
  Ending Run(const std::string& verb) const {
    const std::string libraries = testing::TempDir() + "/plugins";
    fs::create_directories(libraries);
    for (const KindInfo& kind : Kinds()) {
      const std::string file = absl::StrCat("libnew_", kind.name, ".so");
      fs::copy_file(FileOf(kind, file), absl::StrCat(libraries, "/", file),
                    fs::copy_options::skip_existing);
    }
    return Facet({"--store", testing::TempDir() + "/store", "--plugin-path", libraries, verb,
                  FileOf(GetParam(), Name() + ".toml")});
  }
};

TEST_P(SkeletonTest, ItsExperimentIsValid) {
  const Ending check = Run("check");
  EXPECT_EQ(check.exit_code, 0) << check.err << check.out;
  EXPECT_THAT(check.out, testing::HasSubstr("all fine"));
}

TEST_P(SkeletonTest, ItsExperimentGivesAFigure) {
  const Ending run = Run("run");
  EXPECT_EQ(run.exit_code, 0) << run.err << run.out;
  EXPECT_TRUE(std::regex_search(run.out,
                                std::regex(absl::StrCat("\n", Name(), " +", Name(), " +[\\d.]+ "))))
      << run.out;
}

INSTANTIATE_TEST_SUITE_P(Kinds, SkeletonTest, testing::ValuesIn(Kinds()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace facet
