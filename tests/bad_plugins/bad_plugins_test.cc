// Every broken library gets its own clear message, and the others still load.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/plugin/called_functions.h"
#include "core/plugin/catalogue.h"
#include "core/plugin/library.h"
#include "core/plugin/traits.h"
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
                  ": cannot be loaded: undefined symbol: _Z14DefinedNowherev; link the library");
}

TEST(BadPlugins, ATraitOfAnotherKindIsRefused) {
  EXPECT_EQ(Refusal("foreign_trait"),
            Path("foreign_trait") +
                ": aligner \"collector\" claims the trait \"images\" of curators; aligners have "
                "trainable; rebuild it with this facet's headers");
}

TEST(BadPlugins, AnUnknownTraitIsRefused) {
  EXPECT_EQ(Refusal("unknown_trait"),
            Path("unknown_trait") +
                ": detector \"psychic\" claims an unknown trait (bits 0x40000000); detectors have "
                "none; rebuild it with this facet's headers");
}

TEST(BadPlugins, AnUnknownKindIsRefused) {
  EXPECT_SAYS(Refusal("unknown_kind"),
              Path("unknown_kind") +
                  ": \"forked\" is of the unknown kind \"divining_rod\"; kinds: dataset, ");
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
  ASSERT_EQ(catalogue.problems().size(), 9u);
  const PluginProblem& twin = catalogue.problems()[3];
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
                         {"calls", Json::array()},
                         {"components", Json::array()}};
    ASSERT_TRUE(WriteFileAtomically(folder / "libold.schema.json", Dump(schema)).ok());
    const Catalogue catalogue = Catalogue::Scan({folder.string()}, &DescribeLibrary);
    EXPECT_EQ(catalogue.problems().size(), same ? 0u : 1u);
  }
}

TEST(BadPlugins, ASchemaFileThatIsNoObjectIsNotBelieved) {
  const std::filesystem::path folder = std::filesystem::path(TempDir()) / "no_object";
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(Path("same_name_first"), folder / "libtwin.so",
                             std::filesystem::copy_options::overwrite_existing);
  for (const char* const text : {"[1, 2]", "\"text\"", "null", "7", "", "{", "{\"digest\": 3}"}) {
    ASSERT_TRUE(WriteFileAtomically(folder / "libtwin.schema.json", text).ok());
    const Catalogue catalogue = Catalogue::Scan({folder.string()}, &DescribeLibrary);
    EXPECT_NE(catalogue.Find("aligner", "twin"), nullptr) << text;
  }
}

TEST(BadPlugins, WhatEverybodyMayWriteToIsLeftOut) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(TempDir()) / "writable";
  fs::create_directories(folder);
  const fs::path library = folder / "libtwin.so";
  fs::copy_file(Path("same_name_first"), library, fs::copy_options::overwrite_existing);
  for (const fs::path& path : {folder, library}) {
    fs::permissions(path, fs::perms::others_write, fs::perm_options::add);
    const Catalogue catalogue = Catalogue::Scan({folder.string()}, &DescribeLibrary);
    fs::permissions(path, fs::perms::others_write, fs::perm_options::remove);
    EXPECT_EQ(catalogue.Find("aligner", "twin"), nullptr);
    ASSERT_EQ(catalogue.problems().size(), 1u);
    EXPECT_EQ(catalogue.problems()[0].path, path);
    EXPECT_SAYS(std::string(catalogue.problems()[0].status.message()),
                "chmod o-w " + path.string());
  }
  EXPECT_NE(Catalogue::Scan({folder.string()}, &DescribeLibrary).Find("aligner", "twin"), nullptr);
}

TEST(BadPlugins, AFolderBelowOneThatEverybodyMayWriteToIsLeftOut) {
  namespace fs = std::filesystem;
  const fs::path above = fs::path(TempDir()) / "everybodys", folder = above / "plugins";
  fs::create_directories(folder);
  fs::copy_file(Path("same_name_first"), folder / "libtwin.so",
                fs::copy_options::overwrite_existing);
  fs::permissions(above, fs::perms::others_write, fs::perm_options::add);
  Catalogue catalogue = Catalogue::Scan({folder.string()}, &DescribeLibrary);
  EXPECT_EQ(catalogue.Find("aligner", "twin"), nullptr);
  ASSERT_EQ(catalogue.problems().size(), 1u);
  EXPECT_SAYS(std::string(catalogue.problems()[0].status.message()),
              "chmod o-w " + fs::canonical(above).string());
  // Nor does it help to call it by a link, or to be one in it.
  const fs::path link = above / "link", elsewhere = fs::path(TempDir()) / "elsewhere",
                 own = fs::path(TempDir()) / "own";
  fs::create_directories(elsewhere);
  fs::create_directories(own);
  fs::copy_file(Path("same_name_first"), elsewhere / "libtwin.so",
                fs::copy_options::overwrite_existing);
  fs::create_directory_symlink(fs::canonical(elsewhere), link);
  fs::create_symlink(fs::canonical(folder) / "libtwin.so", own / "libtwin.so");
  for (const fs::path& path : {link, own}) {
    const Catalogue linked = Catalogue::Scan({path.string()}, &DescribeLibrary);
    EXPECT_EQ(linked.Find("aligner", "twin"), nullptr) << path;
    EXPECT_EQ(linked.problems().size(), 1u);
  }
  // As /tmp is: nobody may move what is another's.
  fs::permissions(above, fs::perms::sticky_bit, fs::perm_options::add);
  catalogue = Catalogue::Scan({folder.string()}, &DescribeLibrary);
  EXPECT_NE(catalogue.Find("aligner", "twin"), nullptr);
  fs::permissions(above, fs::perms::others_write, fs::perm_options::remove);
}

TEST(BadPlugins, APipeInAPluginFolderIsNotWaitedFor) {
  const std::filesystem::path folder = std::filesystem::path(TempDir()) / "pipes";
  std::filesystem::create_directories(folder);
  ASSERT_EQ(::mkfifo((folder / "libpipe.so").c_str(), 0600), 0);
  const Catalogue catalogue = Catalogue::Scan({folder.string()}, &DescribeLibrary);
  ASSERT_EQ(catalogue.problems().size(), 1u);
  EXPECT_SAYS(std::string(catalogue.problems()[0].status.message()), "no regular file");
}

// What a library takes from libfacet enters the keys of the stages that use it.
TEST(BadPlugins, TheCallsOfALibraryAreListed) {
  const auto calls = CalledFunctions(Path("same_name_first"));
  ASSERT_TRUE(calls.ok()) << calls.status();
  EXPECT_TRUE(std::is_sorted(calls->begin(), calls->end()));
  const auto calls_it = [&](const std::string& part) {
    return std::any_of(calls->begin(), calls->end(), [&](const std::string& symbol) {
      return symbol.find(part) != std::string::npos;
    });
  };
  EXPECT_TRUE(calls_it("OptionReader"));
  EXPECT_FALSE(calls_it("Catalogue"));
  EXPECT_FALSE(CalledFunctions("tests/bad_plugins/BUILD").ok());
}

// What a library is refused for whose schema file says that its evaluator has these traits.
std::string RefusalOfSchema(const Json& traits) {
  const std::filesystem::path folder = std::filesystem::path(TempDir()) / "traits";
  std::filesystem::create_directories(folder);
  const std::filesystem::path library = folder / "libjudge.so";
  EXPECT_TRUE(WriteFileAtomically(library, "never opened").ok());
  const Json component = {{"kind", "evaluator"}, {"name", "judge"},  {"summary", ""},
                          {"paper", ""},         {"traits", traits}, {"options", Json::array()}};
  const Json schema = {{"digest", *Sha256File(library)},
                       {"interface_version", kInterfaceVersion},
                       {"fingerprint", FACET_FINGERPRINT},
                       {"calls", Json::array()},
                       {"components", Json::array({component})}};
  EXPECT_TRUE(WriteFileAtomically(folder / "libjudge.schema.json", Dump(schema)).ok());
  const Catalogue catalogue = Catalogue::Scan({folder.string()}, &DescribeLibrary);
  if (!catalogue.problems().empty()) {
    return std::string(catalogue.problems()[0].status.message());
  }
  EXPECT_EQ(TraitNames(catalogue.Find("evaluator", "judge")->traits).size(), traits.size());
  return "";
}

TEST(BadPlugins, TraitsInASchemaFileAreThoseOfTheKind) {
  EXPECT_EQ(RefusalOfSchema({"detections", "curation"}), "");
  EXPECT_EQ(RefusalOfSchema(Json::array()), "");
  EXPECT_SAYS(RefusalOfSchema({"detections", "detection"}),
              "libjudge.so: its description: evaluator \"judge\" claims an unknown trait "
              "\"detection\"; evaluators have detections, landmarks, identities, curation");
  EXPECT_SAYS(RefusalOfSchema({"images"}), "claims the trait \"images\" of curators; evaluators");
  EXPECT_SAYS(RefusalOfSchema("detections"), "its description is malformed");
  EXPECT_SAYS(RefusalOfSchema({1}), "its description is malformed");
}

}  // namespace
}  // namespace facet
