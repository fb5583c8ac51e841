#include "core/training/sgd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <utility>

#include "core/training/tensors.h"

namespace facet {
namespace {

constexpr char kVelocity[] = "velocity/";
constexpr int64_t kGrain = 1 << 15;  // values per task

struct Coefficients {
  float rate, momentum, weight_decay;
};

// One pass over the memory instead of one per operation: at 139 M weights that is what an update
// costs. Element by element, so the number of threads does not matter to the result.
template <class Gradient>
void Update(const Coefficients& k, const Gradient* gradient, float* master, float* velocity,
            c10::BFloat16* rounded, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const float g = static_cast<float>(gradient[i]) + k.weight_decay * master[i];
    velocity[i] = k.momentum * velocity[i] + g;
    master[i] -= k.rate * velocity[i];
  }
  if (rounded == nullptr) return;
  for (int64_t i = begin; i < end; ++i) rounded[i] = static_cast<c10::BFloat16>(master[i]);
}

}  // namespace

absl::Status Sgd::Add(const std::string& prefix, const std::vector<NamedTensor>& parameters,
                      const Numerics& numerics) {
  for (const NamedTensor& named : parameters) {
    Entry entry;
    entry.name = prefix + named.name;
    entry.parameter = named.tensor;
    for (const Entry& other : entries_) {
      if (other.name != entry.name) continue;
      return absl::InternalError(absl::StrCat("two learned tensors are named ", entry.name));
    }
    if (!entry.parameter.is_leaf() || !entry.parameter.requires_grad()) {
      return absl::InternalError(
          absl::StrCat("learned tensor ", entry.name, " is no leaf that requires a gradient"));
    }
    MoveTo({named}, {numerics.device, at::kFloat});
    entry.master = entry.parameter.detach();
    if (numerics.type != at::kFloat) MoveTo({named}, numerics);
    entry.velocity = at::zeros_like(entry.master);
    entries_.push_back(std::move(entry));
  }
  return absl::OkStatus();
}

absl::Status Sgd::CheckGradients() const {
  for (const Entry& entry : entries_) {
    if (entry.parameter.grad().defined()) continue;
    return absl::InternalError(
        absl::StrCat("learned tensor ", entry.name,
                     " gets no gradient: its component reports it as learned but does not use it"));
  }
  return absl::OkStatus();
}

void Sgd::ZeroGradients() {
  for (Entry& entry : entries_) entry.parameter.mutable_grad() = at::Tensor();
}

void Sgd::Step(double rate) {
  const at::NoGradGuard no_grad;
  for (Entry& entry : entries_) StepOne(entry, rate);
}

void Sgd::StepOne(Entry& entry, double rate) const {
  at::Tensor gradient = entry.parameter.grad();
  if (!gradient.defined()) return;
  if (!entry.master.is_cpu()) {
    entry.velocity.mul_(momentum_).add_(gradient).add_(entry.master, weight_decay_);
    entry.master.add_(entry.velocity, -rate);
    if (entry.parameter.scalar_type() != at::kFloat) entry.parameter.copy_(entry.master);
    return;
  }
  if (gradient.strides() != entry.master.strides()) {
    gradient = at::empty_like(entry.master, gradient.options()).copy_(gradient);
  }
  const Coefficients k = {static_cast<float>(rate), static_cast<float>(momentum_),
                          static_cast<float>(weight_decay_)};
  float* const master = entry.master.data_ptr<float>();
  float* const velocity = entry.velocity.data_ptr<float>();
  const int64_t size = entry.master.numel();
  if (entry.parameter.scalar_type() == at::kBFloat16) {
    const c10::BFloat16* const data = gradient.data_ptr<c10::BFloat16>();
    c10::BFloat16* const rounded = entry.parameter.data_ptr<c10::BFloat16>();
    at::parallel_for(0, size, kGrain, [&](int64_t begin, int64_t end) {
      Update(k, data, master, velocity, rounded, begin, end);
    });
    return;
  }
  const float* const data = gradient.data_ptr<float>();
  at::parallel_for(0, size, kGrain, [&](int64_t begin, int64_t end) {
    Update(k, data, master, velocity, static_cast<c10::BFloat16*>(nullptr), begin, end);
  });
}

void Sgd::Export(bool velocities, StoredTensors* stored) const {
  for (const Entry& entry : entries_) {
    stored->tensors[entry.name] = ToStored(entry.master);
    if (velocities) stored->tensors[kVelocity + entry.name] = ToStored(entry.velocity);
  }
}

absl::Status Sgd::Import(const StoredTensors& stored) {
  const at::NoGradGuard no_grad;
  for (Entry& entry : entries_) {
    for (const bool velocity : {false, true}) {
      const std::string name = (velocity ? kVelocity : "") + entry.name;
      const auto found = stored.tensors.find(name);
      if (found == stored.tensors.end() || found->second.shape != entry.master.sizes().vec()) {
        return absl::DataLossError(
            absl::StrCat("the checkpoint has no tensor ", name, " of this shape"));
      }
      CopyFrom(found->second, velocity ? entry.velocity : entry.master);
    }
    if (entry.parameter.scalar_type() != at::kFloat) entry.parameter.copy_(entry.master);
  }
  return absl::OkStatus();
}

}  // namespace facet
