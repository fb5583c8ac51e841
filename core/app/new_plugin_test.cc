#include "core/app/new_plugin.h"

#include <filesystem>
#include <fstream>

#include "core/base/file.h"
#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::HasSubstr;

void Write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

// An installation with a kit of a few lines.
std::string Home() {
  const std::string home = TestFolder() + "/home", skeleton = home + "/skeleton/";
  Write(skeleton + "loss/new_loss.cc",
        "// new_loss\n#include <ATen/ATen.h>\n#include <opencv2/imgproc.hpp>\n"
        "#include <opencv2/core/mat.hpp>\nclass NewLoss {};\n");
  Write(skeleton + "loss/new_loss_test.cc", "TEST(NewLoss, Is) {}\n");
  Write(skeleton + "loss/new_loss.toml", "use = \"new_loss\"\n");
  for (const char* file : {"CMakeLists.txt", "WORKSPACE", "BUILD", "bazelrc", "gitignore"}) {
    Write(skeleton + "project/" + file + ".in", "@NAME@@CMAKE_NEEDS@|@BAZEL_NEEDS@|@FACET@");
  }
  Write(skeleton + "project/README.md.in", "@KIND@ @FOLDER@ @COMMAND@ @PACKAGES@");
  return home;
}

TEST(NewPluginTest, EveryNameBecomesTheComponents) {
  const auto files = FilesOf({"loss", "my_loss2", "x", Home(), "./facet"});
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(files->at("my_loss2.cc"), HasSubstr("// my_loss2\n"));
  EXPECT_THAT(files->at("my_loss2.cc"), HasSubstr("class MyLoss2 {};"));
  EXPECT_EQ(files->at("my_loss2_test.cc"), "TEST(MyLoss2, Is) {}\n");
  EXPECT_EQ(files->at("my_loss2.toml"), "use = \"my_loss2\"\n");
}

TEST(NewPluginTest, WhatTheSourceIncludesIsLinked) {
  const auto files = FilesOf({"loss", "mine", "x", Home(), "facet"});
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(files->at("CMakeLists.txt"), HasSubstr("mine TORCH OPENCV core imgproc|"));
  EXPECT_THAT(files->at("BUILD"),
              HasSubstr("|\n    opencv = [\"core\", \"imgproc\"],\n    torch = True,|"));
  EXPECT_THAT(files->at("README.md"), HasSubstr("loss losses facet "));
  EXPECT_THAT(files->at("README.md"), HasSubstr("libtorch-dev libopencv-dev"));
}

TEST(NewPluginTest, NothingIsOverwritten) {
  const std::string home = Home(), folder = TestPath("mine");
  std::filesystem::create_directories(folder);
  const NewPlugin plugin = {"loss", "mine", folder, home, "facet"};
  const auto names = WriteNewPlugin(plugin);
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_EQ(names->size(), 9u);
  for (const std::string& name : *names) EXPECT_TRUE(ReadFile(folder + "/" + name).ok()) << name;
  const auto again = WriteNewPlugin(plugin);
  EXPECT_TRUE(absl::IsAlreadyExists(again.status())) << again.status();
  EXPECT_THAT(again.status().message(), HasSubstr("--dir"));
}

TEST(NewPluginTest, NamesThatCannotBeAreRefused) {
  for (const char* name : {"", "MyLoss", "1st", "my-loss", "my__loss", "_x", "x_", "a b", "a/b"}) {
    const absl::Status status = CheckComponentName(name);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << name;
    EXPECT_THAT(status.message(), HasSubstr("such as my_loss"));
  }
  EXPECT_THAT(CheckComponentName("test").message(), HasSubstr("my_test"));
  EXPECT_TRUE(CheckComponentName("l2_5").ok());
}

TEST(NewPluginTest, AnInstallationWithoutItsKitIsTold) {
  const auto names = WriteNewPlugin({"loss", "mine", TestPath("y"), TestFolder(), "facet"});
  EXPECT_TRUE(absl::IsNotFound(names.status()));
  EXPECT_THAT(names.status().message(), HasSubstr("without its kit"));
}

}  // namespace
}  // namespace facet
