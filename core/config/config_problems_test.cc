// Loading against a layout made here: what is reported. tests/bad_experiments has the mistakes in
// the layout of real rows.
#include <cstdlib>
#include <filesystem>
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
