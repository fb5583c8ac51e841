// Libraries on the plugin path of the real program: broken ones, and one that is built anew.
#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class BrokenPluginsTest : public EndToEndTest {
 protected:
  void SetUp() override {
    EndToEndTest::SetUp();
    fs::create_directory(folder() + "/plugins");
    for (const char* name :
         {"wrong_interface", "wrong_compiler", "no_descriptor", "undefined_symbol",
          "throws_in_factory", "same_name_first", "same_name_second"}) {
      const std::string file = absl::StrCat("lib", name, ".so");
      fs::copy_file("tests/bad_plugins/" + file, Path(file));
    }
  }

  std::string Path(const std::string& file) const {
    return absl::StrCat(folder(), "/plugins/", file);
  }

  Ending RunWithPlugins(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--plugin-path", "plugins"});
    return Facet(arguments);
  }
};

TEST_F(BrokenPluginsTest, EachIsToldInOneLineAndTheOthersAreListed) {
  const Ending list = RunWithPlugins({"plugins", "list"});
  EXPECT_EQ(list.exit_code, 0);
  const std::string rebuild = "; rebuild it with this facet's headers\n";
  EXPECT_THAT(list.err,
              HasSubstr("warning: " + Path("libwrong_interface.so") +
                        absl::StrCat(": built for plugin interface ", kInterfaceVersion + 1,
                                     ", this facet has ", kInterfaceVersion) +
                        rebuild));
  EXPECT_THAT(list.err, HasSubstr("warning: " + Path("libwrong_compiler.so") +
                                  ": built with clang++ 3, this facet with g++ "));
  EXPECT_THAT(list.err, HasSubstr("warning: " + Path("libno_descriptor.so") +
                                  ": not a facet plugin: it exports no facet_plugin_descriptor"));
  EXPECT_THAT(list.err, HasSubstr("warning: " + Path("libundefined_symbol.so") +
                                  ": cannot be loaded: undefined symbol: _Z14DefinedNowherev; link "
                                  "the library that has it, "));
  EXPECT_THAT(list.err, HasSubstr("warning: " + Path("libsame_name_second.so") +
                                  ": provides aligner \"twin\", as does " +
                                  Path("libsame_name_first.so") + ", which is used"));
  EXPECT_EQ(std::count(list.err.begin(), list.err.end(), '\n'), 5) << list.err;
  for (const char* name : {"throws", "twin", "five_point", "vgg", "verification"}) {
    EXPECT_THAT(list.out, HasSubstr(absl::StrCat("  ", name, " ")));
  }
}

TEST_F(BrokenPluginsTest, ARunThatNeedsNoneOfThemGoesOn) {
  CopyTinyStore();
  const Ending run = RunWithPlugins({"run", DataFile("tiny.toml")});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("13 stages: 0 computed, 13 from the cache"));
}

TEST_F(BrokenPluginsTest, ARunThatNeedsOneEndsBeforeItBegins) {
  const Ending run =
      RunWithPlugins({"-q", "run", DataFile("tiny.toml"), "--set", "test.aligner=undefined"});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, HasSubstr("error[E0401]: no plugin provides the aligner \"undefined\"\n"
                                 "  --> --set #1\n"));
  EXPECT_THAT(run.err, HasSubstr("libundefined_symbol.so"));
  EXPECT_THAT(run.err, HasSubstr("= help: `facet plugins list`"));
  EXPECT_FALSE(fs::exists(store() + "/runs"));
}

TEST_F(BrokenPluginsTest, AFactoryThatThrowsFailsTheRowsThatUseIt) {
  CopyTinyStore();
  const Ending run =
      RunWithPlugins({"run", DataFile("tiny.toml"), "--set", "triplet:test.aligner=throws"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err,
              HasSubstr("failed: row triplet (A, triplet embedding), stage test.align: "
                        "aligner \"throws\" (" +
                        Path("libthrows_in_factory.so") + "): exception: the glass is empty\n"));
  EXPECT_THAT(run.err, Not(HasSubstr("failed: row softmax")));
  EXPECT_THAT(run.out, HasSubstr(" ± "));  // the other row's figure
}

TEST_F(BrokenPluginsTest, AFolderThatIsNotThereIsAMistakeOfTheCommandLine) {
  const Ending list = Facet({"--plugin-path", "nowhere", "plugins", "list"});
  EXPECT_EQ(list.exit_code, 2);
  EXPECT_THAT(list.err, AllOf(HasSubstr("--plugin-path"), HasSubstr("nowhere")));
  EXPECT_EQ(list.out, "");
}

class EditedPluginTest : public EndToEndTest {
 protected:
  // Puts a build of the aligner where the program finds it, as a build would: a new file.
  void Install(const std::string& build) const {
    fs::create_directories(folder() + "/plugins");
    const std::string library = folder() + "/plugins/libvariant.so";
    fs::remove(library);
    fs::copy_file(absl::StrCat("tests/end_to_end/", build, "/libvariant.so"), library);
  }

  std::vector<std::string> ComputedByRun() const {
    const Ending run = Facet({"--plugin-path", "plugins", "run", DataFile("tiny.toml"),
                              "--progress=json", "--set", "test.aligner=variant"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return Computed(run);
  }
};

TEST_F(EditedPluginTest, MissesTheCacheWhereItsBytesCountAndNowhereElse) {
  const auto what_follows_alignment =
      ElementsAre("describe", "evaluate", "evaluate", "project", "test.align", "test.pack");
  CopyTinyStore();
  Install("first");
  EXPECT_THAT(ComputedByRun(), what_follows_alignment);
  Install("first");
  EXPECT_THAT(ComputedByRun(), IsEmpty()) << "equal bytes in a new file are no edit";
  Install("reworded");
  EXPECT_THAT(ComputedByRun(), ElementsAre("test.align")) << "its crops are the same";
  Install("wider");
  EXPECT_THAT(ComputedByRun(), what_follows_alignment);
  Install("first");
  EXPECT_THAT(ComputedByRun(), IsEmpty()) << "the old build's results are still there";
}

TEST_F(EditedPluginTest, BuiltAnewWhileItsStageRunsNothingIsStoredUnderTheOldKey) {
  CopyTinyStore();
  Install("first");
  const std::string gate = folder() + "/gate";
  const std::vector<std::string> arguments = {
      "--plugin-path",
      "plugins",
      "run",
      DataFile("tiny.toml"),
      "--progress=json",
      "--set",
      absl::StrCat("test.aligner={use=\"variant\",gate=\"", gate, "\"}")};
  const std::unique_ptr<Program> run = Start(arguments);
  ASSERT_TRUE(run->WaitUntil([&] { return fs::exists(gate + ".reached"); })) << run->err();
  Install("wider");
  Write("gate.open", "");
  const Ending ending = run->Wait();
  EXPECT_EQ(ending.exit_code, 1) << ending.err;
  EXPECT_THAT(ending.err, HasSubstr("libvariant.so (aligner variant) was replaced after the run "
                                    "had begun; start the run again"));
  Install("first");
  const Ending again = Facet(arguments);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  const std::vector<std::string> computed = Computed(again);
  EXPECT_EQ(std::count(computed.begin(), computed.end(), "test.align"), 1) << again.err;
}

}  // namespace
}  // namespace facet
