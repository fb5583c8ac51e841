// Plugins of another header than this facet's, on the real program.
#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;
using testing::Not;

class OldPluginsTest : public EndToEndTest {
 protected:
  void SetUp() override {
    EndToEndTest::SetUp();
    fs::create_directory(folder() + "/plugins");
    for (const char* const file : {"libprevious_loss.so", "libearlier_sampler.so"}) {
      fs::copy_file(absl::StrCat("tests/interface/", file), Library(file));
    }
  }

  std::string Library(const std::string& file) const { return folder() + "/plugins/" + file; }

  Ending WithPlugins(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--plugin-path", "plugins"});
    return Facet(arguments);
  }
};

TEST_F(OldPluginsTest, OfTheInterfaceBeforeIsRefusedInOneSentence) {
  const Ending list = WithPlugins({"plugins", "list"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_EQ(list.err, absl::StrCat("warning: ", Library("libprevious_loss.so"),
                                   ": built for plugin interface ", kInterfaceVersion - 1,
                                   ", this facet has ", kInterfaceVersion,
                                   "; rebuild it with this facet's headers\n"));
  EXPECT_THAT(list.out, Not(HasSubstr(" previous ")));
  EXPECT_THAT(list.out, HasSubstr(" earlier "));
}

TEST_F(OldPluginsTest, OfThisInterfaceBeforeAdditionsTrains) {
  const Ending example = WithPlugins({"-q", "plugins", "describe", "earlier", "--example"});
  ASSERT_EQ(example.exit_code, 0) << example.err;
  Write("earlier.toml", example.out);
  const Ending run = WithPlugins({"-q", "run", "earlier.toml"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr(" ± "));
}

TEST_F(OldPluginsTest, ARowThatNeedsARefusedOneIsToldWhy) {
  const Ending example = Facet({"plugins", "describe", "loss/softmax", "--example"});
  Write("softmax.toml", example.out);
  const Ending check = WithPlugins({"-q", "check", "softmax.toml", "--set", "train.loss=previous"});
  EXPECT_EQ(check.exit_code, 4);
  EXPECT_THAT(check.err, HasSubstr("error[E0401]: no plugin provides the loss \"previous\""));
  EXPECT_THAT(check.err, HasSubstr("libprevious_loss.so"));
}

}  // namespace
}  // namespace facet
