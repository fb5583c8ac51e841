#include "plugins/aligners/local_binary_features/regression.h"

#include <algorithm>
#include <array>

#include "plugins/aligners/patches/landmark_training.h"

namespace facet {
namespace {

// Targets that are solved together: a row of the vectors below is one cache line.
constexpr int kBlock = 16;
constexpr int kMostIterations = 40;
constexpr double kTolerance = 1e-6;  // of squared norms

using Lane = std::array<float, kBlock>;
using Lanes = std::vector<Lane>;  // one a feature
using Sums = std::array<double, kBlock>;

void AddTo(const Lane& from, Lane* to) {
  for (size_t b = 0; b < kBlock; ++b) (*to)[b] += from[b];
}

Sums Product(const Lanes& a, const Lanes& b) {
  Sums sums = {};
  for (size_t f = 0; f < a.size(); ++f) {
    for (size_t k = 0; k < kBlock; ++k) sums[k] += static_cast<double>(a[f][k]) * b[f][k];
  }
  return sums;
}

// X' X p + ridge p.
Lanes Apply(const BinaryRows& features, const Lanes& p, float ridge) {
  Lanes q = p;
  for (Lane& lane : q) {
    for (float& value : lane) value *= ridge;
  }
  const auto count = static_cast<size_t>(features.set_per_row);
  for (int64_t row = 0; row < features.rows; ++row) {
    const int32_t* set = &features.set[static_cast<size_t>(row) * count];
    Lane sum = {};
    for (size_t i = 0; i < count; ++i) AddTo(p[static_cast<size_t>(set[i])], &sum);
    for (size_t i = 0; i < count; ++i) AddTo(sum, &q[static_cast<size_t>(set[i])]);
  }
  return q;
}

void SolveBlock(const BinaryRows& features, const cv::Mat& targets, int first, float ridge,
                cv::Mat* weights) {
  const int used = std::min(kBlock, targets.cols - first);
  const auto count = static_cast<size_t>(features.set_per_row);
  Lanes w(static_cast<size_t>(features.num_features), Lane{}), residual = w;
  for (int64_t row = 0; row < features.rows; ++row) {
    Lane target = {};
    const float* from = targets.ptr<float>(static_cast<int>(row)) + first;
    std::copy(from, from + used, target.begin());
    const int32_t* set = &features.set[static_cast<size_t>(row) * count];
    for (size_t i = 0; i < count; ++i) AddTo(target, &residual[static_cast<size_t>(set[i])]);
  }
  Lanes p = residual;
  Sums square = Product(residual, residual);
  const Sums start = square;
  for (int iteration = 0; iteration < kMostIterations; ++iteration) {
    bool done = true;
    for (size_t k = 0; k < kBlock; ++k) done = done && square[k] <= kTolerance * start[k];
    if (done) break;
    const Lanes q = Apply(features, p, ridge);
    const Sums curvature = Product(p, q);
    std::array<float, kBlock> step = {}, keep = {};
    for (size_t k = 0; k < kBlock; ++k) {
      step[k] = curvature[k] > 0 ? static_cast<float>(square[k] / curvature[k]) : 0.0F;
    }
    for (size_t f = 0; f < w.size(); ++f) {
      for (size_t k = 0; k < kBlock; ++k) {
        w[f][k] += step[k] * p[f][k];
        residual[f][k] -= step[k] * q[f][k];
      }
    }
    const Sums next = Product(residual, residual);
    for (size_t k = 0; k < kBlock; ++k) {
      keep[k] = square[k] > 0 ? static_cast<float>(next[k] / square[k]) : 0.0F;
    }
    for (size_t f = 0; f < w.size(); ++f) {
      for (size_t k = 0; k < kBlock; ++k) p[f][k] = residual[f][k] + keep[k] * p[f][k];
    }
    square = next;
  }
  for (int k = 0; k < used; ++k) {
    double* row = weights->ptr<double>(first + k);
    for (size_t f = 0; f < w.size(); ++f) row[f] = w[f][static_cast<size_t>(k)];
  }
}

}  // namespace

absl::Status SolveRidge(const BinaryRows& features, const cv::Mat& targets, double ridge,
                        const TrainingContext& context, const std::string& unit, cv::Mat* weights) {
  *weights = cv::Mat::zeros(targets.cols, features.num_features, CV_64FC1);
  const int64_t blocks = (targets.cols + kBlock - 1) / kBlock;
  const auto lambda = static_cast<float>(ridge * static_cast<double>(features.rows));
  return ParallelWork(context, blocks, unit, [&](int64_t block) {
    SolveBlock(features, targets, static_cast<int>(block) * kBlock, lambda, weights);
  });
}

}  // namespace facet
