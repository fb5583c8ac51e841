// The embed stage on 100 made-up descriptors with the real triplet, softmax, random_violating and
// batch_hard plugins; steps and starting directions are derived again with loops over doubles.
#ifndef FACET_CORE_STAGES_PROJECT_PROJECT_TESTING_H_
#define FACET_CORE_STAGES_PROJECT_PROJECT_TESTING_H_

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/api/evaluator.h"
#include "core/api/miner.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/base/test_folder.h"
#include "core/pipeline/context_testing.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/project/project.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {

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
    folder_ = TestFolder();
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
    const absl::Status status = RunProject(context);
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
    return std::string(RunProject(context).message());
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

}  // namespace facet

#endif  // FACET_CORE_STAGES_PROJECT_PROJECT_TESTING_H_
