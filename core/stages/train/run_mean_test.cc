// What train.mean subtracts, from the crops of training to the faces that are described.
#include <ATen/ATen.h>

#include "core/api/architecture.h"
#include "core/image/image_io.h"
#include "core/records/npy.h"
#include "core/stages/describe/describe.h"
#include "core/stages/train/train_testing.h"
#include "core/training/model.h"

namespace facet {
namespace {

constexpr int kCropPx = 36, kInputPx = 32, kBorderPx = (kCropPx - kInputPx) / 2;

class MeanTest : public TrainTest {
 protected:
  // The written crops, [40, 36, 36, 3] B, G, R.
  void SetUp() override {
    TrainTest::SetUp();
    const auto blobs = *BlobReader::Open(folder_ + "/crops.mdb");
    for (int i = 0; i < 40; ++i) crops_.emplace_back(*blobs->Get(i));
  }
  double Pixel(size_t crop, int x, int y, int channel) const {
    const auto at = static_cast<size_t>((y * kCropPx + x) * 3 + channel);
    return static_cast<unsigned char>(crops_[crop][at]);
  }
  // Nothing but the mean is learned.
  std::unique_ptr<FakeContext> Trained(const std::string& mean) {
    auto context = Context(mean);
    context->settings_["loop"] = {
        {"epochs", 1}, {"batch", 8}, {"validation_share", 0.0}, {"mean", mean}};
    ScheduleOf(*context)["rates"] = {1e-30};
    const absl::Status status = RunTrain(*context);
    EXPECT_TRUE(status.ok()) << status;
    return context;
  }
  // Of the crops' central windows, by describe.
  FloatArray Described(const FakeContext& trained) {
    auto context = std::make_unique<FakeContext>(folder_ + "/described", kUses,
                                                 Json{{"kind", "one"}, {"scales", {kCropPx}}});
    context->inputs_["crops"] = folder_;
    context->inputs_["model"] = trained.output_;
    const absl::Status status = RunDescribe(*context);
    EXPECT_TRUE(status.ok()) << status;
    return *ReadNpy(context->output_ + "/descriptors.npy");
  }

  std::vector<std::string> crops_;
};

TEST_F(MeanTest, TheMeanImageOfTrainingTravelsWithTheWeightsAndIsSubtractedFromWhatIsDescribed) {
  const auto trained = Trained("image");
  const StoredTensors stored = *ReadTensors(trained->output_ + "/weights.safetensors");
  const StoredTensor& mean = stored.tensors.at(kMeanImage);
  ASSERT_EQ(mean.shape, (std::vector<int64_t>{kInputPx, kInputPx, 3}));

  // Pixel by pixel over the 40 crops' central windows.
  at::Tensor images = at::empty({40, 3, kInputPx, kInputPx}, at::kFloat);
  auto values = images.accessor<float, 4>();
  for (int y = 0; y < kInputPx; ++y) {
    for (int x = 0; x < kInputPx; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        double sum = 0.0;
        for (size_t i = 0; i < 40; ++i) sum += Pixel(i, x + kBorderPx, y + kBorderPx, channel);
        const auto at = static_cast<size_t>((y * kInputPx + x) * 3 + channel);
        ASSERT_FLOAT_EQ(mean.values[at], static_cast<float>(sum / 40)) << x << ", " << y;
        for (size_t i = 0; i < 40; ++i) {
          const double pixel = Pixel(i, x + kBorderPx, y + kBorderPx, channel);
          // vgg takes R, G, B; drawn by Kaiming's rule it takes 1/64 of the pixels.
          values[static_cast<int64_t>(i)][2 - channel][y][x] =
              static_cast<float>((pixel - sum / 40) / 64);
        }
      }
    }
  }

  // The same network fed by hand.
  const auto network =
      *FakeContext(folder_ + "/network", kUses, Json()).Create<Architecture>("architecture");
  network->Initialize(1);
  ASSERT_TRUE(LoadWeights(stored, *network).ok());
  const at::Tensor expected = network->Forward(images, /*training=*/false).detach().contiguous();
  const FloatArray described = Described(*trained);
  ASSERT_EQ(described.shape, expected.sizes().vec());
  const at::Tensor got =
      at::from_blob(const_cast<float*>(described.values.data()), expected.sizes(), at::kFloat);
  // Sums of some hundred float32 products each in another order.
  EXPECT_TRUE(at::allclose(got, expected, 1e-4, 1e-5)) << at::max(at::abs(got - expected));
  // It is this mean that counts: the channels' gives other descriptors.
  EXPECT_NE(Described(*Trained("pixel")).values, described.values);
}

TEST_F(MeanTest, ThePixelsMeanIsOfWholeCropsAndNoneIsZero) {
  double sum = 0.0;
  for (size_t i = 0; i < 40; ++i) {
    for (int at = 0; at < kCropPx * kCropPx; ++at) sum += Pixel(i, at % kCropPx, at / kCropPx, 1);
  }
  const auto mean_of = [](const FakeContext& trained) {
    return ReadModel(trained.output_ + "/model.json", trained.output_ + "/weights.safetensors")
        ->input.mean_bgr;
  };
  const std::vector<float> pixel = mean_of(*Trained("pixel"));
  ASSERT_EQ(pixel.size(), 3u);
  EXPECT_FLOAT_EQ(pixel[1], static_cast<float>(sum / (40 * kCropPx * kCropPx)));
  EXPECT_EQ(mean_of(*Trained("none")), (std::vector<float>{0, 0, 0}));
}

}  // namespace
}  // namespace facet
