#include <cmath>
#include <filesystem>

#include "core/pipeline/context_testing.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"
#include "core/stages/classify/classify.h"
#include "core/training/model.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// A network of two classes with descriptors of two values; inputs and output are one folder.
class ClassifyTest : public testing::Test {
 protected:
  ClassifyTest() : context_(Folder(), {}, Json::object()) {
    context_.uses_["loss"] = {"plugins/losses/libsoftmax.so", "loss", "softmax"};
    for (const char* port : {"descriptors", "model"}) context_.inputs_[port] = context_.output_;
  }
  static std::string Folder() {
    const std::string folder =
        absl::StrCat(testing::TempDir(), "/classify_",
                     testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder);
    return folder;
  }
  void Fill(const std::vector<float>& weights) {
    Model model;
    model.classes = {"Ann", "Bob"};
    model.input.size_px = 8;
    model.input.mean_bgr = {0, 0, 0};
    model.weights.tensors["loss.weight"] = {{2, 2}, weights};
    model.weights.tensors["loss.bias"] = {{2}, {0.5f, 0}};
    ASSERT_TRUE(WriteModel(model, context_.output_).ok());
    ASSERT_TRUE(WriteNpy(context_.output_ + "/descriptors.npy", {{3, 2}, {1, 0, 0, 2, 1, 1}}).ok());
    std::vector<DescriptorRecord> records(3);
    const char* const names[] = {"Ann", "Cleo", "Bob"};
    for (size_t i = 0; i < 3; ++i) {
      records[i].sample = static_cast<int64_t>(10 + i);
      records[i].identity = names[i];
    }
    ASSERT_TRUE(WriteRecords(context_.output_ + "/rows.jsonl", records).ok());
  }

  FakeContext context_;
};

TEST_F(ClassifyTest, LogSoftmaxOfTheOwnClass) {
  Fill({1, 2, 3, -1});
  const absl::Status status = RunClassify(context_);
  ASSERT_TRUE(status.ok()) << status;
  const auto scores = ReadRecords(context_.output_ + "/scores.jsonl", &ScoreRecordFromJson);
  ASSERT_TRUE(scores.ok()) << scores.status();
  ASSERT_EQ(scores->size(), 2u);  // nobody knows Cleo
  // By hand: logits of (1, 0) are (1.5, 3), of (1, 1) they are (3.5, 2).
  EXPECT_EQ((*scores)[0].sample, 10);
  EXPECT_NEAR((*scores)[0].log_probability, 1.5 - std::log(std::exp(1.5) + std::exp(3.0)), 1e-6);
  EXPECT_EQ((*scores)[1].sample, 12);
  EXPECT_NEAR((*scores)[1].log_probability, 2 - std::log(std::exp(3.5) + std::exp(2.0)), 1e-6);
}

TEST_F(ClassifyTest, SmallDifferencesNearOneAreKept) {
  Fill({50, 0, 0, 0});
  ASSERT_TRUE(RunClassify(context_).ok());
  const auto scores = ReadRecords(context_.output_ + "/scores.jsonl", &ScoreRecordFromJson);
  // p rounds to 1, its logarithm does not round to 0: log(1 + exp(-50.5)), as naively as it can be.
  EXPECT_NEAR((*scores)[0].log_probability, -std::exp(-50.5), 1e-25);
}

class WrongScores final : public Loss {
 public:
  explicit WrongScores(at::Tensor scores) : scores_(std::move(scores)) {}
  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput&) override {
    return absl::UnimplementedError("classify trains nothing");
  }
  std::optional<at::Tensor> Scores(const at::Tensor&) override { return scores_; }

 private:
  const at::Tensor scores_;
};

TEST_F(ClassifyTest, ScoresOfAnotherShapeOrNotFiniteAreNotStored) {
  Fill({1, 2, 3, -1});
  const auto refusal = [&](const at::Tensor& scores) {
    context_.uses_["loss"] = {"", "loss", "wrong", Json::object(),
                              [=] { return std::make_unique<WrongScores>(scores); }};
    return std::string(RunClassify(context_).message());
  };
  EXPECT_THAT(
      refusal(at::zeros({2, 2})),
      HasSubstr("loss \"wrong\" gives scores of the shape [2, 2] for 3 faces and 2 classes"));
  EXPECT_THAT(refusal(at::zeros({3, 3})), HasSubstr("of the shape [3, 3]"));
  EXPECT_THAT(refusal(at::zeros({3})), HasSubstr("of the shape [3]"));
  EXPECT_THAT(refusal(at::full({3, 2}, std::nan(""))),
              HasSubstr("loss \"wrong\" on sample 10: its log probability is nan"));
  EXPECT_EQ(refusal(at::zeros({3, 2})), "");
}

TEST_F(ClassifyTest, ALossWithoutAClassifierIsRefused) {
  Fill({1, 2, 3, -1});
  context_.uses_["loss"] = {"plugins/losses/libtriplet.so", "loss", "triplet"};
  const absl::Status status = RunClassify(context_);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("loss \"triplet\" has no classifier"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("facet plugins list --kind loss"));
}

}  // namespace
}  // namespace facet
