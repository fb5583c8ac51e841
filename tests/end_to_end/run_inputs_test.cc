// `check --inputs`, and inputs that are not what they should be, on the real program.
#include <sys/stat.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A training set in folders, a test set in a list; no image is opened by what is tested here.
class InputsTest : public EndToEndTest {
 protected:
  void SetUp() override {
    EndToEndTest::SetUp();
    for (const char* image : {"a/1.jpg", "a/2.jpg", "b/1.jpg", "c/1.jpg"}) {
      fs::create_directories((fs::path(folder()) / "faces" / image).parent_path());
      Write(absl::StrCat("faces/", image), image);
    }
    Write("list.csv", "path,identity\na/1.jpg,a\na/2.jpg,a\nb/1.jpg,b\nc/1.jpg,c\n");
    Write("pairs.csv",
          "first,second,genuine,fold\na/1.jpg,a/2.jpg,1,0\na/1.jpg,b/1.jpg,0,0\n"
          "a/1.jpg,a/2.jpg,1,1\na/2.jpg,c/1.jpg,0,1\n");
    file_ = Write("mine.toml", absl::StrCat("schema = 1\nextends = \"", DataFile("tiny.toml"),
                                            "\"\n[base]\n"
                                            "train.data = { use = \"folder\", root = \"faces\" }\n"
                                            "train.detector.use = \"central\"\n"
                                            "test.detector.use = \"central\"\n"
                                            "test.data = { use = \"image_list\", root = \"faces\", "
                                            "list = \"list.csv\", pairs = \"pairs.csv\" }\n"));
  }
  std::string file_;
};

TEST_F(InputsTest, CheckLooksForEachImageWhereItIsAskedTo) {
  const Ending plain = Facet({"check", file_});
  EXPECT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_THAT(plain.out, Not(HasSubstr("image")));
  EXPECT_FALSE(fs::exists(store()));

  const Ending all = Facet({"check", "--inputs", file_});
  EXPECT_EQ(all.exit_code, 0) << all.out << all.err;
  EXPECT_THAT(all.out,
              HasSubstr("rows softmax,triplet  train.dataset (folder): 4 images of 3 people "
                        "in "));
  EXPECT_THAT(all.out, HasSubstr("test.dataset (image_list): 4 images of 3 people in "));
  EXPECT_THAT(all.out, HasSubstr("list.csv, 0.0 MB"));

  // What the list names is not there: the data set's own words.
  fs::remove(folder() + "/faces/c/1.jpg");
  const Ending missing = Facet({"check", "--inputs", file_});
  EXPECT_EQ(missing.exit_code, 5) << missing.out;
  EXPECT_THAT(missing.out, HasSubstr("test.dataset (image_list): error: "));
  EXPECT_THAT(missing.out, AllOf(HasSubstr("c/1.jpg"), Not(HasSubstr("all fine"))));
  EXPECT_THAT(missing.err, HasSubstr("1 error in 2 rows"));
  EXPECT_THAT(missing.out, HasSubstr("train.dataset (folder): 3 images of 2 people"));
  EXPECT_EQ(Facet({"check", file_}).exit_code, 0);

  // A list that is none.
  Write("list.csv", "no table\n");
  const Ending broken = Facet({"check", "--inputs", file_});
  EXPECT_EQ(broken.exit_code, 5) << broken.out;
  EXPECT_THAT(broken.out, HasSubstr("list.csv"));
}

// What the numbers of images tell of a loss over pairs: of the 10 batches of 2 of 5 images, with 2,
// 2 and 1 of a person, 2 hold a pair; nothing learns from people with one image each.
TEST_F(InputsTest, CheckForeseesBatchesWithoutTuples) {
  Write("faces/b/2.jpg", "b/2.jpg");
  const std::vector<std::string> sets = {
      "check", "--inputs",     file_, "--set", "train.loss={ use = \"triplet\" }",
      "--set", "train.batch=2"};
  const Ending two = Facet(sets);
  EXPECT_EQ(two.exit_code, 0) << two.out << two.err;
  EXPECT_THAT(two.out, HasSubstr("train: warning: loss \"triplet\" learns from images of one "
                                 "identity; of batches of 2 drawn at random from 5 images of 3 "
                                 "identities at most 20.0 % hold two of one; use train.sampler"));
  EXPECT_THAT(two.out, HasSubstr("all fine (1 warning)"));

  fs::remove(folder() + "/faces/a/2.jpg");
  fs::remove(folder() + "/faces/b/2.jpg");
  Write("list.csv", "path,identity\na/1.jpg,a\nb/1.jpg,b\nc/1.jpg,c\n");
  Write("pairs.csv",
        "first,second,genuine,fold\na/1.jpg,b/1.jpg,1,0\na/1.jpg,c/1.jpg,0,0\n"
        "b/1.jpg,c/1.jpg,1,1\na/1.jpg,c/1.jpg,0,1\n");
  const Ending none = Facet(sets);
  EXPECT_THAT(none.out, HasSubstr("every identity has one training image"));
  EXPECT_THAT(Facet({"check", "--inputs", file_}).out, Not(HasSubstr("warning")));
}

TEST_F(InputsTest, WeightsThatAreNoneEndARunBeforeItsFirstStage) {
  Write("pointer.safetensors",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  Write("page.safetensors", "<!DOCTYPE html>\n<html></html>\n");
  Write("zip.safetensors", "PK\x03\x04\x14");
  Write("short.safetensors",
        std::string("\x40\0\0\0\0\0\0\0", 8) +
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[9],\"data_offsets\":[0,36]}}          " +
            "12345");
  Write("w.pth", "PK\x03\x04\x14");
  for (const auto& [file, said] : std::map<std::string, std::string>{
           {"pointer.safetensors", "is a Git-LFS pointer, not the file itself"},
           {"page.safetensors", "is an HTML page"},
           {"zip.safetensors", "is a zip archive, as PyTorch's .pt and .pth are"},
           {"short.safetensors", "is cut off: 78 of 108 bytes are there"}}) {
    for (const char* verb : {"check", "run"}) {
      const Ending end =
          Facet({verb, DataFile("tiny.toml"), "--set", "train.weights.file=" + file});
      EXPECT_EQ(end.exit_code, 5) << verb << file << end.err;
      EXPECT_THAT(end.err, HasSubstr(absl::StrCat("train.weights.file: ", folder(), "/", file)));
      EXPECT_THAT(end.err, HasSubstr(said));
      EXPECT_THAT(end.err, Not(HasSubstr("runs")));
    }
  }
  const Ending pth = Facet({"check", DataFile("tiny.toml"), "--set", "train.weights.file=w.pth"});
  EXPECT_EQ(pth.exit_code, 3) << pth.err;
  EXPECT_THAT(pth.err, HasSubstr("what it is shows in its ending, .safetensors or .caffemodel"));
}

}  // namespace
}  // namespace facet
