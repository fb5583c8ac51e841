#include "plugins/miners/screened_distances.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>

#include "plugins/distances/rough_rows.h"
#include "plugins/distances/row_kernels.h"
#include "plugins/miners/measured_rows.h"

namespace facet {

// A rough distance is 1 less the product, or the square of the distance of scaled rows.
struct ScreenedBatch {
  ScreenedBatch(const BatchLabels& of, const DistanceOfMeasure& what, const at::Tensor& measured,
                RoughRows roughly)
      : labels(of), distance(what), rows(measured), rough(std::move(roughly)) {
    for (int64_t i = 0; i < labels.size(); ++i) images[labels.Label(i)].push_back(i);
  }

  const BatchLabels& labels;
  const DistanceOfMeasure distance;
  const at::Tensor rows;  // float64
  const RoughRows rough;
  std::unordered_map<int64_t, std::vector<int64_t>> images;  // of a label
};

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float Smallest(const std::vector<float>& values) {
  std::array<float, 32> smallest;
  smallest.fill(kInfinity);
  size_t i = 0;
  for (; i + smallest.size() <= values.size(); i += smallest.size()) {
    for (size_t lane = 0; lane < smallest.size(); ++lane) {
      smallest[lane] = std::min(smallest[lane], values[i + lane]);
    }
  }
  for (; i < values.size(); ++i) smallest[0] = std::min(smallest[0], values[i]);
  return *std::min_element(smallest.begin(), smallest.end());
}

}  // namespace

ScreenedDistances::ScreenedDistances(const ScreenedBatch& batch)
    : batch_(batch), rough_(batch.rough.squares().size()) {}

void ScreenedDistances::Begin(int64_t anchor, const float* products) {
  anchor_ = anchor;
  num_measured_ = 0;
  distances_.clear();
  slack_ = batch_.rough.Slack(anchor);
  const size_t size = rough_.size();
  if (batch_.distance.cosine) {
    for (size_t i = 0; i < size; ++i) rough_[i] = 1 - products[i];
  } else {
    const float* const squares = batch_.rough.squares().data();
    const float own = squares[anchor];
    for (size_t i = 0; i < size; ++i) rough_[i] = own + squares[i] - 2 * products[i];
  }
  positives_.clear();
  for (const int64_t i : batch_.images.at(batch_.labels.Label(anchor))) {
    float& rough = rough_[static_cast<size_t>(i)];
    if (i != anchor) positives_.push_back({rough, i});
    rough = kInfinity;
  }
}

double ScreenedDistances::operator()(int64_t i) {
  const auto size = static_cast<int64_t>(rough_.size()), dimension = batch_.rows.size(1);
  const double* const rows = batch_.rows.data_ptr<double>();
  const double* const own = rows + anchor_ * dimension;
  const auto measure = [&](const double* others, int64_t count, double* out) {
    RowKernelsOfProcessor<double>().measure(
        {batch_.distance.measure(), own, 1, others, count, dimension, out, count});
    for (int64_t j = 0; j < count; ++j) out[j] = batch_.distance(out[j]);
  };
  if (distances_.empty() && ++num_measured_ > size / 8) {  // two at a time are the faster
    distances_.resize(rough_.size());
    measure(rows, size, distances_.data());
  }
  if (!distances_.empty()) return distances_[static_cast<size_t>(i)];
  double distance;
  measure(rows + i * dimension, 1, &distance);
  return distance;
}

int64_t ScreenedDistances::Extreme(bool farthest) {
  if (candidates_.size() < 2) return candidates_.empty() ? -1 : candidates_[0];
  int64_t best = -1;
  double best_distance = 0;
  for (const int64_t i : candidates_) {
    const double distance = (*this)(i);
    if (best >= 0 && (farthest ? distance <= best_distance : distance >= best_distance)) continue;
    best = i;
    best_distance = distance;
  }
  return best;
}

int64_t ScreenedDistances::FarthestPositive() {
  float farthest = -kInfinity;
  for (const Rough& positive : positives_) farthest = std::max(farthest, positive.distance);
  candidates_.clear();
  for (const auto& [distance, image] : positives_) {
    if (distance >= farthest - 2 * slack_) candidates_.push_back(image);
  }
  return Extreme(true);
}

int64_t ScreenedDistances::NearestNegative() {
  const auto last = static_cast<float>(Smallest(rough_) + 2 * slack_);
  candidates_.clear();
  if (last == kInfinity) return -1;
  for (size_t i = 0; i < rough_.size(); ++i) {
    if (rough_[i] <= last) candidates_.push_back(static_cast<int64_t>(i));
  }
  return Extreme(false);
}

double ScreenedDistances::RoughBound(double bound) const {
  constexpr double kBeyondAll = 1e30;
  if (!batch_.distance.cosine) {
    if (batch_.distance.root) bound *= std::abs(bound);
    bound *= batch_.rough.scale() * batch_.rough.scale();
  }
  return std::clamp(bound, -kBeyondAll, kBeyondAll);
}

std::vector<int64_t> ScreenedDistances::PositivesFartherThan(double bound) {
  const double rough = RoughBound(bound);
  std::vector<int64_t> found;
  for (const auto& [distance, image] : positives_) {
    if (distance < rough - slack_) continue;
    if (distance > rough + slack_ || (*this)(image) > bound) found.push_back(image);
  }
  return found;
}

std::vector<int64_t> ScreenedDistances::NegativesNearerThan(double bound) {
  const double rough = RoughBound(bound);
  const auto last = static_cast<float>(rough + slack_);
  std::vector<int64_t> found;
  for (size_t i = 0; i < rough_.size(); ++i) {
    if (rough_[i] > last) continue;
    const auto image = static_cast<int64_t>(i);
    if (rough_[i] < rough - slack_ || (*this)(image) < bound) found.push_back(image);
  }
  return found;
}

absl::Status ScreenAnchors(const BatchLabels& labels, const at::Tensor& embeddings,
                           const DistanceOptions& options,
                           const std::function<void(ScreenedDistances&)>& visit) {
  if (labels.num_anchors() == 0) return absl::OkStatus();
  const at::Tensor rows = RowsToMeasure(embeddings, options);
  const DistanceOfMeasure distance(options);
  std::optional<RoughRows> rough = RoughRows::Of(rows, /*unit=*/distance.cosine);
  if (!rough) return NotFinite();
  const ScreenedBatch batch(labels, distance, rows, *std::move(rough));
  batch.rough.ForEachProduct(
      labels.num_anchors(), /*symmetric=*/false, [&](const RoughRows::Products& some) {
        at::parallel_for(0, some.count, 1, [&](int64_t begin, int64_t end) {
          ScreenedDistances distances(batch);
          for (int64_t i = begin; i < end; ++i) {
            distances.Begin(some.first + i, some.products + i * labels.size());
            visit(distances);
          }
        });
        return true;
      });
  return absl::OkStatus();
}

}  // namespace facet
