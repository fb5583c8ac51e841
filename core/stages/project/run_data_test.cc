// What the embed stage learns from: folds, parts, whole templates; and what it refuses.
#include "core/records/descriptors.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/project/project_testing.h"
#include "core/stages/project/settings.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(EmbedTest, AFoldNeverLearnsFromItsOwnPeople) {
  const std::vector<Matrix> before = Run(*Context("before"));
  for (size_t i = 0; i < records_.size(); ++i) {  // other faces, another number of people
    if (records_[i].fold != 2) continue;
    for (double& value : descriptors_[i]) value = -2 * value + 1;
    records_[i].identity += i % 2 == 0 ? " the elder" : " the younger";
  }
  const std::vector<Matrix> after = Run(*Context("after"));
  for (size_t fold = 0; fold < before.size(); ++fold) {
    EXPECT_EQ(before[fold] == after[fold], fold == 2) << fold;
  }
}

TEST_F(EmbedTest, LeavesOutSamplesWithoutFoldOrIdentity) {
  const std::vector<Matrix> before = Run(*Context("before"));
  for (const bool known : {true, false}) {
    descriptors_.push_back(Vector(kD, 3.0));
    records_.push_back({100, known ? "person 3" : "", 1.0, known ? -1 : 3});
  }
  EXPECT_EQ(Run(*Context("after")), before);
}

TEST_F(EmbedTest, ASingleSplitLearnsFromThePartThatTunes) {
  protocol_.kind = Protocol::Kind::kSplit;
  protocol_.num_folds = 2;
  for (DescriptorRecord& record : records_) record.fold = record.fold < 3 ? 0 : 1;
  auto context = Context("before");
  const std::vector<Matrix> before = Run(*context);
  EXPECT_EQ(before.size(), 1u);
  EXPECT_EQ(Log(*context)[0].at("people"), 12);
  EXPECT_THAT(context->notices_,
              Contains(HasSubstr("W' is learned on the people of its tuning part")));
  for (size_t i = 0; i < records_.size(); ++i) {
    if (records_[i].fold == 1) descriptors_[i] = Vector(kD, 1.0);
  }
  EXPECT_EQ(Run(*Context("after")), before);
}

// The folds' W' are those that are learned where the people of the next fold are not there at all.
TEST_F(EmbedTest, AFoldThatChoosesAThresholdTeachesNothing) {
  auto held_out = Context("held_out");
  held_out->settings_[kThresholdHeldOut] = true;
  const std::vector<Matrix> found = Run(*held_out);
  ASSERT_EQ(found.size(), static_cast<size_t>(kFolds));
  EXPECT_NE(found, Run(*Context("all")));
  const std::vector<DescriptorRecord> records = records_;
  for (int64_t fold = 0; fold < kFolds; ++fold) {
    const int64_t next = fold == kFolds - 1 ? 0 : fold + 1;
    records_ = records;
    for (DescriptorRecord& record : records_) {
      if (record.fold == next) record.fold = -1;
    }
    const auto f = static_cast<size_t>(fold);
    EXPECT_EQ(Run(*Context("without"))[f], found[f]) << fold;
    EXPECT_EQ(Log(*held_out)[f].at("threshold_fold"), next);
    EXPECT_EQ(Log(*held_out)[f].at("people"), kPeople / kFolds * (kFolds - 2));
  }
}

TEST_F(EmbedTest, AThresholdFoldTakesThreeFolds) {
  const auto refusal = [&](const std::string& name) {
    auto context = Context(name);
    context->settings_[kThresholdHeldOut] = true;
    return Refusal(*context);
  };
  protocol_.name = "LFW";
  protocol_.num_folds = 2;
  for (DescriptorRecord& record : records_) record.fold = record.fold < 3 ? 0 : 1;
  EXPECT_THAT(refusal("two"), AllOf(HasSubstr("test.evaluator.threshold_from = \"held_out_fold\""),
                                    HasSubstr("LFW has 2 folds in all; it takes three folds")));
  protocol_.kind = Protocol::Kind::kSplit;
  EXPECT_THAT(refusal("split"), HasSubstr("LFW is one split, whose tuning part does both"));
}

TEST_F(EmbedTest, OnTrainLearnsFromEverybody) {
  protocol_ = Protocol();
  for (DescriptorRecord& record : records_) record.fold = -1;
  auto context = Context("train");
  context->settings_["on"] = "train";
  context->inputs_.erase("samples");
  EXPECT_EQ(Run(*context).size(), 1u);
  EXPECT_EQ(Log(*context)[0].at("people"), kPeople);
  EXPECT_EQ(Log(*context)[0].at("samples"), kPeople * kImages);
}

TEST_F(EmbedTest, RefusesAPersonInTwoFolds) {
  records_[23].fold = 4;  // another image of person 3
  EXPECT_THAT(Refusal(*Context("two")),
              HasSubstr("embed.on = \"folds\": person 3 has images in folds 3 and 4"));
  auto context = Context("train");
  context->settings_["on"] = "train";
  EXPECT_TRUE(RunProject(*context).ok());
}

TEST_F(EmbedTest, RefusesDataThatItCannotLearnFrom) {
  auto wide = Context("wide");
  wide->settings_["dimension"] = 13;
  EXPECT_THAT(Refusal(*wide), HasSubstr("embed.dimension = 13 exceeds the descriptors' 12"));
  for (DescriptorRecord& record : records_) record.identity = record.fold == 1 ? "Ann" : "";
  EXPECT_THAT(Refusal(*Context("one")),
              HasSubstr("embed: fold 0 has 1 people to learn from, at least 2 are needed"));
  protocol_ = Protocol();
  EXPECT_THAT(Refusal(*Context("none")), HasSubstr("no protocol; set embed.on = \"train\""));
}

TEST_F(EmbedTest, OneImagePerPersonIsNothingToLearnFrom) {
  for (size_t i = 0; i < records_.size(); ++i) records_[i].identity = absl::StrCat("person ", i);
  EXPECT_THAT(Refusal(*Context("single")),
              AllOf(HasSubstr("people with one image each, and has no pair of one person"),
                    HasSubstr("name data with several of each in test.data")));
}

TEST_F(EmbedTest, AMinerThatFindsNothingLeavesWhatItBeganWithAndIsSaid) {
  auto context = Context("found");
  Run(*context);
  EXPECT_THAT(context->notices_, Not(Contains(HasSubstr("found no tuple"))));
  // Each person's images are one point, far from all others: nothing violates the margin.
  for (size_t i = 0; i < records_.size(); ++i) {
    descriptors_[i] = Vector(kD, 0.0);
    const size_t person = i % kPeople;
    descriptors_[i][person % kD] = 1.0;
    descriptors_[i][(person / kD + person + 1) % kD] += 0.7 * static_cast<double>(person / kD);
  }
  auto separate = Context("separate");
  separate->uses_["miner"].options["margin"] = 1e-9;
  separate->uses_["loss"].options["margin"] = 1e-9;
  Run(*separate);
  EXPECT_THAT(separate->notices_, Contains(HasSubstr("fold 0: embed.miner found no tuple in ")));
}

TEST_F(EmbedTest, RefusesPartsThatDoNotFit) {
  auto batch = Context("batch");
  batch->uses_["miner"] = {"plugins/miners/libbatch_hard.so", "miner", "batch_hard"};
  EXPECT_THAT(Refusal(*batch),
              HasSubstr("embed.miner mines a batch, embed needs one that mines an epoch"));
  auto softmax = Context("softmax");
  softmax->uses_["loss"] = {"plugins/losses/libsoftmax.so", "loss", "softmax"};
  EXPECT_THAT(Refusal(*softmax), HasSubstr("embed.loss takes no tuples"));
}

TEST_F(EmbedTest, LearnsFromWholeTemplatesAsTheEvaluatorPoolsThem) {
  // Each person's images 0-2 are one template, 3 and 4 another; of the first the two best count.
  std::vector<Sample> samples;
  for (int64_t i = 0; i < kPeople * kImages; ++i) {
    const auto row = static_cast<size_t>(i);
    Sample sample;
    sample.key = sample.path = std::to_string(i);
    sample.identity = records_[row].identity;
    sample.fold = records_[row].fold;
    samples.push_back(sample);
    records_[row].confidence = i / kPeople == 1 ? 0.1 : 0.9;
  }
  for (int64_t person = 0; person < kPeople; ++person) {
    const auto image = [person](int64_t k) { return person + k * kPeople; };
    protocol_.templates.push_back({"a", {image(0), image(1), image(2)}});
    protocol_.templates.push_back({"b", {image(3), image(4)}});
  }
  auto context = Context("templates");
  EXPECT_TRUE(WriteRecords(folder_ + "/templates/samples.jsonl", samples).ok());
  context->uses_["evaluator"] = {"", "evaluator", "pairs", Json::object(),
                                 [] { return std::make_unique<PairPooler>(); }};
  context->settings_["unit"] = "templates";
  const std::vector<Matrix> pooled = Run(*context);
  EXPECT_EQ(Log(*context)[0]["samples"], 32);  // 16 people of 4 other folds, two templates each

  // The same as learning from descriptors that were averaged by hand.
  std::vector<Vector> means;
  std::vector<DescriptorRecord> records;
  for (int64_t person = 0; person < kPeople; ++person) {
    for (const auto& [first, second] : {std::pair(0, 2), std::pair(3, 4)}) {
      Vector mean(kD);
      for (size_t d = 0; d < kD; ++d) {
        mean[d] =
            (static_cast<float>(descriptors_[static_cast<size_t>(person + first * kPeople)][d]) +
             static_cast<float>(descriptors_[static_cast<size_t>(person + second * kPeople)][d])) /
            2.0;
      }
      means.push_back(mean);
      records.push_back({0, records_[static_cast<size_t>(person)].identity, 0.0, person % kFolds});
    }
  }
  descriptors_ = means;
  records_ = records;
  const std::vector<Matrix> by_hand = Run(*Context("by_hand"));
  for (size_t fold = 0; fold < pooled.size(); ++fold) {
    for (size_t l = 0; l < kL; ++l) {
      for (size_t d = 0; d < kD; ++d) {
        // Sums of two floats in double are the same in either order: only rounding to float is
        // left.
        EXPECT_NEAR(pooled[fold][l][d], by_hand[fold][l][d], 1e-5);
      }
    }
  }
}

}  // namespace
}  // namespace facet
