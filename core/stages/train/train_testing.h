// The train stage with the real vgg and softmax plugins on small random crops.
#ifndef FACET_CORE_STAGES_TRAIN_TRAIN_TESTING_H_
#define FACET_CORE_STAGES_TRAIN_TRAIN_TESTING_H_

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/base/test_folder.h"
#include "core/pipeline/context_testing.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/record_lines.h"
#include "core/stages/train/train.h"
#include "gtest/gtest.h"

namespace facet {

const std::map<std::string, Use> kUses = {
    {"architecture",
     {"plugins/architectures/libvgg.so",
      "architecture",
      "vgg",
      {{"config", "A"}, {"input_px", 32}, {"width", 0.06}, {"fc_size", 24}, {"init", "kaiming"}}}},
    {"loss", {"plugins/losses/libsoftmax.so", "loss", "softmax"}},
    {"optimizer", {"plugins/optimizers/libsgd.so", "optimizer", "sgd"}},
    {"schedule",
     {"plugins/schedules/libplateau.so",
      "schedule",
      "plateau",
      {{"rates", {0.02}}, {"patience", 99}}}},
    {"sampler", {"plugins/samplers/librandom.so", "sampler", "random"}},
    {"augmentation.crop", {"plugins/augmentations/libcrop.so", "augmentation", "crop"}},
    {"augmentation.flip", {"plugins/augmentations/libflip.so", "augmentation", "flip"}}};

class TrainTest : public testing::Test {
 protected:
  // 40 raw crops of 36 x 36 px, of four identities: noise around a colour of their own.
  void SetUp() override {
    folder_ = TestFolder();
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
    const Json settings = {{"loop", {{"batch", 8}, {"epochs", 4}, {"validation_share", 0.1}}},
                           {"augmentation", {"crop", "flip"}}};
    auto context = std::make_unique<FakeContext>(folder_ + "/" + name, std::move(uses), settings);
    context->inputs_["crops"] = folder_;
    return context;
  }
  static Json& ScheduleOf(FakeContext& context) { return context.uses_["schedule"].options; }
  static Json& OptimizerOf(FakeContext& context) { return context.uses_["optimizer"].options; }
  static std::string Result(const FakeContext& context) {
    std::string all;
    for (const char* file : {"weights.safetensors", "model.json", "log.jsonl"}) {
      all += *ReadFile(context.output_ + "/" + file);
    }
    return all;
  }
  std::string folder_;
};

// Runs whole, then stopped after `stop` steps and gone on with.
inline void ExpectSameBitsAfterStop(
    const std::function<std::unique_ptr<FakeContext>(std::string)>& make, int64_t stop) {
  const auto whole = make("whole"), stopped = make("stopped" + std::to_string(stop));
  const absl::Status status = RunTrain(*whole);
  ASSERT_TRUE(status.ok()) << status;
  stopped->stop_after_ = stop;
  EXPECT_EQ(RunTrain(*stopped).code(), absl::StatusCode::kCancelled);
  stopped->stop_after_ = -1;
  ASSERT_TRUE(RunTrain(*stopped).ok());
  EXPECT_EQ(stopped->steps_, whole->steps_);
  for (const char* file : {"weights.safetensors", "model.json", "log.jsonl"}) {
    EXPECT_EQ(*ReadFile(stopped->output_ + "/" + file), *ReadFile(whole->output_ + "/" + file));
  }
}

}  // namespace facet

#endif  // FACET_CORE_STAGES_TRAIN_TRAIN_TESTING_H_
