#include "core/training/optimizer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/numbers.h"
#include "core/base/status.h"
#include "core/training/adam.h"
#include "core/training/fused_update.h"
#include "core/training/sgd.h"

namespace facet {
namespace {

constexpr char kSteps[] = "optimizer.steps";

template <class T>
double SquaredSum(const T* values, int64_t size) {
  // Fixed parts, added in order: the same bits with any number of threads.
  const int64_t num_parts = (size + kUpdateGrain - 1) / kUpdateGrain;
  std::vector<double> parts(static_cast<size_t>(num_parts), 0.0);
  at::parallel_for(0, num_parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      double sum = 0;
      for (int64_t i = part * kUpdateGrain; i < std::min(size, (part + 1) * kUpdateGrain); ++i) {
        const auto value = static_cast<double>(static_cast<float>(values[i]));
        sum += value * value;
      }
      parts[static_cast<size_t>(part)] = sum;
    }
  });
  double sum = 0;
  for (const double part : parts) sum += part;
  return sum;
}

}  // namespace

absl::Status Optimizer::Add(const std::string& prefix, const std::vector<NamedTensor>& parameters,
                            const Numerics& numerics, double rate_factor) {
  for (const NamedTensor& named : parameters) {
    Entry entry;
    entry.prefix = prefix;
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
    for (size_t i = 0; i < state_names_.size(); ++i) {
      entry.state.push_back(at::zeros_like(entry.master));
    }
    entry.rate_factor = rate_factor;
    entry.decays = decay_vectors_ || entry.master.dim() > 1;
    entries_.push_back(std::move(entry));
  }
  return absl::OkStatus();
}

absl::Status Optimizer::CheckGradients(const std::string& prefix) const {
  for (const Entry& entry : entries_) {
    if (entry.has_learned || entry.prefix != prefix) continue;
    return absl::InternalError(
        absl::StrCat("learned tensor ", entry.name,
                     " gets no gradient: its component reports it as learned but does not use it"));
  }
  return absl::OkStatus();
}

absl::Status Optimizer::CheckFinite() const {
  const at::NoGradGuard no_grad;
  for (const Entry& entry : entries_) {
    if (at::isfinite(entry.parameter).all().item<bool>()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("learned tensor ", entry.prefix, entry.name, " is not finite"));
  }
  return absl::OkStatus();
}

void Optimizer::ZeroGradients() {
  for (Entry& entry : entries_) entry.parameter.mutable_grad() = at::Tensor();
}

double Optimizer::GradientNorm() const {
  double sum = 0;
  for (const Entry& entry : entries_) {
    at::Tensor gradient = entry.parameter.grad();
    if (!gradient.defined()) continue;
    if (!gradient.is_cpu()) {
      sum += gradient.to(at::kDouble).square().sum().item<double>();
      continue;
    }
    if (!gradient.is_non_overlapping_and_dense()) gradient = gradient.contiguous();
    sum += gradient.scalar_type() == at::kBFloat16
               ? SquaredSum(gradient.data_ptr<c10::BFloat16>(), gradient.numel())
               : SquaredSum(gradient.data_ptr<float>(), gradient.numel());
  }
  return std::sqrt(sum);
}

void Optimizer::Step(double rate, double gradient_scale) {
  const at::NoGradGuard no_grad;
  ++num_steps_;
  for (Entry& entry : entries_) {
    at::Tensor gradient = entry.parameter.grad();
    if (!gradient.defined()) continue;
    entry.has_learned = true;
    if (gradient.strides() != entry.master.strides()) {
      gradient = at::empty_like(entry.master, gradient.options()).copy_(gradient);
    }
    StepOne(entry, gradient, rate * entry.rate_factor, gradient_scale);
    if (!entry.master.is_cpu() && entry.parameter.scalar_type() != at::kFloat) {
      entry.parameter.copy_(entry.master);
    }
  }
}

void Optimizer::Export(bool state, TensorSources* sources) const {
  for (const Entry& entry : entries_) {
    sources->tensors[entry.name] = SourceOf(entry.master);
    for (size_t i = 0; state && i < state_names_.size(); ++i) {
      sources->tensors[absl::StrCat(state_names_[i], "/", entry.name)] = SourceOf(entry.state[i]);
    }
  }
  if (state) sources->metadata[kSteps] = absl::StrCat(num_steps_);
}

absl::Status Optimizer::Import(const StoredTensors& stored) {
  const at::NoGradGuard no_grad;
  const auto read = [&](const std::string& name, const at::Tensor& tensor) {
    const auto found = stored.tensors.find(name);
    if (found == stored.tensors.end() || found->second.shape != tensor.sizes().vec()) {
      return absl::DataLossError(
          absl::StrCat("the checkpoint has no tensor ", name, " of this shape"));
    }
    CopyFrom(found->second, tensor);
    return absl::OkStatus();
  };
  for (Entry& entry : entries_) {
    FACET_RETURN_IF_ERROR(read(entry.name, entry.master));
    for (size_t i = 0; i < state_names_.size(); ++i) {
      FACET_RETURN_IF_ERROR(read(absl::StrCat(state_names_[i], "/", entry.name), entry.state[i]));
    }
    if (entry.parameter.scalar_type() != at::kFloat) entry.parameter.copy_(entry.master);
  }
  const auto steps = stored.metadata.find(kSteps);
  if (steps == stored.metadata.end() || !absl::SimpleAtoi(steps->second, &num_steps_)) {
    return absl::DataLossError("the checkpoint does not say how many steps the optimiser has done");
  }
  return absl::OkStatus();
}

std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerSettings& settings) {
  if (settings.use == "sgd") return std::make_unique<Sgd>(settings);
  return std::make_unique<Adam>(settings);
}

}  // namespace facet
