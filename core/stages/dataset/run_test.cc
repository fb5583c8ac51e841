#include <cmath>
#include <filesystem>
#include <functional>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "core/base/hash.h"
#include "core/image/image_io.h"
#include "core/pipeline/context_testing.h"
#include "core/records/blob_file.h"
#include "core/records/samples.h"
#include "core/stages/dataset/dataset.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Even samples are files, odd ones rendered: 40 x 30 px whose colour is the number.
class FakeDataset final : public Dataset {
 public:
  FakeDataset(DatasetContents contents, std::string root)
      : contents_(std::move(contents)), root_(std::move(root)) {}
  std::string root() const override { return root_; }
  absl::StatusOr<DatasetContents> Load() override { return contents_; }
  absl::StatusOr<Image> Render(int64_t render) const override {
    if (render == 665) throw std::bad_alloc();
    if (render == 666) throw std::runtime_error("no such face");
    if (render == 667) return Image();
    Image image(40, 30);
    for (size_t i = 0; i < image.bgr.size(); ++i) {
      image.bgr[i] = static_cast<uint8_t>(render * (i % 3 + 1));
    }
    return image;
  }

 private:
  const DatasetContents contents_;
  const std::string root_;
};

DatasetContents Contents() {
  DatasetContents contents;
  for (int i = 0; i < 300; ++i) {
    Sample sample;
    sample.key = absl::StrCat("key", i);
    sample.identity = absl::StrCat("person", i / 10);
    if (i % 2 == 0) {
      sample.path = absl::StrCat("a/", i, ".jpg");
    } else {
      sample.render = i;
    }
    sample.fold = i / 150;
    contents.samples.push_back(sample);
  }
  contents.protocol.kind = Protocol::Kind::kFolds;
  contents.protocol.num_folds = 2;
  contents.protocol.templates = {{"t0", {0, 1}}, {"t1", {2}}, {"t2", {299}}};
  contents.protocol.pairs = {{0, 1, true, 0}, {0, 2, false, 1}};
  contents.counts = {{"missing images", 3}};
  contents.notices = {"3 images are missing."};
  return contents;
}

std::string EmptyFolder(int threads) {
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder = absl::StrCat(testing::TempDir(), "/", test->name(), threads);
  std::filesystem::remove_all(folder);
  return folder;
}

class DatasetContext final : public FakeContext {
 public:
  DatasetContext(const DatasetContents& contents, int threads, const std::string& root = "")
      : FakeContext(EmptyFolder(threads),
                    {{"data",
                      {"", "dataset", "fake", Json::object(),
                       [=] { return std::make_unique<FakeDataset>(contents, root); }}}},
                    Json::object()) {
    threads_ = threads;
  }
  std::string Output(const std::string& name) const { return output_ + "/" + name; }
};

TEST(RunDataset, WritesSamplesProtocolAndImagesWhateverTheThreads) {
  DatasetContext one(Contents(), 1), three(Contents(), 3);
  ASSERT_TRUE(RunDataset(one).ok());
  ASSERT_TRUE(RunDataset(three).ok());
  for (const char* file : {"samples.jsonl", "protocol.json", "images.mdb"}) {
    EXPECT_EQ(*Sha256File(one.Output(file)), *Sha256File(three.Output(file))) << file;
  }
  const auto read = ReadDataset(one.Output("samples.jsonl"), one.Output("protocol.json"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->samples.size(), 300u);
  EXPECT_EQ(read->protocol.pairs.size(), 2u);
  const auto images = BlobReader::Open(one.Output("images.mdb"));
  ASSERT_TRUE(images.ok()) << images.status();
  EXPECT_EQ((*images)->size(), 150);
  const absl::StatusOr<Image> image = DecodeImage(*(*images)->Get(41));
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->width, 40);
  EXPECT_EQ(image->height, 30);
  // A flat colour survives JPEG up to its rounding between colour spaces.
  EXPECT_NEAR(image->Pixel(5, 5)[0], 41, 2);
  EXPECT_NEAR(image->Pixel(5, 5)[2], 123, 2);
  EXPECT_EQ((*images)->Get(40).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(one.counts_.at("missing images"), 3);
  EXPECT_EQ(one.counts_.at("rendered images"), 150);
  EXPECT_EQ(one.notices_, Contents().notices);
  EXPECT_EQ(one.done_, 150);
  EXPECT_EQ(one.total_, 150);
}

TEST(RunDataset, FilesAloneMakeNoImageStore) {
  DatasetContents contents = Contents();
  for (Sample& sample : contents.samples) sample.path = "a/" + sample.key;
  DatasetContext context(contents, 2);
  ASSERT_TRUE(RunDataset(context).ok());
  EXPECT_FALSE(std::filesystem::exists(context.Output("images.mdb")));
}

TEST(RunDataset, ASampleThatTheKeyDoesNotCoverIsRefused) {
  DatasetContents contents = Contents();
  for (Sample& sample : contents.samples) sample.path = "Ann/" + sample.key;
  DatasetContext context(contents, 2, "/data/faces/images");
  context.uses_["data"].options["root"] = "/data/faces";
  context.files_["root"] = {"*.txt", "images/*/*"};
  EXPECT_TRUE(RunDataset(context).ok());  // below /data/faces/images
  context.files_["root"] = {"*.txt", "images/*/*.png"};
  const absl::Status status = RunDataset(context);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("is none of the files that it says it reads below `root` "
                        "(*.txt, images/*/*.png): move it, or "));
}

TEST(RunDataset, AFileThatIsNeverReadIsSaidWithWhatAUserCanDo) {
  for (const char* path : {"@eaDir/1.jpg", ".x.jpg", "Ann/.hidden/1.jpg", "Ann/Thumbs.db"}) {
    DatasetContents contents = Contents();
    for (Sample& sample : contents.samples) sample.path = "Ann/" + sample.key;
    contents.samples[7].path = path;
    DatasetContext context(contents, 2, "/data/faces");
    context.uses_["data"].options["root"] = "/data/faces";
    context.files_["root"] = {"**/*"};
    const absl::Status status = RunDataset(context);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(absl::StrCat("the image ", path,
                                             " is never read, for a name in it "
                                             "begins with a dot or is one that systems leave, as "
                                             "@eaDir: rename it, or leave it out of the list")),
                      Not(HasSubstr("InputDirectory"))));
  }
}

TEST(RunDataset, AnImageThatCannotBeRenderedIsCountedAndLeftOut) {
  DatasetContents contents = Contents();
  contents.samples[51].render = 666;
  DatasetContext context(contents, 2);
  ASSERT_TRUE(RunDataset(context).ok());
  EXPECT_EQ(context.counts_["rendered images"], 149);
  EXPECT_EQ(context.counts_["images that could not be rendered"], 1);
  ASSERT_EQ(context.notices_.size(), 2u);
  EXPECT_EQ(
      context.notices_[1],
      "the data set fake could not render 1 of 150 images, which are unreadable to the stages "
      "after it: key51: fake: exception: no such face");
  const auto images = BlobReader::Open(context.Output("images.mdb")).value();
  EXPECT_TRUE(absl::IsNotFound(images->Get(51).status()));
  EXPECT_TRUE(images->Get(53).ok());

  for (Sample& sample : contents.samples) {
    if (sample.path.empty()) sample.render = 666;
  }
  DatasetContext none(contents, 2);
  EXPECT_EQ(RunDataset(none).message(),
            "the data set fake renders none of 150 images: key1, key3, key5, key7, key9, key11, "
            "key13, key15, key17, key19 and 140 more: fake: exception: no such face");
}

TEST(RunDataset, FaultsOfThePluginAreStatuses) {
  DatasetContents contents = Contents();
  contents.samples[51].render = 665;
  DatasetContext broken(contents, 2);
  absl::Status status = RunDataset(broken);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), "rendering key51: fake: out of memory");
  EXPECT_FALSE(std::filesystem::exists(broken.Output("images.mdb")));

  contents.samples[51].render = 667;
  DatasetContext empty(contents, 2);
  EXPECT_THAT(std::string(RunDataset(empty).message()), HasSubstr("an image of 0x0"));

  contents.samples[51].key = "key50";
  DatasetContext twice(contents, 2);
  status = RunDataset(twice);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("data set \"fake\" broke its contract (a fault of the plugin): samples 50 "
                        "and 51 have one key, \"key50\""));

  DatasetContext stopped(Contents(), 2);
  stopped.stop_after_ = 0;
  EXPECT_EQ(RunDataset(stopped).code(), absl::StatusCode::kCancelled);
}

TEST(CheckContents, EveryRule) {
  EXPECT_TRUE(CheckContents(Contents()).ok());
  struct Case {
    const char* message;
    std::function<void(DatasetContents&)> spoil;
  };
  using C = DatasetContents;
  const std::vector<Case> cases = {
      {"it has no samples", [](C& c) { c.samples.clear(); }},
      {"sample 3 (\"\"): its key is empty", [](C& c) { c.samples[3].key = ""; }},
      {"a name is not UTF-8", [](C& c) { c.samples[3].identity = "G\xfcl"; }},
      {"neither a path", [](C& c) { c.samples[0].path = ""; }},
      {"neither a path", [](C& c) { c.samples[0].path = "../secret"; }},
      {"neither a path", [](C& c) { c.samples[0].path = "/etc/passwd"; }},
      {"has no area", [](C& c) { c.samples[0].box = Box{1, 2, 0, 4}; }},
      {"is not finite", [](C& c) { c.samples[0].box = Box{std::nan(""), 2, 3, 4}; }},
      {"its scheme 5", [](C& c) { c.samples[0].landmarks.scheme = LandmarkScheme::kPoints5; }},
      {"its fold 2 is outside -1 .. 1", [](C& c) { c.samples[0].fold = 2; }},
      {"pairs, but its kind is none", [](C& c) { c.protocol.kind = Protocol::Kind::kNone; }},
      {"it has 1 folds", [](C& c) { c.protocol.num_folds = 1, c.samples.resize(100); }},
      {"it has 3 folds",
       [](C& c) { c.protocol.num_folds = 3, c.protocol.kind = Protocol::Kind::kSplit; }},
      {"template \"t1\" has no samples", [](C& c) { c.protocol.templates[1].samples.clear(); }},
      {"template \"t2\" names sample 299 of 299", [](C& c) { c.samples.pop_back(); }},
      {"pair 1 is of the templates 0 and 2 of 2", [](C& c) { c.protocol.templates.pop_back(); }},
      {"pair 0 is of the templates 1 and 1", [](C& c) { c.protocol.pairs[0].first = 1; }},
      {"pair 0 is in fold 2 of 2", [](C& c) { c.protocol.pairs[0].fold = 2; }},
      {"fold 1 of 2 has no pairs", [](C& c) { c.protocol.pairs[1].fold = 0; }},
  };
  for (const Case& each : cases) {
    DatasetContents contents = Contents();
    each.spoil(contents);
    const absl::Status status = CheckContents(contents);
    EXPECT_THAT(std::string(status.message()), HasSubstr(each.message));
  }
}

}  // namespace
}  // namespace facet
