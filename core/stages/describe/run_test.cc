// What the stage averages, against loops over its definition, and what it refuses.
#include "core/stages/describe/describe_testing.h"
#include "gmock/gmock.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// float32 sums of up to 30 values of at most 255: below 30 * 255 * 2^-24 = 5e-4.
constexpr double kTolerance = 5e-4;

TEST_F(DescribeTest, AveragesTheViewsOfThePaper) {
  const InputFormat format = InputFormatOf(Input());
  for (const auto& [kind, views] :
       std::map<std::string, int>{{"ten", 30}, {"two", 6}, {"one", 3}}) {
    seen_ = {};
    auto context = Context(kind);
    context->settings_["kind"] = kind;
    Compare(Run(*context), kTolerance, [&, kind = kind](const Image& crop) {
      return Average(ViewsOf(crop, kind, {8, 12, 24}, format));
    });
    const int faces = 32 / views;  // at a time, and always as many
    EXPECT_EQ(seen_.views, (kNumCrops + faces - 1) / faces * faces * views);
    EXPECT_EQ(seen_.most_at_once, faces * views);
    EXPECT_FALSE(seen_.training);
    EXPECT_EQ(context->last_progress_, "23 of 23 faces");
  }
}

TEST_F(DescribeTest, NormalizesEachViewIfAsked) {
  auto context = Context("each");
  context->settings_["normalize"] = "each";
  const InputFormat format = InputFormatOf(Input());
  Compare(Run(*context), 1e-6, [&](const Image& crop) {
    std::vector<View> views = ViewsOf(crop, "ten", {8, 12, 24}, format);
    for (View& view : views) {
      double squares = 0;
      for (const double value : view) squares += value * value;
      for (double& value : view) value /= std::sqrt(squares);
    }
    return Average(views);
  });
}

TEST_F(DescribeTest, KeepsTheOrderOfTheCropsAndWhatIsKnownOfThem) {
  auto context = Context("rows");
  Run(*context);
  const auto rows = *ReadRecords(context->output_ + "/rows.jsonl", &DescriptorRecordFromJson);
  ASSERT_EQ(rows.size(), records_.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].sample, records_[i].sample);
    EXPECT_EQ(rows[i].identity, records_[i].identity);
    EXPECT_EQ(rows[i].confidence, records_[i].confidence);
    EXPECT_EQ(rows[i].fold, records_[i].fold);
  }
}

TEST_F(DescribeTest, ViewsDoNotDependOnThreads) {
  std::vector<FloatArray> found;
  for (const int threads : {1, 2, 3}) {
    auto context = Context(std::to_string(threads));
    context->threads_ = threads;
    found.push_back(Run(*context));
  }
  EXPECT_EQ(found[0].values, found[1].values);
  EXPECT_EQ(found[0].values, found[2].values);
}

// To the bit.
TEST_F(DescribeTest, ADescriptorDoesNotDependOnHowManyFacesThereAre) {
  const auto layers = [this] { return std::make_unique<Layers>(Input(), &seen_); };
  const std::vector<CropRecord> records = records_;
  for (const std::string kind : {"ten", "two", "one"}) {
    const auto describe = [&](size_t faces) {
      records_.assign(records.begin(), records.begin() + static_cast<int64_t>(faces));
      Write(static_cast<int>(faces));
      auto context = Context(absl::StrCat(kind, faces));
      context->settings_["kind"] = kind;
      context->uses_["architecture"].make = layers;
      return Run(*context).values;
    };
    const std::vector<float> of_all = describe(records.size());
    for (const size_t faces : {1, 3, 12}) {
      const std::vector<float> of_some = describe(faces);
      ASSERT_EQ(of_some.size(), faces * 40);
      EXPECT_TRUE(std::equal(of_some.begin(), of_some.end(), of_all.begin())) << kind << faces;
    }
  }
}

TEST_F(DescribeTest, TakesWeightsBuffersAndMeanFromTheModel) {
  const Model model = WriteLinear({100, 110, 120});
  auto context = Context("model", /*linear=*/true);
  context->inputs_["model"] = folder_ + "/model";
  // Sums of 192 products of at most 3 * 155 in float32.
  Compare(Run(*context), 0.02, [&](const Image& crop) {
    return Apply(model, Average(ViewsOf(crop, "ten", {8, 12, 24}, model.input)));
  });
  EXPECT_EQ(seen_.type, at::kFloat);
}

TEST_F(DescribeTest, SubtractsAMeanImageFromTheInputNotFromTheFace) {
  std::vector<float> mean;
  for (int i = 0; i < kValues; ++i) mean.push_back(static_cast<float>(i % 91));  // no symmetry
  const Model model = WriteLinear(mean);
  auto context = Context("mean", /*linear=*/true);
  context->inputs_["model"] = folder_ + "/model";
  Compare(Run(*context), 0.02, [&](const Image& crop) {
    return Apply(model, Average(ViewsOf(crop, "ten", {8, 12, 24}, model.input)));
  });
}

TEST_F(DescribeTest, Bfloat16IsForNetworksWithParameters) {
  const Model model = WriteLinear({100, 110, 120});
  auto context = Context("linear", /*linear=*/true);
  context->precision_ = "bfloat16";
  context->inputs_["model"] = folder_ + "/model";
  // 8 bits of mantissa in inputs (up to 155) and outputs: 2^-9 of the sum of absolute products, of
  // which errors of random sign use a small part; outputs are about 1,000.
  Compare(Run(*context), 60.0, [&](const Image& crop) {
    return Apply(model, Average(ViewsOf(crop, "ten", {8, 12, 24}, model.input)));
  });
  EXPECT_EQ(seen_.type, at::kBFloat16);

  // A network that brings its own weights computes as it always does.
  auto exact = Context("exact"), asked = Context("asked");
  asked->precision_ = "bfloat16";
  EXPECT_EQ(Run(*exact).values, Run(*asked).values);
  EXPECT_EQ(seen_.type, at::kFloat);
}

TEST_F(DescribeTest, RefusesAModelOfAnotherArchitecture) {
  Model model = WriteLinear({100, 110, 120});
  model.weights.tensors["weight"].shape = {kValues, 5};
  ASSERT_TRUE(WriteModel(model, folder_ + "/model").ok());
  auto context = Context("model", /*linear=*/true);
  context->inputs_["model"] = folder_ + "/model";
  EXPECT_THAT(Refusal(*context), HasSubstr("the model has no tensor weight of shape [5, 192]"));
}

TEST_F(DescribeTest, RefusesScalesBelowTheInput) {
  auto context = Context("scales");
  context->settings_["scales"] = {24, 8};
  EXPECT_TRUE(RunDescribe(*context).ok()) << "8 px is the input's size";
  NetworkInput larger = Input();
  larger.size_px = 16;
  context->uses_["architecture"].make = [&]() -> std::unique_ptr<Component> {
    return std::make_unique<Mirror>(larger, &seen_);
  };
  EXPECT_THAT(Refusal(*context),
              HasSubstr("crops.scales: 8 px is smaller than the network's input of 16 px; give "
                        "scales of at least 16"));
  context->settings_["scales"] = Json::array();
  EXPECT_THAT(Refusal(*context), HasSubstr("crops.scales is empty"));
}

TEST_F(DescribeTest, NamesACropThatIsMissing) {
  Write(kNumCrops - 1);
  auto context = Context("missing");
  EXPECT_EQ(RunDescribe(*context).code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Refusal(*context), HasSubstr("crops.mdb"));
  EXPECT_THAT(Refusal(*context), HasSubstr("22"));
}

TEST_F(DescribeTest, NamesTheNetworkThatThrows) {
  class Broken final : public Mirror {
   public:
    using Mirror::Mirror;
    at::Tensor Forward(const at::Tensor&, bool) override { throw std::runtime_error("no luck"); }
  };
  auto context = Context("throws");
  context->uses_["architecture"].make = [&]() -> std::unique_ptr<Component> {
    return std::make_unique<Broken>(Input(), &seen_);
  };
  EXPECT_THAT(Refusal(*context), HasSubstr("mirror: exception: no luck"));
}

TEST_F(DescribeTest, RefusesDescriptorsOfAnotherSizeThanDeclared) {
  class Wrong final : public Mirror {
   public:
    using Mirror::Mirror;
    int64_t dimension() const override { return kValues + 1; }
  };
  auto context = Context("wrong");
  context->uses_["architecture"].make = [&]() -> std::unique_ptr<Component> {
    return std::make_unique<Wrong>(Input(), &seen_);
  };
  EXPECT_EQ(RunDescribe(*context).code(), absl::StatusCode::kInternal);
  EXPECT_THAT(
      Refusal(*context),
      HasSubstr(
          "mirror: gives descriptors of the shape [30, 192] for 30 views, says 193 values each"));
}

TEST_F(DescribeTest, DescriptorsThatAreNotFiniteOrTooFewAreNotStored) {
  class Wrong final : public Mirror {
   public:
    Wrong(const NetworkInput& input, Seen* seen, bool fewer) : Mirror(input, seen), fewer_(fewer) {}
    at::Tensor Forward(const at::Tensor& images, bool training) override {
      const at::Tensor output = Mirror::Forward(images, training);
      if (fewer_) return output.slice(0, 1);
      output.select(0, 0).select(0, 5).fill_(std::nan(""));
      return output;
    }

   private:
    const bool fewer_;
  };
  for (const bool fewer : {false, true}) {
    auto context = Context(fewer ? "fewer" : "nan");
    context->uses_["architecture"].make = [&]() -> std::unique_ptr<Component> {
      return std::make_unique<Wrong>(Input(), &seen_, fewer);
    };
    EXPECT_EQ(RunDescribe(*context).code(), absl::StatusCode::kInternal);
    EXPECT_THAT(Refusal(*context),
                HasSubstr(fewer ? "of the shape [29, 192] for 30 views"
                                : "architecture \"mirror\" gives a descriptor that is not finite"));
  }
}

TEST_F(DescribeTest, DescriptorsThatCannotFitAreRefusedBeforeTheFirst) {
  class Wide final : public Mirror {
   public:
    using Mirror::Mirror;
    int64_t dimension() const override { return int64_t{1} << 50; }
  };
  auto context = Context("wide");
  context->uses_["architecture"].make = [&]() -> std::unique_ptr<Component> {
    return std::make_unique<Wide>(Input(), &seen_);
  };
  EXPECT_EQ(RunDescribe(*context).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(Refusal(*context),
              HasSubstr("23 descriptors of 1125899906842624 values need at least 94208.0 TiB"));
  EXPECT_EQ(seen_.views, 0);
}

TEST_F(DescribeTest, StopsBetweenBatches) {
  auto context = Context("stopped");
  context->stop_after_ = 1;
  EXPECT_EQ(RunDescribe(*context).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(context->last_progress_, "10 of 23 faces");
  EXPECT_FALSE(std::filesystem::exists(context->output_ + "/rows.jsonl"));
}

}  // namespace
}  // namespace facet
