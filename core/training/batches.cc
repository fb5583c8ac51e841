#include "core/training/batches.h"

#include <algorithm>
#include <utility>

#include "core/api/guard.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr int64_t kMaxMeasured = 10'000;
constexpr int64_t kMinBatches = 200;  // a share of them is known to 0.5 / sqrt(200) = 3.5 %

int64_t CeilOfRatio(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

Batches::Batches(const CropSet& crops, std::vector<int64_t> labels, Split split, int64_t batch_size,
                 const Sampler& sampler, Augmenter augmenter, InputFormat format, uint64_t seed)
    : crops_(crops),
      labels_(std::move(labels)),
      split_(std::move(split)),
      batch_size_(batch_size),
      sampler_(sampler),
      augmenter_(std::move(augmenter)),
      format_(std::move(format)),
      seed_(seed) {
  for (const int64_t row : split_.training) {
    training_labels_.push_back(labels_[static_cast<size_t>(row)]);
  }
}

absl::Status Batches::CheckSampler() const {
  return Guard("train.sampler", [this] { return sampler_.Check(training_labels_, batch_size_); });
}

int64_t Batches::num_training() const {
  return NumBatches(static_cast<int64_t>(split_.training.size()), batch_size_);
}

int64_t Batches::num_validation() const {
  return CeilOfRatio(static_cast<int64_t>(split_.validation.size()), batch_size_);
}

absl::StatusOr<TupleSupply> Batches::Supply(int64_t num_epochs) const {
  TupleSupply supply = SupplyOf(training_labels_, batch_size_);
  const auto used = static_cast<size_t>(num_training() * batch_size_);
  for (int64_t epoch = 0; epoch < num_epochs && supply.batches < kMinBatches; ++epoch) {
    FACET_ASSIGN_OR_RETURN(std::vector<int64_t> order, Sampled(epoch));
    if (order.size() > used) order.resize(used);
    AddEpoch(training_labels_, order, &supply);
  }
  return supply;
}

absl::StatusOr<std::vector<int64_t>> Batches::EpochOrder(int64_t epoch) const {
  FACET_ASSIGN_OR_RETURN(std::vector<int64_t> order, Sampled(epoch));
  for (int64_t& index : order) index = split_.training[static_cast<size_t>(index)];
  return order;
}

absl::StatusOr<std::vector<int64_t>> Batches::Sampled(int64_t epoch) const {
  const uint64_t seed = DeriveSeed(seed_, absl::StrCat("order/", epoch));
  FACET_ASSIGN_OR_RETURN(std::vector<int64_t> order,
                         Guard("train.sampler", [&]() -> absl::StatusOr<std::vector<int64_t>> {
                           return sampler_.Epoch(training_labels_, batch_size_, seed);
                         }));
  const auto count = static_cast<int64_t>(split_.training.size());
  const int64_t least = std::min(num_training() * batch_size_, count);
  if (static_cast<int64_t>(order.size()) < least ||
      std::any_of(order.begin(), order.end(),
                  [&](int64_t index) { return index < 0 || index >= count; })) {
    return absl::InternalError(absl::StrCat("the sampler gave ", order.size(), " indices into ",
                                            count, " images, or some outside them; ",
                                            num_training(), " batches of ", batch_size_,
                                            " were asked for"));
  }
  return order;
}

absl::StatusOr<Batch> Batches::Training(int64_t epoch, const std::vector<int64_t>& order,
                                        int64_t index) const {
  Batch batch;
  Scratch scratch;
  const int64_t begin = index * batch_size_;
  const int64_t end = std::min<int64_t>(begin + batch_size_, static_cast<int64_t>(order.size()));
  Reserve(end - begin, &batch);
  for (int64_t i = begin; i < end; ++i) {
    Random random(DeriveSeed(seed_, absl::StrCat("augment/", epoch, "/", i)));
    FACET_RETURN_IF_ERROR(Append(order[static_cast<size_t>(i)], &random, &scratch, &batch));
  }
  return batch;
}

absl::StatusOr<Batch> Batches::Validation(int64_t index) const {
  Batch batch;
  Scratch scratch;
  const auto size = static_cast<int64_t>(split_.validation.size());
  const int64_t begin = index * batch_size_, end = std::min(begin + batch_size_, size);
  Reserve(end - begin, &batch);
  for (int64_t i = begin; i < end; ++i) {
    FACET_RETURN_IF_ERROR(
        Append(split_.validation[static_cast<size_t>(i)], /*augment=*/nullptr, &scratch, &batch));
  }
  return batch;
}

void Batches::Reserve(int64_t count, Batch* batch) const {
  batch->pixels.reserve(static_cast<size_t>(count * format_.num_values()));
  batch->labels.reserve(static_cast<size_t>(count));
}

absl::Status Batches::Append(int64_t row, Random* augment, Scratch* scratch, Batch* batch) const {
  FACET_ASSIGN_OR_RETURN(const Image* image, crops_.Get(row, &scratch->decoded));
  Window window;
  if (augment == nullptr) {
    window = CentralWindow(*image, format_.size_px);
  } else {
    FACET_ASSIGN_OR_RETURN(image, augmenter_.Draw(*image, *augment, &window, &scratch->changed));
  }
  const size_t offset = batch->pixels.size();
  batch->pixels.resize(offset + static_cast<size_t>(format_.num_values()));
  WriteInput(format_, *image, window, batch->pixels.data() + offset);
  batch->labels.push_back(labels_[static_cast<size_t>(row)]);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<float>> MeasureMean(const CropSet& crops,
                                               const std::vector<int64_t>& rows, int64_t size_px,
                                               bool image) {
  MeanMeter meter(size_px, image);
  Image scratch;
  const auto size = static_cast<int64_t>(rows.size());
  const int64_t count = std::min(size, kMaxMeasured);
  for (int64_t i = 0; i < count; ++i) {
    FACET_ASSIGN_OR_RETURN(const Image* crop,
                           crops.Get(rows[static_cast<size_t>(i * size / count)], &scratch));
    meter.Add(*crop);
  }
  return meter.Mean();
}

}  // namespace facet
