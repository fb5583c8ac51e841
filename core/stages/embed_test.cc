// The embed stage on 100 made-up descriptors with the real triplet, softmax, random_violating and
// batch_hard plugins; steps and starting directions are derived again with loops over doubles.
#include "core/stages/embed.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/api/evaluator.h"
#include "core/api/miner.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/stages/artifacts.h"
#include "core/stages/fake_context.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Lt;

constexpr size_t kD = 12, kL = 4;
constexpr int64_t kFolds = 5;
constexpr int64_t kPeople = 20, kImages = 5;  // people, and images of each; 4 people in a fold
constexpr double kMargin = 0.2;

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

struct Triple {
  int64_t anchor, positive, negative;
};

// Gives the same triplets in the same steps in every epoch.
class ListMiner final : public Miner {
 public:
  explicit ListMiner(std::vector<std::vector<Triple>> steps) : steps_(std::move(steps)) {}
  TupleKind makes() const override { return TupleKind::kTriplets; }
  MinerScope scope() const override { return MinerScope::kEpoch; }
  absl::Status BeginEpoch(const at::Tensor&, uint64_t) override {
    next_ = 0;
    return absl::OkStatus();
  }
  absl::StatusOr<Tuples> Next(int64_t, const EmbedFunction&, bool* done) override {
    Tuples tuples;
    tuples.kind = TupleKind::kTriplets;
    std::vector<int64_t> lists[3];
    for (const Triple& triple : steps_[next_]) {
      lists[0].push_back(triple.anchor);
      lists[1].push_back(triple.positive);
      lists[2].push_back(triple.negative);
    }
    tuples.anchors = at::tensor(lists[0], at::kLong);
    tuples.positives = at::tensor(lists[1], at::kLong);
    tuples.negatives = at::tensor(lists[2], at::kLong);
    *done = ++next_ == steps_.size();
    return tuples;
  }

 private:
  const std::vector<std::vector<Triple>> steps_;
  size_t next_ = 0;
};

// Asks for templates of their two best samples.
class PairPooler final : public Evaluator {
 public:
  TemplatePooling pooling() const override { return {2, false}; }
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput&) override {
    return absl::UnimplementedError("the embed stage evaluates nothing");
  }
};

class EmbedTest : public testing::Test {
 protected:
  // Identity lies in weak directions, what varies between a person's images in strong ones: the
  // principal directions are a start that learning can improve.
  void SetUp() override {
    folder_ =
        testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Random random(7);
    for (int64_t i = 0; i < kPeople * kImages; ++i) {
      const int64_t person = i % kPeople;
      Random of_person(static_cast<uint64_t>(100 + person));
      Vector row;
      for (size_t d = 0; d < kD; ++d) {
        const double strength = 0.4 + 0.15 * static_cast<double>(d);  // no equal eigenvalues
        row.push_back(d < 6 ? of_person.Normal() + 0.3 * random.Normal() + 0.5
                            : strength * random.Normal());
      }
      descriptors_.push_back(row);
      records_.push_back({i, "person " + std::to_string(person), 1.0, person % kFolds});
    }
    protocol_.kind = Protocol::Kind::kFolds;
    protocol_.num_folds = kFolds;
  }

  std::unique_ptr<FakeContext> Context(const std::string& name) {
    const std::map<std::string, Use> uses = {
        {"loss", {"plugins/losses/libtriplet.so", "loss", "triplet", {{"margin", kMargin}}}},
        {"miner",
         {"plugins/miners/librandom_violating.so",
          "miner",
          "random_violating",
          {{"margin", kMargin}}}}};
    const Json settings = {{"dimension", kL}, {"epochs", 3}, {"batch", 16}};
    const std::string folder = folder_ + "/" + name;
    auto context = std::make_unique<FakeContext>(folder, uses, settings);
    FloatArray array;
    array.shape = {static_cast<int64_t>(descriptors_.size()), kD};
    for (const Vector& row : descriptors_) {
      for (const double value : row) array.values.push_back(static_cast<float>(value));
    }
    EXPECT_TRUE(WriteNpy(folder + "/descriptors.npy", array).ok());
    EXPECT_TRUE(WriteRecords(folder + "/rows.jsonl", records_).ok());
    EXPECT_TRUE(WriteFileAtomically(folder + "/protocol.json", Dump(ToJson(protocol_))).ok());
    context->inputs_ = {{"descriptors", folder}, {"samples", folder}};
    return context;
  }

  // W' of each fold.
  static std::vector<Matrix> Run(FakeContext& context) {
    const absl::Status status = RunEmbed(context);
    EXPECT_TRUE(status.ok()) << status;
    const FloatArray array = *ReadNpy(context.output_ + "/projection.npy");
    EXPECT_EQ(array.shape.size(), 3u);
    EXPECT_EQ(array.shape[1], static_cast<int64_t>(kL));
    EXPECT_EQ(array.shape[2], static_cast<int64_t>(kD));
    std::vector<Matrix> projections(static_cast<size_t>(array.shape[0]), Matrix(kL, Vector(kD)));
    size_t next = 0;
    for (Matrix& projection : projections) {
      for (Vector& row : projection) {
        for (double& value : row) value = array.values[next++];
      }
    }
    return projections;
  }
  static Json Log(const FakeContext& context) {
    return *ReadJsonFile(context.output_ + "/embed.json");
  }
  static std::string Refusal(FakeContext& context) {
    return std::string(RunEmbed(context).message());
  }

  Vector Normalized(size_t row) const {
    double squares = 0;
    for (const double value : descriptors_[row]) squares += value * value;
    Vector out = descriptors_[row];
    for (double& value : out) value /= std::sqrt(squares);
    return out;
  }
  // Rows whose fold is none of `fold`: what its W' learns from.
  std::vector<size_t> RowsOutside(int64_t fold) const {
    std::vector<size_t> rows;
    for (size_t i = 0; i < records_.size(); ++i) {
      if (records_[i].fold != fold) rows.push_back(i);
    }
    return rows;
  }
  static Vector Project(const Matrix& projection, const Vector& x) {
    Vector out(kL, 0.0);
    for (size_t l = 0; l < kL; ++l) {
      for (size_t d = 0; d < kD; ++d) out[l] += projection[l][d] * x[d];
    }
    return out;
  }
  static double Squared(const Vector& x, const Vector& y) {
    double sum = 0;
    for (size_t i = 0; i < x.size(); ++i) sum += (x[i] - y[i]) * (x[i] - y[i]);
    return sum;
  }
  // The share of triplets of these rows that violate the margin under W'.
  double Violating(const Matrix& projection, const std::vector<size_t>& rows) const {
    std::vector<Vector> x;
    for (const size_t row : rows) x.push_back(Project(projection, Normalized(row)));
    int64_t violating = 0, all = 0;
    const auto person = [&](size_t i) { return records_[rows[i]].identity; };
    for (size_t a = 0; a < rows.size(); ++a) {
      for (size_t p = 0; p < rows.size(); ++p) {
        if (p == a || person(p) != person(a)) continue;
        for (size_t n = 0; n < rows.size(); ++n) {
          if (person(n) == person(a)) continue;
          ++all;
          if (kMargin - Squared(x[a], x[n]) + Squared(x[a], x[p]) > 0) ++violating;
        }
      }
    }
    return static_cast<double>(violating) / static_cast<double>(all);
  }

  // The leading eigenvectors of the rows' covariance, by power iteration and deflation.
  Matrix PrincipalDirections(const std::vector<size_t>& rows) const {
    Vector mean(kD, 0.0);
    for (const size_t row : rows) {
      const Vector x = Normalized(row);
      for (size_t d = 0; d < kD; ++d) mean[d] += x[d] / static_cast<double>(rows.size());
    }
    Matrix covariance(kD, Vector(kD, 0.0));
    for (const size_t row : rows) {
      const Vector x = Normalized(row);
      for (size_t i = 0; i < kD; ++i) {
        for (size_t j = 0; j < kD; ++j) covariance[i][j] += (x[i] - mean[i]) * (x[j] - mean[j]);
      }
    }
    Matrix directions;
    for (size_t l = 0; l < kL; ++l) {
      Vector v(kD, 1.0);
      double value = 0;
      for (int iteration = 0; iteration < 5000; ++iteration) {
        Vector next(kD, 0.0);
        for (size_t i = 0; i < kD; ++i) {
          for (size_t j = 0; j < kD; ++j) next[i] += covariance[i][j] * v[j];
        }
        value = std::sqrt(Squared(next, Vector(kD, 0.0)));
        for (size_t i = 0; i < kD; ++i) v[i] = next[i] / value;
      }
      size_t largest = 0;
      for (size_t i = 0; i < kD; ++i) {
        if (std::abs(v[i]) > std::abs(v[largest])) largest = i;
      }
      const double sign = v[largest] < 0 ? -1.0 : 1.0;
      for (size_t i = 0; i < kD; ++i) {
        for (size_t j = 0; j < kD; ++j) covariance[i][j] -= value * v[i] * v[j];
      }
      for (double& x : v) x *= sign;
      directions.push_back(v);
    }
    return directions;
  }

  std::string folder_;
  Matrix descriptors_;
  std::vector<DescriptorRecord> records_;
  Protocol protocol_;
};

TEST_F(EmbedTest, BeginsWithThePrincipalDirectionsOfTheOtherFolds) {
  auto context = Context("start");
  context->settings_["lr"] = 1e-30;  // the start is what is left
  const std::vector<Matrix> projections = Run(*context);
  ASSERT_EQ(projections.size(), static_cast<size_t>(kFolds));
  for (int64_t fold = 0; fold < kFolds; ++fold) {
    const Matrix naive = PrincipalDirections(RowsOutside(fold));
    for (size_t l = 0; l < kL; ++l) {
      for (size_t d = 0; d < kD; ++d) {
        // Descriptors are normalised in float32; near eigenvalues magnify that.
        EXPECT_NEAR(projections[static_cast<size_t>(fold)][l][d], naive[l][d], 1e-4);
      }
    }
  }
}

TEST_F(EmbedTest, OrBeginsWithSmallRandomNumbersOfItsSeed) {
  auto context = Context("normal");
  context->settings_.update({{"initial", "normal"}, {"initial_std", 0.5}, {"lr", 1e-30}});
  const std::vector<Matrix> projections = Run(*context);
  double squares = 0;
  for (const Matrix& projection : projections) {
    for (const Vector& row : projection) squares += Squared(row, Vector(kD, 0.0));
  }
  // 240 draws: the deviation's estimate has a standard error of 0.5 / sqrt(480) = 0.023.
  EXPECT_NEAR(std::sqrt(squares / (kFolds * kL * kD)), 0.5, 0.1);
  EXPECT_NE(projections[0], projections[1]) << "each fold draws its own";
  auto again = Context("again");
  again->settings_ = context->settings_;
  again->seed_ = 2;
  EXPECT_NE(Run(*again), projections);
}

TEST_F(EmbedTest, StepsAreGradientDescentOnTheHinge) {
  protocol_ = Protocol();
  // Two steps with active and inactive triplets.
  const std::vector<std::vector<Triple>> steps = {
      {{0, 20, 1}, {3, 43, 5}, {7, 67, 86}, {8, 28, 11}}, {{21, 1, 40}, {99, 19, 2}}};
  auto context = Context("steps");
  context->settings_.update({{"on", "train"}, {"epochs", 2}, {"lr", 0.25}});
  context->uses_["miner"].make = [&]() -> std::unique_ptr<Component> {
    return std::make_unique<ListMiner>(steps);
  };
  const std::vector<Matrix> found = Run(*context);
  ASSERT_EQ(found.size(), 1u);

  Matrix w = PrincipalDirections(RowsOutside(-2));  // of all rows
  int64_t active = 0;
  double first_loss = 0;
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (const std::vector<Triple>& step : steps) {
      Matrix gradient(kL, Vector(kD, 0.0));
      double loss = 0;
      for (const Triple& triple : step) {
        const Vector a = Normalized(static_cast<size_t>(triple.anchor));
        const Vector p = Normalized(static_cast<size_t>(triple.positive));
        const Vector n = Normalized(static_cast<size_t>(triple.negative));
        const Vector wa = Project(w, a), wp = Project(w, p), wn = Project(w, n);
        const double hinge = kMargin - Squared(wa, wn) + Squared(wa, wp);
        if (hinge <= 0) continue;
        ++active;
        loss += hinge / static_cast<double>(step.size());
        // d/dW |W(a-p)|^2 = 2 W (a-p)(a-p)^T; the mean over the step's triplets.
        for (size_t l = 0; l < kL; ++l) {
          for (size_t d = 0; d < kD; ++d) {
            gradient[l][d] += 2 *
                              ((wa[l] - wp[l]) * (a[d] - p[d]) - (wa[l] - wn[l]) * (a[d] - n[d])) /
                              static_cast<double>(step.size());
          }
        }
      }
      for (size_t l = 0; l < kL; ++l) {
        for (size_t d = 0; d < kD; ++d) w[l][d] -= 0.25 * gradient[l][d];
      }
      if (epoch == 0) first_loss += loss / static_cast<double>(steps.size());
    }
  }
  EXPECT_THAT(active, AllOf(Gt(2), Lt(12))) << "both sides of the hinge";
  for (size_t l = 0; l < kL; ++l) {
    for (size_t d = 0; d < kD; ++d) EXPECT_NEAR(found[0][l][d], w[l][d], 1e-4);
  }
  EXPECT_NEAR(Log(*context)[0].at("epochs")[0].at("loss").get<double>(), first_loss, 1e-4);
  EXPECT_EQ(Log(*context)[0].at("epochs")[1].at("tuples"), 6);
}

TEST_F(EmbedTest, ALossOverPairsTakesEachPairOfTheTripletsOnce) {
  protocol_ = Protocol();
  auto context = Context("pairs");
  context->settings_.update({{"on", "train"}, {"epochs", 1}});
  context->uses_["loss"] = {"plugins/losses/libcontrastive.so", "loss", "contrastive"};
  context->uses_["miner"].make = [&]() -> std::unique_ptr<Component> {
    return std::make_unique<ListMiner>(
        std::vector<std::vector<Triple>>{{{0, 20, 1}, {0, 40, 1}, {3, 43, 5}}});
  };
  Run(*context);

  const Matrix w = PrincipalDirections(RowsOutside(-2));
  const auto distance = [&](size_t i, size_t j) {
    return std::sqrt(Squared(Project(w, Normalized(i)), Project(w, Normalized(j))));
  };
  const auto attract = [&](size_t i, size_t j) { return std::pow(distance(i, j), 2) / 2; };
  const auto repel = [&](size_t i, size_t j) {
    return std::pow(std::max(0.0, 1 - distance(i, j)), 2) / 2;
  };
  const double expected = (attract(0, 20) + attract(0, 40) + attract(3, 43)) / 3 +
                          (repel(0, 1) + repel(3, 5)) / 2;  // (0, 1) comes twice
  EXPECT_NEAR(Log(*context)[0].at("epochs")[0].at("loss").get<double>(), expected, 1e-4);
}

TEST_F(EmbedTest, LearningLowersTheLossAndTheNumberOfViolators) {
  auto start = Context("start"), trained = Context("trained");
  start->settings_["lr"] = 1e-30;
  trained->settings_["epochs"] = 10;
  const std::vector<Matrix> before = Run(*start), after = Run(*trained);
  const Json log = Log(*trained);
  ASSERT_EQ(log.size(), static_cast<size_t>(kFolds));
  for (int64_t fold = 0; fold < kFolds; ++fold) {
    const auto f = static_cast<size_t>(fold);
    EXPECT_LT(Violating(after[f], RowsOutside(fold)),
              0.5 * Violating(before[f], RowsOutside(fold)));
    const Json& of_fold = log[f];
    EXPECT_EQ(of_fold.at("people"), kPeople / kFolds * (kFolds - 1));
    EXPECT_EQ(of_fold.at("samples"), kPeople / kFolds * (kFolds - 1) * kImages);
    const Json& epochs = of_fold.at("epochs");
    ASSERT_EQ(epochs.size(), 10u);
    EXPECT_LT(epochs[9].at("loss").get<double>(), epochs[0].at("loss").get<double>());
    EXPECT_LT(epochs[9].at("tuples").get<int64_t>(), epochs[0].at("tuples").get<int64_t>());
    for (const Json& epoch : epochs) {  // every positive pair is a triplet or skipped: 16 x C(5, 2)
      EXPECT_EQ(epoch.at("tuples").get<int64_t>() + epoch.at("skipped").get<int64_t>(), 160);
    }
  }
}

TEST_F(EmbedTest, GivesTheSameBitsAgain) {
  auto first = Context("first"), second = Context("second"), other = Context("other");
  other->seed_ = 2;
  const std::vector<Matrix> projections = Run(*first);
  EXPECT_EQ(Run(*second), projections);
  EXPECT_EQ(Log(*first), Log(*second));
  EXPECT_NE(Run(*other), projections);
}

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
  EXPECT_TRUE(RunEmbed(*context).ok());
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

TEST_F(EmbedTest, SaysThatItDiverged) {
  auto context = Context("fast");
  context->settings_["lr"] = 1e30;
  EXPECT_THAT(Refusal(*context), HasSubstr("training diverged; lower embed.lr"));
  EXPECT_FALSE(std::filesystem::exists(context->output_ + "/projection.npy"));
}

TEST_F(EmbedTest, StopsInTheMiddle) {
  auto context = Context("stopped");
  context->stop_after_ = 2;
  EXPECT_EQ(RunEmbed(*context).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(context->last_progress_, "2 of 15 epochs");
  EXPECT_FALSE(std::filesystem::exists(context->output_ + "/projection.npy"));
}

}  // namespace
}  // namespace facet
