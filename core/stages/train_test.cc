// The train stage with the real vgg, softmax, triplet and batch_hard plugins on small random crops.
#include "core/stages/train.h"

#include <ATen/ATen.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/stages/artifacts.h"
#include "core/stages/fake_context.h"
#include "core/training/model.h"
#include "core/training/reduce.h"
#include "core/training/sgd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const std::map<std::string, Use> kUses = {
    {"architecture",
     {"plugins/architectures/libvgg.so",
      "architecture",
      "vgg",
      {{"config", "A"}, {"input_px", 32}, {"width", 0.06}, {"fc_size", 24}, {"init", "kaiming"}}}},
    {"loss", {"plugins/losses/libsoftmax.so", "loss", "softmax"}}};

class TrainTest : public testing::Test {
 protected:
  // 40 raw crops of 36 x 36 px, of four identities: noise around a colour of their own.
  void SetUp() override {
    folder_ =
        testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    auto writer = *BlobWriter::Create(folder_ + "/crops.mdb");
    std::vector<CropRecord> records;
    Random random(3);
    for (int i = 0; i < 40; ++i) {
      std::string pixels;
      for (int j = 0; j < 36 * 36 * 3; ++j) {
        const int level = (i % 4) * 60 * (j % 3 == i % 3 ? 1 : 0);
        pixels.push_back(static_cast<char>(level + static_cast<int>(random.Index(70))));
      }
      ASSERT_TRUE(writer->Append(i, pixels).ok());
      CropRecord record;
      record.sample = i;
      record.identity = "person " + std::to_string(i % 4);
      record.width = record.height = 36;
      records.push_back(record);
    }
    ASSERT_TRUE(writer->Finish().ok());
    ASSERT_TRUE(WriteRecords(folder_ + "/crops.jsonl", records).ok());
  }

  std::unique_ptr<FakeContext> Context(const std::string& name,
                                       std::map<std::string, Use> uses = kUses) {
    const Json settings = {{"optimizer",
                            {{"batch", 8},
                             {"epochs", 4},
                             {"rates", {0.02}},
                             {"validation_share", 0.1},
                             {"patience", 99}}},
                           {"augment", Json::object()}};
    auto context = std::make_unique<FakeContext>(folder_ + "/" + name, std::move(uses), settings);
    context->inputs_["crops"] = folder_;
    return context;
  }
  static std::string Result(const FakeContext& context) {
    std::string all;
    for (const char* file : {"weights.safetensors", "model.json", "log.jsonl"}) {
      all += *ReadFile(context.output_ + "/" + file);
    }
    return all;
  }
  std::string folder_;
};

TEST_F(TrainTest, LearnsAndGivesTheSameBitsAgain) {
  for (const char* precision : {"float32", "bfloat16"}) {
    auto first = Context(std::string("a") + precision),
         second = Context(std::string("b") + precision);
    for (FakeContext* context : {first.get(), second.get()}) {
      context->precision_ = precision;
      context->settings_["optimizer"]["epochs"] = 12;
      context->settings_["optimizer"]["rates"] = {0.005};
      context->uses_["architecture"].options["dropout"] = 0.0;
      const absl::Status status = RunTrain(*context);
      ASSERT_TRUE(status.ok()) << status;
    }
    EXPECT_EQ(Result(*first), Result(*second));
    const std::vector<Json> log = *ReadLines(first->output_ + "/log.jsonl");
    ASSERT_EQ(log.size(), 12u);
    EXPECT_LT(log.back().at("loss").get<double>(), 0.9 * std::log(4.0)) << precision;
    EXPECT_EQ(first->counts_.at("identities"), 4);
    EXPECT_EQ(first->counts_.at("training images"), 36);
    EXPECT_EQ(first->counts_.at("validation images"), 4);
  }
}

TEST_F(TrainTest, GoesOnAfterAStopWithTheSameBits) {
  for (const char* precision : {"float32", "bfloat16"}) {
    auto whole = Context(std::string("whole") + precision);
    whole->precision_ = precision;
    ASSERT_TRUE(RunTrain(*whole).ok());
    // 4 steps an epoch: in the middle of one, and after the last step of one.
    for (const int64_t stop : {6, 8}) {
      auto stopped = Context(std::string("stopped") + precision + std::to_string(stop));
      stopped->precision_ = precision;
      stopped->stop_after_ = stop;
      EXPECT_EQ(RunTrain(*stopped).code(), absl::StatusCode::kCancelled);
      EXPECT_FALSE(std::filesystem::exists(stopped->output_ + "/model.json"));
      stopped->stop_after_ = -1;
      ASSERT_TRUE(RunTrain(*stopped).ok());
      EXPECT_EQ(stopped->steps_, whole->steps_) << "it went on, it did not begin anew";
      EXPECT_EQ(Result(*stopped), Result(*whole));
    }
  }
}

TEST_F(TrainTest, StartsFromLayersThatAgree) {
  auto from = Context("from");
  ASSERT_TRUE(RunTrain(*from).ok());
  auto uses = kUses;
  uses["architecture"].options["config"] = "B";
  auto to = Context("to", uses);
  to->inputs_["start"] = from->output_;
  to->settings_["optimizer"]["rates"] = {1e-30};  // the start is what is left
  to->settings_["optimizer"]["weight_decay"] = 0.0;
  ASSERT_TRUE(RunTrain(*to).ok());
  EXPECT_THAT(to->notices_, Contains(HasSubstr("drawn anew: conv1_2, conv2_2; not used: none.")));
  const StoredTensors a = *ReadTensors(from->output_ + "/weights.safetensors");
  const StoredTensors b = *ReadTensors(to->output_ + "/weights.safetensors");
  EXPECT_EQ(b.tensors.size(), a.tensors.size() + 4);
  for (const auto& [name, tensor] : a.tensors) EXPECT_EQ(tensor.values, b.tensors.at(name).values);
}

TEST_F(TrainTest, LeavesTheClassifierBehindIfThePeopleDiffer) {
  auto from = Context("from");
  ASSERT_TRUE(RunTrain(*from).ok());
  std::string json = *ReadFile(from->output_ + "/model.json");
  json.replace(json.find("person 0"), 8, "person 9");
  ASSERT_TRUE(WriteFileAtomically(from->output_ + "/model.json", json).ok());
  auto to = Context("to");
  to->inputs_["start"] = from->output_;
  ASSERT_TRUE(RunTrain(*to).ok());
  EXPECT_THAT(to->notices_, Contains(HasSubstr("drawn anew: loss; not used: loss.")));
}

TEST_F(TrainTest, TrainsTupleLossesWithTheirMiner) {
  auto uses = kUses;
  uses["loss"] = {"plugins/losses/libtriplet.so", "loss", "triplet"};
  EXPECT_THAT(std::string(RunTrain(*Context("without", uses)).message()),
              HasSubstr("train.loss takes triplets, but there is no train.miner"));
  uses["miner"] = {"plugins/miners/librandom_violating.so", "miner", "random_violating"};
  EXPECT_THAT(std::string(RunTrain(*Context("epoch", uses)).message()),
              HasSubstr("train.miner mines an epoch, train needs one that mines a batch"));
  uses["miner"] = {"plugins/miners/libbatch_hard.so", "miner", "batch_hard"};
  auto context = Context("batch", uses);
  context->settings_["optimizer"]["rates"] = {1e-4};  // distances grow with the squared weights
  const absl::Status status = RunTrain(*context);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(ReadLines(context->output_ + "/log.jsonl")->back().contains("validation_loss"));
}

TEST_F(TrainTest, SaysWhereItDiverged) {
  auto context = Context("out");
  context->settings_["optimizer"]["rates"] = {1e18};
  const absl::Status status = RunTrain(*context);
  EXPECT_THAT(std::string(status.message()), HasSubstr("(epoch 1, rate 1e+18): training diverged"));
  auto cuda = Context("cuda");
  cuda->device_ = "cuda";
  if (!at::hasCUDA()) {
    EXPECT_EQ(RunTrain(*cuda).code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST(Sgd, IsTheFormula) {
  at::manual_seed(1);
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    at::Tensor w = at::randn({3, 2, 3, 3});
    std::vector<double> naive, velocity(54, 0.0);
    for (int64_t i = 0; i < 54; ++i) naive.push_back(w.reshape({-1})[i].item<double>());
    w.set_requires_grad(true);
    Sgd sgd(0.9, 0.01);
    ASSERT_TRUE(sgd.Add("", {{"w", w}}, {at::kCPU, type}).ok());
    EXPECT_EQ(w.scalar_type(), type);
    for (int step = 0; step < 3; ++step) {
      const at::Tensor g = at::randn({3, 2, 3, 3}).to(type);
      sgd.ZeroGradients();
      (w * g).sum().backward();
      sgd.Step(0.1);
      for (int64_t i = 0; i < 54; ++i) {
        auto& v = velocity[static_cast<size_t>(i)];
        auto& x = naive[static_cast<size_t>(i)];
        v = 0.9 * v + g.reshape({-1})[i].item<double>() + 0.01 * x;
        x -= 0.1 * v;
      }
    }
    StoredTensors stored;
    sgd.Export(false, &stored);
    for (size_t i = 0; i < 54; ++i) EXPECT_NEAR(stored.tensors["w"].values[i], naive[i], 1e-5);
  }
}

TEST(Sgd, NamesATensorWithoutAGradient) {
  at::Tensor used = at::ones({2}), orphan = at::ones({2});
  used.set_requires_grad(true);
  orphan.set_requires_grad(true);
  Sgd sgd(0, 0);
  ASSERT_TRUE(sgd.Add("loss.", {{"used", used}, {"orphan", orphan}}, {}).ok());
  used.sum().backward();
  EXPECT_THAT(std::string(sgd.CheckGradients().message()),
              HasSubstr("learned tensor loss.orphan gets no gradient"));
  EXPECT_THAT(std::string(sgd.Add("loss.", {{"used", used}}, {}).message()), HasSubstr("two"));
  EXPECT_THAT(std::string(sgd.Add("", {{"fixed", at::ones({1})}}, {}).message()),
              HasSubstr("fixed is no leaf that requires a gradient"));
}

TEST(Reduce, AveragesOrAddsAndTakesNothingAsZero) {
  const at::Tensor values = at::tensor({0.0f, 1.0f, 3.0f, 0.0f});
  const auto of = [&](Reduction reduction) {
    return ReduceGroups({{"g", values, reduction}})->item<float>();
  };
  EXPECT_EQ(of(Reduction::kMean), 1.0f);
  EXPECT_EQ(of(Reduction::kMeanNonZero), 2.0f);
  EXPECT_EQ(of(Reduction::kSum), 4.0f);
  EXPECT_EQ(ReduceGroups({{"a", values, Reduction::kSum}, {"b", values, Reduction::kMean}})
                ->item<float>(),
            5.0f);
  for (const Reduction reduction : {Reduction::kMean, Reduction::kMeanNonZero, Reduction::kSum}) {
    at::Tensor x = at::ones({3});
    x.set_requires_grad(true);
    const at::Tensor loss = *ReduceGroups({{"empty", x.slice(0, 0, 0), reduction}});
    EXPECT_EQ(loss.item<float>(), 0.0f);
    loss.backward();
    EXPECT_EQ(x.grad().abs().sum().item<float>(), 0.0f);
  }
  EXPECT_FALSE(ReduceGroups({}).ok());
  EXPECT_FALSE(ReduceGroups({{"matrix", at::ones({2, 2}), Reduction::kMean}}).ok());
}

}  // namespace
}  // namespace facet
