// How the embed stage learns: where it begins, its steps, when it stops.
#include "core/stages/project/project_testing.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Lt;

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

TEST_F(EmbedTest, SaysThatItDiverged) {
  auto context = Context("fast");
  context->settings_["lr"] = 1e30;
  EXPECT_THAT(Refusal(*context), HasSubstr("training diverged; lower embed.lr"));
  EXPECT_FALSE(std::filesystem::exists(context->output_ + "/projection.npy"));
}

TEST_F(EmbedTest, StopsInTheMiddle) {
  auto context = Context("stopped");
  context->stop_after_ = 2;
  EXPECT_EQ(RunProject(*context).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(context->last_progress_, "2 of 15 epochs");
  EXPECT_FALSE(std::filesystem::exists(context->output_ + "/projection.npy"));
}

}  // namespace
}  // namespace facet
