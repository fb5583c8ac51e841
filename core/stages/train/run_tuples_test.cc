// Steps in which a loss over pairs or triplets gets none, and batches that are not what was asked
// for.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "core/api/miner.h"
#include "core/base/json_lines.h"
#include "core/stages/train/train_testing.h"
#include "gmock/gmock.h"

namespace facet {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class TuplesTest : public TrainTest {
 protected:
  // So many images of each identity, as far as the 40 crops go.
  void ShareCrops(int images) {
    auto records = *ReadRecords(folder_ + "/crops.jsonl", &CropRecordFromJson);
    for (size_t i = 0; i < records.size(); ++i) {
      records[i].identity = std::to_string(i / static_cast<size_t>(images));
    }
    ASSERT_TRUE(WriteRecords(folder_ + "/crops.jsonl", records).ok());
  }
  std::unique_ptr<FakeContext> Of(const std::string& name, const std::map<std::string, Use>& uses,
                                  int batch) {
    auto context = Context(name, uses);
    context->settings_["loop"]["batch"] = batch;
    context->settings_["loop"]["validation_share"] = 0.0;
    ScheduleOf(*context)["rates"] = {1e-4};
    return context;
  }
  static std::map<std::string, Use> With(const std::string& loss) {
    auto uses = kUses;
    uses["loss"] = {"plugins/losses/lib" + loss + ".so", "loss", loss};
    return uses;
  }
  static std::string MessageOf(FakeContext& context) {
    return std::string(RunTrain(context).message());
  }
};

// All that take pairs or triplets without a miner. Those that learn from negative pairs alone have
// something to do; the others have not, and say so in their first step.
TEST_F(TuplesTest, NoLossOverTuplesSucceedsOnOneImagePerPerson) {
  ShareCrops(1);
  int num_refused = 0;
  for (const std::string loss :
       {"circle", "contrastive", "generalized_lifted_structure", "lifted_structure",
        "multi_similarity", "n_pairs", "ntxent", "supcon", "triplet"}) {
    auto context = Of(loss, With(loss), 8);
    const absl::Status status = RunTrain(*context);
    if (status.ok()) {
      EXPECT_EQ(context->counts_.at("steps without tuples"), 0) << loss;
      EXPECT_GT(ReadJsonLines(context->output_ + "/log.jsonl")->front().at("loss").get<double>(), 0)
          << loss;
      continue;
    }
    ++num_refused;
    EXPECT_EQ(context->steps_, 0) << loss;
    EXPECT_EQ(std::string(status.message()),
              loss +
                  " has nothing to learn from in step 1: 20 of the first 20 batches of 8 that "
                  "train.sampler \"random\" makes of 40 images of 40 identities have no two "
                  "images of one identity beside one of another; every identity has one "
                  "training image, of which no sampler makes a pair: give more images of each "
                  "(train.data), or use a loss of classes such as softmax "
                  "(train.most_without_tuples = 0.5)");
  }
  EXPECT_EQ(num_refused, 8);  // not multi_similarity
  auto softmax = Of("softmax", kUses, 8);
  EXPECT_TRUE(RunTrain(*softmax).ok());
  EXPECT_EQ(softmax->counts_.count("steps without tuples"), 0U);
}

TEST_F(TuplesTest, TheSamplerThatMakesPairsIsNamedAndHelps) {
  ShareCrops(2);
  auto random = Of("random", With("triplet"), 4);
  EXPECT_THAT(MessageOf(*random),
              HasSubstr("use train.sampler = { use = \"identities\", images = 2 }"));
  EXPECT_THAT(random->notices_, Contains(HasSubstr("Before training: ")));
  auto uses = With("triplet");
  uses["sampler"] = {"plugins/samplers/libidentities.so", "sampler", "identities", {{"images", 2}}};
  auto identities = Of("identities", uses, 4);
  const absl::Status status = RunTrain(*identities);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(identities->counts_.at("steps without tuples"), 0);
  EXPECT_EQ(identities->counts_.at("steps"), 40);
  EXPECT_THAT(identities->notices_, Not(Contains(HasSubstr("Before training: "))));
  // A batch that cannot be halved gets one that can; identities that are fewer, more images each.
  EXPECT_THAT(MessageOf(*Of("odd", With("triplet"), 3)),
              HasSubstr("images = 2 } with train.batch = 4"));
}

// The sampler fills up with the one image that there is; a pair of it with itself teaches nothing.
TEST_F(TuplesTest, AnImageShownTwiceIsNoPair) {
  ShareCrops(1);
  auto uses = With("triplet");
  uses["sampler"] = {"plugins/samplers/libidentities.so", "sampler", "identities", {{"images", 2}}};
  auto ones = Of("ones", uses, 8);
  EXPECT_EQ(MessageOf(*ones),
            "triplet has nothing to learn from: 20 of the first 20 batches of 8 that train.sampler "
            "\"identities\" makes of 40 images of 40 identities have no two images of one identity "
            "beside one of another (in 20 an image is shown again, as a pair with itself); every "
            "identity has one training image, of which no sampler makes a pair: give more images "
            "of each (train.data), or use a loss of classes such as softmax "
            "(train.most_without_tuples = 0.5)");
  EXPECT_EQ(ones->steps_, 0);
  auto allowed = Of("allowed", uses, 8);
  allowed->settings_["loop"]["most_without_tuples"] = 1.0;
  EXPECT_TRUE(RunTrain(*allowed).ok());
  EXPECT_THAT(allowed->notices_, Contains(HasSubstr("100 % of the pairs of one identity")));
  // Two images each, four asked for: a, b, a, b has two pairs of six that are none.
  ShareCrops(2);
  uses["sampler"].options["images"] = 4;
  auto few = Of("few", uses, 8);
  EXPECT_TRUE(RunTrain(*few).ok());
  EXPECT_THAT(few->notices_,
              Contains(HasSubstr("makes are an image with itself: of 20 identities 0 have one "
                                 "training image, the others 2 or more; use train.sampler = { use "
                                 "= \"identities\", images = 2 }.")));
  EXPECT_THAT(few->notices_, Contains(HasSubstr("Before training: 33 % of the pairs")));
}

// One element for each image that has another of its identity in the batch; counts, by comparing
// all labels with all, the batches in which there is none.
class CountingLoss final : public Loss {
 public:
  explicit CountingLoss(int64_t* without) : without_(without) {}
  TupleKind takes() const override { return TupleKind::kPairs; }
  bool needs_miner() const override { return false; }
  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput& input) override {
    std::vector<int64_t> anchors;
    const auto labels = input.labels.accessor<int64_t, 1>();
    for (int64_t i = 0; i < labels.size(0); ++i) {
      for (int64_t j = 0; j < labels.size(0); ++j) {
        if (i != j && labels[i] == labels[j]) anchors.push_back(i);
      }
    }
    if (anchors.empty()) ++*without_;
    return std::vector<LossGroup>{
        {"l", input.embeddings.square().mean(1).index_select(0, at::tensor(anchors, at::kLong))}};
  }

 private:
  int64_t* const without_;
};

TEST_F(TuplesTest, StepsWithoutTuplesAreCountedAlsoOverAStop) {
  ShareCrops(2);
  int64_t without = 0;
  const auto make = [&](const std::string& name) {
    auto uses = kUses;
    uses["loss"] = {"", "loss", "counting", Json::object(),
                    [&] { return std::make_unique<CountingLoss>(&without); }};
    auto context = Of(name, uses, 8);
    context->settings_["loop"]["most_without_tuples"] = 0.9;
    return context;
  };
  auto context = make("counted");
  const absl::Status status = RunTrain(*context);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_GT(without, 0);
  EXPECT_LT(without, 20);
  EXPECT_EQ(context->counts_.at("steps without tuples"), without);
  EXPECT_EQ(context->counts_.at("steps"), 20);
  int64_t logged = 0;
  const std::vector<Json> log = *ReadJsonLines(context->output_ + "/log.jsonl");
  for (const Json& epoch : log) {
    logged += epoch.at("without_tuples").get<int64_t>();
  }
  EXPECT_EQ(logged, without);
  ExpectSameBitsAfterStop(make, 7);
}

// A miner that wants none of those there are, or all.
class Picky final : public Miner {
 public:
  explicit Picky(bool wants) : wants_(wants) {}
  TupleKind makes() const override { return TupleKind::kTriplets; }
  absl::StatusOr<Tuples> Mine(const at::Tensor&, const at::Tensor& labels, uint64_t) override {
    Tuples tuples;
    tuples.kind = TupleKind::kTriplets;
    std::vector<int64_t> rows;
    if (wants_) rows = {0};
    tuples.anchors = tuples.positives = tuples.negatives = at::tensor(rows, labels.options());
    return tuples;
  }

 private:
  const bool wants_;
};

TEST_F(TuplesTest, AMinerThatNeverFindsATupleIsAnErrorThatNamesIt) {
  for (const bool wants : {false, true}) {
    auto uses = With("triplet");
    uses["miner"] = {"", "miner", "picky", Json::object(),
                     [wants] { return std::make_unique<Picky>(wants); }};
    auto context = Of(wants ? "wants" : "picky", uses, 8);  // four identities of ten images
    const std::string message = MessageOf(*context);
    EXPECT_EQ(message, wants ? ""
                             : "none of 20 steps had a tuple for triplet, so nothing was learned: "
                               "picky finds none that it wants; change its options or take another "
                               "train.miner");
  }
}

// What a batch does not show, the memory does.
TEST_F(TuplesTest, ImagesOfTheMemoryMakePairs) {
  ShareCrops(10);
  auto uses = With("triplet");
  auto context = Of("memory", uses, 2);
  context->settings_["memory"] = {{"size", 30}, {"start_step", 1}};
  ScheduleOf(*context)["rates"] = {1e-7};
  const absl::Status status = RunTrain(*context);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_LT(context->counts_.at("steps without tuples"), 10);
}

TEST_F(TrainTest, ABatchThatIsNotWhatWasAskedForIsSaid) {
  auto large = Context("large");
  large->settings_["loop"]["batch"] = 64;
  large->settings_["loop"]["validation_share"] = 0.0;
  ASSERT_TRUE(RunTrain(*large).ok());
  EXPECT_THAT(large->notices_,
              Contains("train.batch = 64, but there are 40 training images: a step "
                       "has as many."));
  auto uses = kUses;
  uses["architecture"] = {"plugins/architectures/libiresnet.so",
                          "architecture",
                          "iresnet",
                          {{"depth", "18"}, {"input_px", 32}, {"width", 0.05}, {"dimension", 8}}};
  for (const char* option : {"batch", "micro_batch"}) {
    auto one = Context(option, uses);
    one->settings_["loop"]["epochs"] = 1;
    one->settings_["loop"][option] = 1;
    ScheduleOf(*one)["rates"] = {1e-5};
    const absl::Status status = RunTrain(*one);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_THAT(one->notices_,
                Contains(absl::StrCat("train.", option,
                                      " = 1: what architecture \"iresnet\" normalises by the "
                                      "statistics of a batch, it normalises by those of one "
                                      "image.")));
  }
}

}  // namespace
}  // namespace facet
