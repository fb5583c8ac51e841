#include "core/training/learned_tensors.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_join.h"
#include "core/api/guard.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr char kSteps[] = "optimizer.steps";
constexpr int64_t kSumGrain = 1 << 15;  // values per task

template <class T>
double SquaredSum(const T* values, int64_t size) {
  // Fixed parts, added in order: the same bits with any number of threads.
  const int64_t num_parts = (size + kSumGrain - 1) / kSumGrain;
  std::vector<double> parts(static_cast<size_t>(num_parts), 0.0);
  at::parallel_for(0, num_parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      double sum = 0;
      for (int64_t i = part * kSumGrain; i < std::min(size, (part + 1) * kSumGrain); ++i) {
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

LearnedTensors::LearnedTensors(const Optimizer& rule, std::string name, bool decay_vectors)
    : rule_(rule),
      rule_name_(std::move(name)),
      decay_vectors_(decay_vectors),
      state_names_(rule.StateNames()) {}

absl::Status LearnedTensors::Add(const std::string& prefix,
                                 const std::vector<NamedTensor>& parameters,
                                 const Numerics& numerics) {
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
    entry.may_decay = named.decays && (decay_vectors_ || entry.master.dim() > 1);
    entry.decays = entry.may_decay;
    entries_.push_back(std::move(entry));
  }
  return absl::OkStatus();
}

absl::Status LearnedTensors::NoTensor(const TensorGroup& group,
                                      const std::set<std::string>& copied) const {
  constexpr size_t kShown = 40;
  const GroupSettings& s = group.settings;
  if (s.origin == "copied" && copied.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(group.slot,
                     ".origin = \"copied\", but nothing is copied: the row has neither "
                     "train.start_from nor train.weights; name one, or take the group out"));
  }
  std::vector<std::string> names;
  for (const Entry& entry : entries_) {
    names.push_back(entry.name + (copied.count(entry.name) > 0 ? " (copied)" : ""));
  }
  const size_t rest = names.size() - std::min(names.size(), kShown);
  names.resize(names.size() - rest);
  return absl::InvalidArgumentError(absl::StrCat(
      group.slot, " has no tensor: of those that are ", s.origin == "any" ? "learned" : s.origin,
      " none is called ", absl::StrJoin(s.tensors, " or "), "; they are: ",
      absl::StrJoin(names, ", "), rest > 0 ? absl::StrCat(" and ", rest, " more") : ""));
}

absl::Status LearnedTensors::SetGroups(const std::vector<TensorGroup>& groups,
                                       const std::set<std::string>& copied) {
  for (Entry& entry : entries_) {
    entry.rate_factor = 1.0;
    entry.decays = entry.may_decay;
    entry.frozen = false;
  }
  for (const TensorGroup& group : groups) {
    const GroupSettings& s = group.settings;
    bool has_any = false;
    for (Entry& entry : entries_) {
      const bool is_new = copied.count(entry.name) == 0;
      if (s.origin != "any" && is_new != (s.origin == "new")) continue;
      if (absl::c_none_of(s.tensors, [&](const std::string& pattern) {
            return ::fnmatch(pattern.c_str(), entry.name.c_str(), 0) == 0;
          })) {
        continue;
      }
      has_any = true;
      entry.rate_factor *= s.rate_factor;
      entry.decays = entry.decays && s.decay;
      entry.frozen = entry.frozen || s.frozen;
    }
    if (!has_any) return NoTensor(group, copied);
  }
  // A frozen tensor costs no gradient, nor do the layers below the first that learns.
  for (Entry& entry : entries_) entry.parameter.set_requires_grad(!entry.frozen);
  if (absl::c_any_of(entries_, [](const Entry& entry) { return !entry.frozen; })) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "every learned tensor is frozen: nothing would be trained; let a group learn");
}

absl::Status LearnedTensors::CheckGradients(const std::string& prefix) const {
  for (const Entry& entry : entries_) {
    if (entry.has_learned || entry.frozen || entry.prefix != prefix) continue;
    return absl::InternalError(
        absl::StrCat("learned tensor ", entry.name,
                     " gets no gradient: its component reports it as learned but does not use it"));
  }
  return absl::OkStatus();
}

absl::Status LearnedTensors::CheckFinite() const {
  const at::NoGradGuard no_grad;
  for (const Entry& entry : entries_) {
    if (at::isfinite(entry.parameter).all().item<bool>()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("learned tensor ", entry.name, " is not finite"));
  }
  return absl::OkStatus();
}

bool LearnedTensors::Learns(const std::string& prefix) const {
  return absl::c_any_of(
      entries_, [&](const Entry& entry) { return entry.prefix == prefix && !entry.frozen; });
}

void LearnedTensors::ZeroGradients() {
  for (Entry& entry : entries_) entry.parameter.mutable_grad() = at::Tensor();
}

double LearnedTensors::GradientNorm() const {
  double sum = 0;
  at::Tensor on_device;  // read once: each reading waits for the device
  for (const Entry& entry : entries_) {
    at::Tensor gradient = entry.parameter.grad();
    if (!gradient.defined()) continue;
    if (!gradient.is_cpu()) {
      const at::Tensor squares = gradient.to(at::kDouble).square().sum();
      on_device = on_device.defined() ? on_device + squares : squares;
      continue;
    }
    if (!gradient.is_non_overlapping_and_dense()) gradient = gradient.contiguous();
    sum += gradient.scalar_type() == at::kBFloat16
               ? SquaredSum(gradient.data_ptr<c10::BFloat16>(), gradient.numel())
               : SquaredSum(gradient.data_ptr<float>(), gradient.numel());
  }
  return std::sqrt(on_device.defined() ? sum + on_device.item<double>() : sum);
}

OptimizedTensor LearnedTensors::Optimized(const Entry& entry) const {
  OptimizedTensor tensor;
  tensor.value = entry.master;
  tensor.gradient = entry.parameter.grad();
  if (tensor.gradient.defined() && tensor.gradient.strides() != entry.master.strides()) {
    tensor.gradient =
        at::empty_like(entry.master, tensor.gradient.options()).copy_(tensor.gradient);
  }
  tensor.state = entry.state;
  tensor.decays = entry.decays;
  if (entry.parameter.scalar_type() != at::kFloat) tensor.rounded = entry.parameter.detach();
  return tensor;
}

absl::Status LearnedTensors::Step(double rate, double gradient_scale) {
  const at::NoGradGuard no_grad;
  for (Entry& entry : entries_) {
    OptimizedTensor tensor = Optimized(entry);
    if (rule_.climbs()) {
      if (!std::exchange(entry.climbed, false)) continue;
      if (!tensor.gradient.defined()) tensor.gradient = at::zeros_like(entry.master);
    }
    if (!tensor.gradient.defined()) continue;
    entry.has_learned = true;
    const OptimizerStep step = {rate * entry.rate_factor, gradient_scale, ++entry.num_steps};
    FACET_RETURN_IF_ERROR(Guard(rule_name_, [&] { return rule_.Step(tensor, step); }));
    if (tensor.rounded.defined() && !rule_.rounds()) tensor.rounded.copy_(tensor.value);
  }
  return absl::OkStatus();
}

absl::Status LearnedTensors::Climb(double rate, double gradient_scale, double gradient_norm) {
  const at::NoGradGuard no_grad;
  for (Entry& entry : entries_) {
    const OptimizedTensor tensor = Optimized(entry);
    if (!tensor.gradient.defined()) continue;
    const OptimizerStep step = {rate * entry.rate_factor, gradient_scale, entry.num_steps + 1};
    FACET_RETURN_IF_ERROR(
        Guard(rule_name_, [&] { return rule_.Climb(tensor, step, gradient_norm); }));
    entry.climbed = true;
    if (tensor.rounded.defined() && !rule_.rounds()) tensor.rounded.copy_(tensor.value);
  }
  return absl::OkStatus();
}

std::vector<NamedTensor> LearnedTensors::Masters() const {
  std::vector<NamedTensor> masters;
  for (const Entry& entry : entries_) masters.push_back({entry.name, entry.master});
  return masters;
}

void LearnedTensors::Round() {
  const at::NoGradGuard no_grad;
  for (Entry& entry : entries_) {
    if (entry.parameter.scalar_type() != at::kFloat) entry.parameter.copy_(entry.master);
  }
}

void LearnedTensors::Export(bool state, TensorSources* sources) const {
  Json steps = Json::object();
  for (const Entry& entry : entries_) {
    sources->tensors[entry.name] = SourceOf(entry.master);
    for (size_t i = 0; state && i < state_names_.size(); ++i) {
      sources->tensors[absl::StrCat(state_names_[i], "/", entry.name)] = SourceOf(entry.state[i]);
    }
    steps[entry.name] = entry.num_steps;
  }
  if (state) sources->metadata[kSteps] = Dump(steps);
}

absl::Status LearnedTensors::Import(const StoredTensors& stored) {
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
  const auto metadata = stored.metadata.find(kSteps);
  if (metadata == stored.metadata.end()) {
    return absl::DataLossError("the checkpoint does not say how many steps the optimiser has done");
  }
  FACET_ASSIGN_OR_RETURN(const Json steps, ParseJson(metadata->second, "checkpoint"));
  for (Entry& entry : entries_) {
    FACET_RETURN_IF_ERROR(read(entry.name, entry.master));
    for (size_t i = 0; i < state_names_.size(); ++i) {
      FACET_RETURN_IF_ERROR(read(absl::StrCat(state_names_[i], "/", entry.name), entry.state[i]));
    }
    entry.num_steps = steps.value(entry.name, int64_t{0});
    entry.has_learned = entry.num_steps > 0;
  }
  Round();
  return absl::OkStatus();
}

}  // namespace facet
