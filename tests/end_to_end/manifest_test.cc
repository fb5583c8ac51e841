// `facet manifest` on the real program, from CSV files that another program could have written.
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

class ManifestTest : public EndToEndTest {
 protected:
  void SetUp() override {
    EndToEndTest::SetUp();
    Write("csv/identities.csv", "id,name\n1,Ada\n2,Ben\n");
    Write("csv/images.csv",
          "id,identity,number,url,path\n1,1,1,http://localhost/1,Ada/1.jpg\n"
          "2,1,2,http://localhost/2,Ada/2.jpg\n3,2,1,http://localhost/3,Ben/1.jpg\n");
    Write("csv/runs.csv", "id,stage,finished\n1,collect,1\n2,purify,1\n");
    Write("csv/reasons.csv", "id,reason,removes\n1,low score,1\n");
    Write("csv/marks.csv", "run,image,reason\n2,2,1\n");
    Write("csv/snapshots.csv", "id,name\n1,full\n2,curated\n");
    Write("csv/snapshot_runs.csv", "snapshot,run\n1,1\n2,1\n2,2\n");
    const Ending made = Facet({"manifest", "import-csv", "csv", "m.sqlite"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  std::string Text(const std::string& file) const {
    return ReadFile(absl::StrCat(folder(), "/", file)).value_or("");
  }
  void Succeeds(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "manifest");
    const Ending ending = Facet(arguments);
    EXPECT_EQ(ending.exit_code, 0) << ending.err;
    EXPECT_EQ(ending.err, "");
  }
  // One sentence, and nothing on stdout.
  void Fails(std::vector<std::string> arguments, int exit_code, const std::string& words) const {
    arguments.insert(arguments.begin(), "manifest");
    const Ending ending = Facet(arguments);
    EXPECT_EQ(ending.exit_code, exit_code) << ending.err;
    EXPECT_EQ(ending.out, "");
    EXPECT_THAT(ending.err, HasSubstr("error: "));
    EXPECT_THAT(ending.err, HasSubstr(words));
  }
};

TEST_F(ManifestTest, ShowsUndoesAndRedoes) {
  const Ending shown = Facet({"manifest", "show", "m.sqlite"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("curated: 2 people, 2 with images; 2 images; runs 1, 2"));
  EXPECT_THAT(shown.out, HasSubstr("removes 1 image: low score"));
  const std::string before = Text("m.sqlite");
  ASSERT_FALSE(before.empty());

  Succeeds({"undo", "m.sqlite", "purify", "--out", "undone.sqlite"});
  EXPECT_THAT(Facet({"manifest", "show", "undone.sqlite"}).out, HasSubstr("2 purify: undone"));
  Succeeds({"redo", "undone.sqlite", "2", "--out", "redone.sqlite"});
  EXPECT_EQ(Text("redone.sqlite"), before);
  Succeeds(
      {"undo", "m.sqlite", "2", "--image", "2", "--reason", "low score", "--out", "one.sqlite"});
  EXPECT_THAT(Facet({"manifest", "show", "one.sqlite"}).out,
              HasSubstr("removes 0 images: low score (undone: 1)"));
  Succeeds({"snapshot", "m.sqlite", "mine", "purify,1", "--out", "mine.sqlite"});
  EXPECT_THAT(Facet({"manifest", "show", "mine.sqlite"}).out, HasSubstr("mine: 2 people"));
  EXPECT_EQ(Text("m.sqlite"), before);
}

TEST_F(ManifestTest, GoesThroughOtherFormsAndBack) {
  Succeeds({"export-csv", "m.sqlite", "again"});
  Succeeds({"import-csv", "again", "again.sqlite"});
  EXPECT_EQ(Text("again.sqlite"), Text("m.sqlite"));
  Succeeds({"export-vggface", "m.sqlite", "lists", "--uids"});
  EXPECT_THAT(Text("lists/Ada.txt"), HasSubstr("http://localhost/2"));
  Succeeds({"import-vggface", "lists", "lists.sqlite"});
  Succeeds({"export-vggface", "lists.sqlite", "relisted"});
  EXPECT_EQ(Text("relisted/Ada.txt"), Text("lists/Ada.txt"));
}

TEST_F(ManifestTest, SaysWhatIsWrong) {
  Fails({"show", "none.sqlite"}, 5, "no manifest none.sqlite");
  Fails({"show", "csv/runs.csv"}, 5, "is not a manifest");
  Fails({"undo", "m.sqlite", "purfy", "--out", "x"}, 2, "did you mean \"purify\"?");
  Fails({"undo", "m.sqlite", "1"}, 2, "--out is required");
  Fails({"undo", "m.sqlite", "1", "--out", "m.sqlite"}, 5, "is there already");
  Fails({"undo", "m.sqlite", "2", "--reason", "low score", "--out", "x"}, 2, "--image");
  Fails({"export-vggface", "m.sqlite", "x", "--full", "fll"}, 2, "did you mean \"full\"?");
  Fails({"import-csv", "none", "x"}, 5, "none");
  Fails({"shwo", "m.sqlite"}, 2, " has no verb \"shwo\"; did you mean \"show\"?");
  Fails({}, 2, "; verbs: show, undo, redo, snapshot, export-csv");
  EXPECT_FALSE(fs::exists(folder() + "/x"));

  const Ending help = Facet({"manifest", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("export-vggface"));
  const Ending of_verb = Facet({"manifest", "undo", "--help"});
  EXPECT_EQ(of_verb.exit_code, 0);
  EXPECT_THAT(of_verb.out, HasSubstr("--reason"));
}

}  // namespace
}  // namespace facet
