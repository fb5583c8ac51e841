// Every broken library gets its own clear message, and the others still load.
#include <filesystem>
#include <string>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/plugin/catalogue.h"
#include "core/plugin/library.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::TempDir;

std::string Path(const std::string& name) { return "tests/bad_plugins/lib" + name + ".so"; }

// The refusal's message; empty if the library opens.
std::string Refusal(const std::string& name) {
  return std::string(PluginLibrary::Open(Path(name)).status().message());
}

#define EXPECT_SAYS(message, part) EXPECT_NE((message).find(part), std::string::npos) << (message)

TEST(BadPlugins, AnotherInterfaceVersionNamesBothVersions) {
  const std::string message = Refusal("wrong_interface");
  EXPECT_SAYS(message, Path("wrong_interface"));
  EXPECT_SAYS(message, absl::StrCat("built for plugin interface ", kInterfaceVersion + 1,
                                    ", this facet has ", kInterfaceVersion));
  EXPECT_SAYS(message, "rebuild it");
}

TEST(BadPlugins, AnotherCompilerIsNamed) {
  EXPECT_SAYS(Refusal("wrong_compiler"), "built with clang++ 3, this facet with g++ ");
}

TEST(BadPlugins, AnotherLibTorchIsNamedWhereTensorsCrossTheBorder) {
  const std::string message = Refusal("other_libtorch");
  EXPECT_SAYS(message, Path("other_libtorch") +
                           ": built with " FACET_FINGERPRINT
                           ", LibTorch 0.4.1, this facet with " FACET_FINGERPRINT ", LibTorch ");
  EXPECT_SAYS(message, "rebuild it");
}

TEST(BadPlugins, LibrariesWithoutTensorsDoNotCareForLibTorch) {
  const auto library = PluginLibrary::Open(Path("same_name_first"));
  ASSERT_TRUE(library.ok()) << library.status();
  EXPECT_EQ((*library)->descriptor().fingerprint, std::string(FACET_FINGERPRINT));
  EXPECT_TRUE(IsCompatible(FACET_FINGERPRINT));
  EXPECT_TRUE(IsCompatible(TensorFingerprint()));
  EXPECT_FALSE(IsCompatible(FACET_FINGERPRINT ", LibTorch 0.4.1"));
  EXPECT_FALSE(IsCompatible(""));
}

TEST(BadPlugins, NoDescriptorIsNotAPlugin) {
  EXPECT_SAYS(Refusal("no_descriptor"), "not a facet plugin");
}

TEST(BadPlugins, AnUndefinedSymbolIsRefusedAtOpeningWithTheLoadersWords) {
  EXPECT_SAYS(Refusal("undefined_symbol"),
              Path("undefined_symbol") +
                  ": cannot be loaded: undefined symbol: _Z14DefinedNowherev; rebuild it");
}

TEST(BadPlugins, AMissingFileIsNotFound) {
  EXPECT_EQ(PluginLibrary::Open(Path("none")).status().code(), absl::StatusCode::kNotFound);
}

TEST(BadPlugins, AFileThatIsNoLibraryIsRefused) {
  EXPECT_SAYS(std::string(PluginLibrary::Open("/etc/passwd").status().message()),
              "cannot be loaded");
}

TEST(BadPlugins, AnExceptionInTheFactoryNamesComponentAndLibrary) {
  const auto made = CreateComponent(Path("throws_in_factory"), "aligner", "throws", "{}");
  const std::string message(made.status().message());
  EXPECT_SAYS(message, "aligner \"throws\" (" + Path("throws_in_factory") + ")");
  EXPECT_SAYS(message, "the glass is empty");
}

TEST(BadPlugins, TheOthersStillLoadAndTheFirstOfTwoNamesStays) {
  const Catalogue catalogue = Catalogue::Scan(
      {"tests/bad_plugins"}, [](const std::string& path) { return DescribeLibrary(path); });
  EXPECT_EQ(catalogue.Names("aligner"), (std::vector<std::string>{"throws", "twin"}));
  EXPECT_EQ(catalogue.Find("aligner", "twin")->library_path, Path("same_name_first"));
  ASSERT_EQ(catalogue.problems().size(), 6u);
  const PluginProblem& twin = catalogue.problems()[2];
  EXPECT_EQ(twin.path, Path("same_name_second"));
  EXPECT_SAYS(std::string(twin.status.message()), "as does " + Path("same_name_first"));
}

TEST(BadPlugins, ASchemaFileOfAnotherLibTorchIsNotBelieved) {
  const std::filesystem::path folder = std::filesystem::path(TempDir()) / "schema";
  std::filesystem::create_directories(folder);
  const std::filesystem::path library = folder / "libold.so";
  std::filesystem::copy_file(Path("other_libtorch"), library,
                             std::filesystem::copy_options::overwrite_existing);
  for (const bool same : {true, false}) {
    const std::string fingerprint =
        same ? TensorFingerprint() : FACET_FINGERPRINT ", LibTorch 0.4.1";
    const Json schema = {{"digest", *Sha256File(library)},
                         {"interface_version", kInterfaceVersion},
                         {"fingerprint", fingerprint},
                         {"components", Json::array()}};
    ASSERT_TRUE(WriteFileAtomically(folder / "libold.schema.json", Dump(schema)).ok());
    const Catalogue catalogue = Catalogue::Scan({folder.string()}, &DescribeLibrary);
    EXPECT_EQ(catalogue.problems().size(), same ? 0u : 1u);
  }
}

}  // namespace
}  // namespace facet
