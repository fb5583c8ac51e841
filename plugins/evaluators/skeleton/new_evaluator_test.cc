// On a protocol whose figure can be worked out by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/api/evaluator.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::Evaluator;
using facet::MakeComponent;

// Templates on a line; the distance of a pair is all that counts with similarity = "l2".
class NewEvaluatorTest : public testing::Test {
 protected:
  NewEvaluatorTest() {
    data_.protocol.kind = facet::Protocol::Kind::kFolds;
    data_.protocol.num_folds = 2;
  }

  void AddPair(int64_t fold, bool genuine, float distance) {
    const auto first = static_cast<int64_t>(values_.size());
    for (const float at : {0.0f, distance}) {
      const auto index = static_cast<int64_t>(values_.size());
      data_.samples.emplace_back();
      data_.protocol.templates.push_back({"template " + std::to_string(index), {index}});
      values_.push_back(at);
    }
    data_.protocol.pairs.push_back({first, first + 1, genuine, fold});
  }

  // Similarities 0 and -2 of genuine pairs, -6 and -10 of impostor pairs; then `last` for -10.
  void AddFolds(float last) {
    for (const int64_t fold : {0, 1}) {
      AddPair(fold, true, 0);
      AddPair(fold, true, 2);
      AddPair(fold, false, 6);
      AddPair(fold, false, fold == 0 ? 10 : last);
    }
  }

  absl::StatusOr<facet::Evaluation> Evaluate() const {
    facet::EvaluationInput input;
    input.data = &data_;
    input.descriptors = {{static_cast<int64_t>(values_.size()), 1, values_.data()}};
    return MakeComponent<Evaluator>(R"({"similarity": "l2"})").value()->Evaluate(input);
  }

  facet::DatasetContents data_;
  std::vector<float> values_;
};

TEST_F(NewEvaluatorTest, IsTheFormula) {
  AddFolds(14);
  // Means -1 and -8, variances 2 and 8; then -1 and -10, 2 and 32.
  const double first = 7 / std::sqrt(5), second = 9 / std::sqrt(17);
  const auto evaluation = Evaluate().value();
  ASSERT_EQ(evaluation.metrics.size(), 1);
  EXPECT_NEAR(evaluation.metrics[0].value, (first + second) / 2, 1e-12);
  // The standard deviation of two numbers is their difference over the root of 2.
  EXPECT_NEAR(evaluation.metrics[0].standard_error, std::abs(first - second) / 2, 1e-12);
  EXPECT_EQ(evaluation.metrics[0].count, 8);
  EXPECT_EQ(evaluation.replicates.size(), 2);
}

TEST_F(NewEvaluatorTest, RefusesWhatIsNoNumber) {
  AddFolds(std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(Evaluate().status().message(),
            "new_evaluator: the descriptors of template 14 and template 15 are not finite");
}

TEST_F(NewEvaluatorTest, RefusesAProtocolWithoutFolds) {
  AddFolds(14);
  data_.protocol.kind = facet::Protocol::Kind::kNone;
  EXPECT_TRUE(absl::IsInvalidArgument(Evaluate().status()));
}

}  // namespace
