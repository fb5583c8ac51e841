// `export`: what another program makes of the files is what the table says (recompute.py).
#include <filesystem>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ExportTest : public EndToEndTest {
 protected:
  std::string Tiny() const { return DataFile("tiny.toml"); }

  std::string TextOf(const std::string& file) const {
    const absl::StatusOr<std::string> text = ReadFile(absl::StrCat(folder(), "/", file));
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? *text : "";
  }
  std::vector<std::string> LinesOf(const std::string& file) const {
    return absl::StrSplit(TextOf(file), '\n', absl::SkipEmpty());
  }
};

// The row's figures as the report prints them, "100%-EER, pooled: 85.37".
std::vector<std::string> Printed(const Ending& report, const std::string& row,
                                 const std::vector<std::string>& names) {
  std::vector<std::string> printed;
  const absl::StatusOr<Json> json = ParseJson(report.out, "report");
  EXPECT_TRUE(json.ok()) << json.status();
  if (!json.ok()) return printed;
  for (const Json& each : json->at("rows")) {
    if (each.at("id") != row) continue;
    for (const std::string& name : names) {
      for (const Json& metric : each.at("evaluation").at("metrics")) {
        if (metric.at("name") != name) continue;
        printed.push_back(absl::StrFormat("%s: %.2f", name, metric.at("value").get<double>()));
      }
    }
  }
  return printed;
}

TEST_F(ExportTest, AnotherProgramComputesThePrintedFiguresFromTheFiles) {
  // More pairs than tiny.toml has, so that no figure is a round one by chance.
  const std::string file = Write("pairs.toml", "schema = 1\nextends = \"" + Tiny() +
                                                   "\"\n[base.test]\ndata = { people = 40, images "
                                                   "= 3, pairs = 11 }\n");
  ASSERT_EQ(Facet({"run", file}).exit_code, 0);
  const Ending report = Facet({"report", "--format", "json"});
  for (const std::string row : {"softmax", "triplet"}) {
    ASSERT_EQ(Facet({"export", "scores", file, row, "--out", row}).exit_code, 0);
    const Ending exported = Facet({"export", "descriptors", file, row, "--out", row});
    ASSERT_EQ(exported.exit_code, 0) << exported.err;
    const Ending again =
        Program({"/usr/bin/python3", DataFile("recompute.py"), row}, folder()).Wait();
    ASSERT_EQ(again.exit_code, 0) << again.err;
    std::vector<std::string> lines = absl::StrSplit(again.out, '\n', absl::SkipEmpty());
    const std::vector<std::string> printed =
        Printed(report, row, {"100%-EER, pooled", "100%-EER, mean of folds", "accuracy"});
    ASSERT_EQ(lines.size(), printed.size() + 1) << again.out;
    // float32 sums of other orders: 1e-6 of a distance of about 1.
    double worst = 1;
    ASSERT_TRUE(absl::SimpleAtod(lines.back().substr(sizeof("distances:")), &worst));
    EXPECT_LT(worst, 1e-6);
    lines.pop_back();
    EXPECT_EQ(lines, printed);
  }
  // Ten folds with a projection each: every pair under every one of them.
  EXPECT_EQ(LinesOf("softmax/scores.csv").size(), 1u + 10 * 22);
  EXPECT_EQ(LinesOf("triplet/scores.csv").size(), 1u + 10 * 10 * 22);
}

TEST_F(ExportTest, EveryTableHasItsColumns) {
  CopyTinyStore();
  const Ending descriptors = Facet({"export", "descriptors", Tiny(), "triplet"});
  EXPECT_EQ(descriptors.out,
            "export.triplet/descriptors.npy\nexport.triplet/descriptors.csv\n"
            "export.triplet/templates.csv\nexport.triplet/projection.npy\n");
  const std::vector<std::string> rows = LinesOf("export.triplet/descriptors.csv");
  EXPECT_EQ(rows.size(), 1u + 40);
  EXPECT_EQ(rows[0], "row,image,path,identity,fold,video,frame,confidence");
  EXPECT_EQ(rows[1], "0,test_00000/0000,,test_00000,0,,,1.0");
  EXPECT_THAT(TextOf("export.triplet/descriptors.npy"), HasSubstr("'shape': (40, 16)"));

  for (const char* what : {"scores", "curves"}) {
    const Ending branch = Facet({"export", what, Tiny(), "triplet", "--branch", "train"});
    EXPECT_EQ(branch.exit_code, 2) << branch.out;
    EXPECT_THAT(branch.err, HasSubstr("are those of the row as a whole: without --branch"));
  }
  EXPECT_EQ(Facet({"export", "faces", Tiny(), "triplet", "--branch", "train"}).out,
            "export.triplet.train/faces.csv\nexport.triplet.train/alignments.csv\n");
  const std::vector<std::string> faces = LinesOf("export.triplet.train/faces.csv");
  EXPECT_EQ(faces.size(), 1u + 36);
  EXPECT_THAT(faces[0],
              StartsWith("image,identity,image_width,image_height,state,reason,face,taken,"
                         "x,y,width,height,score,pose,scheme,lx1,ly1,"));
  EXPECT_THAT(faces[1], StartsWith("train_00000/0000,train_00000,160,160,found,,0,1,"));

  EXPECT_EQ(Facet({"export", "curves", Tiny(), "triplet", "--out", "a/b"}).out,
            "a/b/curves.csv\na/b/training.csv\na/b/embedding.csv\n");
  EXPECT_EQ(Facet({"export", "curves", Tiny(), "softmax", "--out", "a/b"}).out,
            "a/b/curves.csv\na/b/training.csv\n");
  EXPECT_EQ(LinesOf("a/b/training.csv")[0], "epoch,step,rate,loss,accuracy");
  EXPECT_EQ(LinesOf("a/b/curves.csv")[0], "curve,x_label,y_label,x,y");
  EXPECT_EQ(LinesOf("a/b/embedding.csv").size(), 1u + 10);
}

TEST_F(ExportTest, WhatWasNotRunIsNotRunByExport) {
  const Ending before = Facet({"export", "scores", Tiny(), "softmax", "--set", "seed=7"});
  EXPECT_EQ(before.exit_code, 5);
  EXPECT_THAT(before.err, HasSubstr("is not computed yet; run: "));
  EXPECT_THAT(before.err, HasSubstr(" run " + Tiny() + " softmax --set seed=7\n"));
  EXPECT_TRUE(Artifacts(store()).empty());
  EXPECT_FALSE(fs::exists(folder() + "/export.softmax"));

  const Ending what = Facet({"export", "figures", Tiny(), "softmax"});
  EXPECT_EQ(what.exit_code, 2);
  EXPECT_THAT(what.err, HasSubstr("figures not in"));
  EXPECT_EQ(Facet({"export", "scores", Tiny(), "softmx"}).exit_code, 2);
}

TEST_F(ExportTest, AnEvaluatorWithoutScoresSaysWhatToTake) {
  CopyTinyStore();
  const std::string file =
      Write("other.toml", "schema = 1\nextends = \"" + Tiny() +
                              "\"\n[[row]]\nid = \"identified\"\nextends = \"softmax\"\n"
                              "test.evaluator = { use = \"identification\" }\n"
                              "[[row]]\nid = \"all\"\nextends = \"softmax\"\n"
                              "test.evaluator = { use = \"tar_at_far\", pairs = \"all\", far = "
                              "[0.1], headline = 0.1 }\n");
  ASSERT_EQ(Facet({"run", file}).exit_code, 0);
  const Ending identified = Facet({"export", "scores", file, "identified"});
  EXPECT_EQ(identified.exit_code, 2);
  EXPECT_THAT(identified.err,
              AllOf(HasSubstr("\"identification\""), HasSubstr("no option `scores`"),
                    HasSubstr("export descriptors")));
  const Ending all = Facet({"export", "scores", file, "all"});
  EXPECT_EQ(all.exit_code, 1);
  EXPECT_THAT(all.err, HasSubstr("export descriptors"));
}

TEST_F(ExportTest, AFolderThatCannotBeMadeIsToldAndNothingIsHalfWritten) {
  CopyTinyStore();
  std::ofstream(folder() + "/file") << "x";
  const Ending ending = Facet({"export", "faces", Tiny(), "softmax", "--out", "file/below"});
  EXPECT_EQ(ending.exit_code, 5);
  EXPECT_THAT(ending.err, AllOf(HasSubstr("file/below"), HasSubstr("--out")));
  EXPECT_EQ(TextOf("file"), "x");
}

class DescribeFolderTest : public ExportTest {
 protected:
  // Faces that the program painted: of a contact sheet, whose file any reader takes.
  void MakeImages(const std::string& below) {
    const Ending sheet = Facet(
        {"preview", Tiny(), "softmax", "--stage", "crops", "--count", "1", "--out", "face.png"});
    ASSERT_EQ(sheet.exit_code, 0) << sheet.err;
    fs::create_directories(absl::StrCat(folder(), "/", below, "/a, \"b\""));
    for (const char* name : {"/1.png", "/a, \"b\"/2.png"}) {
      fs::copy_file(folder() + "/face.png", absl::StrCat(folder(), "/", below, name));
    }
    std::ofstream(absl::StrCat(folder(), "/", below, "/broken.jpg")) << "no image";
    std::ofstream(absl::StrCat(folder(), "/", below, "/notes.txt")) << "no image";
  }
};

TEST_F(DescribeFolderTest, EveryImageIsALineAndTheSecondCallIsCached) {
  CopyTinyStore();
  MakeImages("pictures");
  const Ending first = Facet({"describe", Tiny(), "softmax", "pictures"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(first.out, "describe.softmax/descriptors.npy\ndescribe.softmax/images.csv\n");
  EXPECT_THAT(first.err, AllOf(HasSubstr("3 images, 2 described"), HasSubstr("notes.txt"),
                               HasSubstr("broken.jpg")));
  const std::vector<std::string> lines = LinesOf("describe.softmax/images.csv");
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], "row,image,state,reason,x,y,width,height,score,faces");
  // tiny.toml's detector takes boxes from the data: there are none, so the central one is taken.
  EXPECT_THAT(lines[1], StartsWith("0,1.png,fallback,given found no face,"));
  EXPECT_THAT(lines[2], StartsWith(",broken.jpg,unreadable,"));
  EXPECT_THAT(lines[3], StartsWith("1,\"a, \"\"b\"\"/2.png\",fallback,"));
  EXPECT_THAT(TextOf("describe.softmax/descriptors.npy"), HasSubstr("'shape': (2, 16)"));
  EXPECT_THAT(first.err, HasSubstr("describe: runs"));
  EXPECT_THAT(Facet({"describe", Tiny(), "softmax", "pictures"}).err, Not(HasSubstr("runs")));
}

// The descriptors of the row's own test images, from a folder.
TEST_F(DescribeFolderTest, AProjectionForAllIsAppliedAndOnePerFoldIsNot) {
  CopyTinyStore();
  MakeImages("pictures");
  const Ending folds = Facet({"describe", Tiny(), "triplet", "pictures", "--out", "folds"});
  EXPECT_EQ(folds.exit_code, 0) << folds.err;
  EXPECT_THAT(folds.err, HasSubstr("a projection for each of 10 folds"));
  EXPECT_THAT(TextOf("folds/descriptors.npy"), HasSubstr("'shape': (2, 16)"));

  const std::vector<std::string> set = {"--set", "triplet:embed.on=train"};
  const Ending missing =
      Facet({"describe", Tiny(), "triplet", "pictures", "--out", "one", set[0], set[1]});
  EXPECT_EQ(missing.exit_code, 5);
  EXPECT_THAT(missing.err, HasSubstr("project is not computed yet; run: "));
  ASSERT_EQ(Facet({"run", Tiny(), "triplet", set[0], set[1]}).exit_code, 0);
  const Ending one =
      Facet({"describe", Tiny(), "triplet", "pictures", "--out", "one", set[0], set[1]});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.err, HasSubstr("projected to 8 values"));
  EXPECT_THAT(TextOf("one/descriptors.npy"), HasSubstr("'shape': (2, 8)"));
}

TEST_F(DescribeFolderTest, NothingIsTrainedForIt) {
  fs::create_directories(folder() + "/pictures");
  std::ofstream(folder() + "/pictures/1.jpg") << "no image";
  const Ending untrained = Facet({"describe", Tiny(), "softmax", "pictures"});
  EXPECT_EQ(untrained.exit_code, 5);
  EXPECT_THAT(untrained.err, HasSubstr("train is not computed yet; run: "));
  EXPECT_TRUE(Artifacts(store()).empty());
  const Ending nowhere = Facet({"describe", Tiny(), "softmax", "nowhere"});
  EXPECT_EQ(nowhere.exit_code, 5);
  EXPECT_THAT(nowhere.err, HasSubstr("there is no folder nowhere"));
}

}  // namespace
}  // namespace facet
