// Loading against a layout made here: what is reported. tests/bad_experiments has the mistakes in
// the layout of real rows.
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/options.h"
#include "core/base/file.h"
#include "core/config/config_testing.h"
#include "core/config/inputs.h"
#include "core/config/resolved.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

TEST_F(ConfigTest, RenamedOptionsWarn) {
  Catalogue& catalogue = catalogue_;
  ExperimentLayout layout = Layout();
  layout.slots.push_back(MakeSlot("train.detector", Slot::Fill::kComponent, "detector", "[]"));
  const std::string path = Write("renamed.toml",
                                 "schema = 1\n[[row]]\nid = \"1\"\n"
                                 "train.detector = { use = \"haar\", cascade = \"/c.xml\" }\n");
  const LoadResult result = LoadExperiment(path, {}, layout, catalogue);
  ASSERT_TRUE(result.ok()) << Text(result);
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(result.diagnostics[0].code, "E0208");
  EXPECT_EQ(Slots(result, 0, "train.detector")["frontal"], "/c.xml");
}

TEST_F(ConfigTest, AllProblemsComeAtOnceSortedAndOnlyOnce) {
  const LoadResult result = Load(R"([base]
train.schedule = { lr = -1, epoch = 3 }
[[row]]
id = "1"
train.losss = { use = "triplet" }
[[row]]
id = "2"
extends = "3"
seed = "x"
[[row]]
id = "2"
)",
                                 {"seed=-1"});
  std::vector<std::string> places;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    places.push_back(
        absl::StrCat(diagnostic.code, " ", diagnostic.origin.line, ":", diagnostic.origin.column));
  }
  EXPECT_EQ(places, (std::vector<std::string>{"E0302 3:25", "E0201 3:29", "E0201 6:7", "E0501 9:11",
                                              "E0503 12:6", "E0302 0:6"}))
      << Text(result);  // the row's seed is not looked at: --set replaces it
}

TEST_F(ConfigTest, ANameThatReadsAsAPathIsNone) {
  for (const char* said :
       {"\"train.loss\" = { use = \"triplet\" }", "train.\"loss.use\" = \"triplet\"",
        "\"train.\".loss = { use = \"triplet\" }", "train.\"\".loss.use = \"x\"", "train.\"\" = 1",
        "\"\" = 1", "\"\".seed = 2"}) {
    for (const char* where : {"[base]\n", "[[row]]\nid = \"1\"\n"}) {
      const LoadResult result = Load(absl::StrCat(where, said, "\n"));
      EXPECT_NE(Text(result).find("error[E0201]"), std::string::npos) << said << Text(result);
    }
  }
  EXPECT_NE(Text(Load("[[row]]\nid = \"1\"\n\"train.loss\" = { use = \"triplet\" }\n"))
                .find("did you mean train.loss, without them?"),
            std::string::npos);
}

TEST_F(ConfigTest, CirclesAreNamedOnceWithEveryStep) {
  const LoadResult rows = Load(
      "[[row]]\nid = \"1\"\nextends = \"3\"\n[[row]]\nid = \"2\"\nextends = \"1\"\n"
      "[[row]]\nid = \"3\"\nextends = \"2\"\n[[row]]\nid = \"4\"\nextends = \"3\"\n");
  ASSERT_EQ(rows.diagnostics.size(), 1u) << Text(rows);
  EXPECT_EQ(rows.diagnostics[0].message, "rows extend each other in a circle: 1 -> 3 -> 2 -> 1");
  EXPECT_EQ(rows.diagnostics[0].related.size(), 2u);

  Write("b.toml", "schema = 1\nextends = \"x.toml\"\n");
  const LoadResult files = Load("extends = \"b.toml\"\n[[row]]\nid = \"1\"\n");
  ASSERT_EQ(files.diagnostics.size(), 1u) << Text(files);
  EXPECT_EQ(files.diagnostics[0].code, "E0104");
  EXPECT_EQ(OriginText(files.diagnostics[0].origin), folder_ + "/b.toml:2:11");

  const LoadResult starts = Load(
      "[[row]]\nid = \"1\"\ntrain.start_from = \"2\"\n[[row]]\nid = \"2\"\ntrain.start_from = "
      "\"1\"\n");
  ASSERT_EQ(starts.diagnostics.size(), 1u) << Text(starts);
  EXPECT_EQ(starts.diagnostics[0].code, "E0502");
}

TEST_F(ConfigTest, UnknownComponentNamesLibrariesThatCannotBeUsed) {
  const LoadResult result = Load("[[row]]\nid = \"1\"\ntrain.loss.use = \"xyz\"\n");
  ASSERT_EQ(result.diagnostics.size(), 1u) << Text(result);
  EXPECT_EQ(result.diagnostics[0].code, "E0401");
  EXPECT_NE(Text(result).find("losses: arcface, softmax, triplet"), std::string::npos)
      << Text(result);
  EXPECT_NE(Text(result).find("not usable: libbroken.so (`facet plugins list` says why)"),
            std::string::npos)
      << Text(result);
  EXPECT_NE(Text(result).find("searched: " + folder_ + "/plugins"), std::string::npos);
}

TEST_F(ConfigTest, FilesInAnotherEncodingAreNamedWithTheCure) {
  const std::string utf16 = std::string("\xFF\xFEs\0c\0h\0e\0m\0a\0", 14);
  const LoadResult wide = LoadFile(Write("wide.toml", utf16));
  ASSERT_EQ(wide.diagnostics.size(), 1u);
  EXPECT_EQ(wide.diagnostics[0].message, "not TOML: the file is UTF-16 (little-endian), not UTF-8");
  EXPECT_NE(wide.diagnostics[0].help.find("iconv -f UTF-16 -t UTF-8 "), std::string::npos);
  const LoadResult latin = LoadFile(Write("latin.toml", "schema = 1\ntitle = \"Caf\xE9\"\n"));
  ASSERT_EQ(latin.diagnostics.size(), 1u);
  EXPECT_EQ(latin.diagnostics[0].message, "not TOML: the byte 0xe9 is no character in UTF-8");
  EXPECT_EQ(OriginText(latin.diagnostics[0].origin), folder_ + "/latin.toml:2:13");
  EXPECT_NE(Text(latin).find(" 2 | title = \"Caf\xEF\xBF\xBD\"\n"), std::string::npos)
      << Text(latin);
  const LoadResult packed = LoadFile(Write("packed.toml", "\x1F\x8B\x08"));
  ASSERT_EQ(packed.diagnostics.size(), 1u);
  EXPECT_EQ(packed.diagnostics[0].message, "not TOML: the file is compressed with gzip");
}

// A weights file by its first bytes; the folder of a data set is not looked into.
TEST_F(ConfigTest, InputsThatAreNotWhatTheyShouldBeAreNamed) {
  Write("lfs.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
  Write("page.xml", "<!DOCTYPE html><html></html>");
  Write("w.pt", std::string("PK\x03\x04", 4));
  Write("good.xml", "<?xml version=\"1.0\"?>\n<opencv_storage>");
  for (const auto& [file, said] : std::map<std::string, std::string>{
           {"lfs.safetensors", "is a Git-LFS pointer, not the file itself"},
           {"page.xml", "is an HTML page"},
           {"w.pt", "is a zip archive"},
           {"good.xml", ""}}) {
    const LoadResult result = Load("[[row]]\nid = \"1\"\ntrain.schedule.file = \"" + file + "\"\n");
    ASSERT_TRUE(result.ok()) << Text(result);
    const std::vector<Diagnostic> problems = CheckInputs(result, layout_, catalogue_);
    ASSERT_EQ(problems.size(), said.empty() ? 0u : 1u) << file;
    if (said.empty()) continue;
    EXPECT_EQ(problems[0].code, "E0603");
    EXPECT_EQ(problems[0].severity == Diagnostic::Severity::kWarning, file == "w.pt");
    EXPECT_NE(problems[0].message.find("train.schedule.file: " + folder_ + "/" + file + " " + said),
              std::string::npos)
        << problems[0].message;
  }
}

TEST_F(ConfigTest, AListInASetIsTomlOrBareWords) {
  const std::string row = "[[row]]\nid = \"1\"\n";
  const auto tags = [&](const std::string& value) {
    const LoadResult result = Load(row, {"train.schedule.tags=" + value});
    return result.ok()
               ? Dump(Slots(result, 0, "train.schedule")["tags"])
               : absl::StrCat(result.diagnostics[0].code, " ", result.diagnostics[0].origin.column);
  };
  // As the same value in a file.
  for (const char* value : {R"(["Smith, J","b"])", R"(['a "b", c'])", R"(["a\"b"])", R"([])",
                            R"(["]", "[", ",", "="])", "[\"\u00e9\", 'x']"}) {
    const LoadResult file = Load(row + "train.schedule.tags = " + value + "\n");
    ASSERT_TRUE(file.ok()) << Text(file);
    EXPECT_EQ(tags(value), Dump(Slots(file, 0, "train.schedule")["tags"])) << value;
  }
  // Quotes that a shell let through, or took.
  EXPECT_EQ(tags(R"("Smith, J")"), R"(["Smith, J"])");
  EXPECT_EQ(tags(R"("Smith, J", 'b')"), R"(["Smith, J","b"])");
  EXPECT_EQ(tags("a,b c"), R"(["a","b c"])");
  EXPECT_EQ(tags("[a, b]"), R"(["a","b"])");
  EXPECT_EQ(tags("O'Brien,b"), R"(["O'Brien","b"])");
  EXPECT_EQ(tags(R"(a, "Smith, J",b)"), R"(["a","Smith, J","b"])");
  EXPECT_EQ(tags(R"([a, 'Smith, "J"'])"), R"(["a","Smith, \"J\""])");
  EXPECT_EQ(tags("1,true"), R"(["1","true"])");
  EXPECT_EQ(tags(""), "[]");
  // No half of a text; the place is that of the --set.
  EXPECT_EQ(tags(R"(["Smith, J)"), "E0102 31");
  EXPECT_EQ(tags(R"(a,"Smith, J)"), "E0102 32");
  EXPECT_EQ(tags(R"("a" b)"), "E0102 25");
}

TEST_F(ConfigTest, ASetReadsNumbersAsTomlDoes) {
  const auto lr = [&](const std::string& value) {
    const LoadResult result = Load("[[row]]\nid = \"1\"\n", {"train.schedule.lr=" + value});
    return result.ok() ? Dump(Slots(result, 0, "train.schedule")["lr"]) : Text(result);
  };
  EXPECT_EQ(lr("1e-3"), "0.001");
  EXPECT_EQ(lr("2"), "2.0");
  EXPECT_EQ(lr("1_000.5"), "1000.5");
  EXPECT_NE(lr(".5").find("did you mean 0.5?\n"), std::string::npos) << lr(".5");
  EXPECT_NE(lr("\"2\"").find("did you mean 2? numbers have no quotes"), std::string::npos);
  EXPECT_NE(lr("0.1\nx=2").find("E0301"), std::string::npos) << lr("0.1\nx=2");
  const LoadResult label = Load("[[row]]\nid = \"1\"\n", {"1:label=\"A, \\\"b\\\"\"", "seed=0x10"});
  ASSERT_TRUE(label.ok()) << Text(label);
  EXPECT_EQ(label.experiment.rows[0].label, "A, \"b\"");
  EXPECT_EQ(Slots(label, 0, "seed"), 16);
  const LoadResult bare = Load("[[row]]\nid = \"1\"\n", {"1:label=[draft] A"});
  ASSERT_TRUE(bare.ok()) << Text(bare);
  EXPECT_EQ(bare.experiment.rows[0].label, "[draft] A");
}

// Neither by the square of their number nor on the stack.
TEST_F(ConfigTest, ThousandsOfRowsThatExtendEachOtherResolve) {
  constexpr int kRows = 5000;
  std::string text = "[[row]]\nid = \"0\"\ntrain.schedule.epochs = 7\n";
  for (int i = 1; i < kRows; ++i) {
    absl::StrAppend(&text, "[[row]]\nid = \"", i, "\"\nextends = \"", i - 1, "\"\nseed = ", i,
                    "\n");
  }
  const LoadResult result = Load(text);
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(Slots(result, kRows - 1, "train.schedule")["epochs"], 7);
  EXPECT_EQ(Slots(result, kRows - 1, "seed"), kRows - 1);
  // The last is the first's parent.
  const LoadResult circle = Load("[[row]]\nid = \"0\"\nextends = \"" + std::to_string(kRows - 1) +
                                 "\"\n" + text.substr(text.find("[[row]]", 1)));
  ASSERT_EQ(circle.diagnostics.size(), 1u);
  EXPECT_EQ(circle.diagnostics[0].code, "E0502");
  EXPECT_LT(Text(circle).size(), 5000u);
}

TEST_F(ConfigTest, VariablesThatPathsTookAreKept) {
  setenv("FACET_TEST_FOLDER", "/a b", 1);
  unsetenv("FACET_TEST_UNSET");
  const LoadResult result = Load(
      "[[row]]\nid = \"1\"\ntrain.schedule.file = \"${FACET_TEST_FOLDER}/x\"\n"
      "embed = { loss = { use = \"softmax\" }, file = \"${FACET_TEST_UNSET:-/y}\" }\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_EQ(result.experiment.environment,
            (std::map<std::string, std::string>{{"FACET_TEST_FOLDER", "/a b"}}));
}

TEST_F(ConfigTest, UnreadableFilesAreOneSentence) {
  const LoadResult missing = LoadFile(folder_ + "/tabel.toml");
  ASSERT_EQ(missing.diagnostics.size(), 1u);
  EXPECT_EQ(missing.diagnostics[0].code, "E0101");
  const LoadResult folder = LoadFile(folder_);
  ASSERT_EQ(folder.diagnostics.size(), 1u);
  EXPECT_EQ(folder.diagnostics[0].code, "E0101");
  EXPECT_FALSE(LoadFile(Write("empty.toml", "")).ok());
  EXPECT_FALSE(LoadFile(Write("binary.toml", std::string("\0\xFF\x01", 3))).ok());
  EXPECT_FALSE(LoadFile(Write("deep.toml", "schema = 1\na = " + std::string(5000, '['))).ok());
}

}  // namespace
}  // namespace facet
