#include "core/stages/layers/trace.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "core/base/check.h"

namespace facet {
namespace {

using Sizes = std::vector<int64_t>;

// The arguments of an operation by their names in its schema, as far as they matter here.
struct Arguments {
  std::map<std::string, Sizes> shapes;   // of tensors
  std::map<std::string, Sizes> numbers;  // of numbers and lists of them
  std::set<const void*> storages;        // of tensors
  std::vector<const void*> in_order;
};

// One operation that is under way.
struct Call : at::ObserverContext {
  Call* caller = nullptr;
  Arguments arguments;
  bool is_product = false;
  int64_t products_below = 0;
};

absl::string_view PlainName(absl::string_view name) {
  const size_t colons = name.rfind("::");
  if (colons != absl::string_view::npos) name.remove_prefix(colons + 2);
  while (absl::ConsumePrefix(&name, "_")) {
  }
  while (absl::ConsumeSuffix(&name, "_")) {
  }
  return name;
}

bool IsConvolution(absl::string_view name) {
  static const auto* const kNames = new std::set<absl::string_view>{
      "conv1d",           "conv2d",           "conv3d",          "convolution",
      "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"};
  return kNames->count(name) != 0;
}

// The tensor whose last axis is summed over.
const char* SummedOver(absl::string_view name) {
  static const auto* const kNames = new std::map<absl::string_view, const char*>{
      {"linear", "input"}, {"addmm", "mat1"},  {"mm", "self"},
      {"bmm", "self"},     {"matmul", "self"}, {"baddbmm", "batch1"},
      {"mv", "self"},      {"addmv", "mat"},   {"dot", "self"}};
  const auto found = kNames->find(name);
  return found == kNames->end() ? nullptr : found->second;
}

// Operations that multiply matrices in a kernel of their own.
bool HidesProducts(absl::string_view name) {
  if (!absl::StartsWith(name, "aten::")) return true;
  for (const char* part : {"attention", "transformer", "lstm", "gru", "rnn", "bilinear"}) {
    if (absl::StrContains(name, part)) return !absl::StrContains(name, "upsample");
  }
  return false;
}

bool MovesAlone(absl::string_view name) {
  static const auto* const kNames =
      new std::set<absl::string_view>{"to", "to_copy", "copy", "clone", "contiguous"};
  return kNames->count(name) != 0;
}

int64_t Product(const Sizes& sizes, size_t from = 0) {
  int64_t product = 1;
  for (size_t i = from; i < sizes.size(); ++i) product *= sizes[i];
  return product;
}

Sizes ShapeOf(const at::Tensor& tensor) { return tensor.sizes().vec(); }

const void* StorageOf(const at::Tensor& tensor) {
  return tensor.defined() && tensor.has_storage() ? tensor.storage().unsafeGetStorageImpl()
                                                  : nullptr;
}

void TakeTensor(const std::string& name, const at::Tensor& tensor, Arguments* arguments) {
  if (!tensor.defined()) return;
  arguments->shapes[name] = ShapeOf(tensor);
  const void* const storage = StorageOf(tensor);
  if (storage != nullptr && arguments->storages.insert(storage).second) {
    arguments->in_order.push_back(storage);
  }
}

Arguments ArgumentsOf(const at::RecordFunction& function) {
  Arguments arguments;
  const auto schema = function.operator_schema();
  if (!schema.has_value()) return arguments;
  const c10::ArrayRef<const c10::IValue> values = function.inputs();
  for (size_t i = 0; i < values.size() && i < schema->arguments().size(); ++i) {
    const std::string& name = schema->arguments()[i].name();
    const c10::IValue& value = values[i];
    if (value.isTensor()) {
      TakeTensor(name, value.toTensor(), &arguments);
    } else if (value.isTensorList()) {
      for (const at::Tensor& each : value.toTensorVector()) TakeTensor(name, each, &arguments);
    } else if (value.isInt()) {
      arguments.numbers[name] = {value.toInt()};
    } else if (value.isBool()) {
      arguments.numbers[name] = {value.toBool() ? 1 : 0};
    } else if (value.isIntList()) {
      arguments.numbers[name] = value.toIntVector();
    }
  }
  return arguments;
}

// One number stands for both sides.
Sizes Sides(const Arguments& arguments, const std::string& name) {
  const auto found = arguments.numbers.find(name);
  if (found == arguments.numbers.end()) return {};
  return found->second.size() == 1 ? Sizes(2, found->second[0]) : found->second;
}

Sizes Without(const Sizes& shape, size_t leading) {
  return {shape.begin() + static_cast<std::ptrdiff_t>(std::min(leading, shape.size())),
          shape.end()};
}

int64_t ProductsOf(absl::string_view name, const Arguments& arguments, const Sizes& output) {
  if (const char* summed = SummedOver(name); summed != nullptr) {
    const auto shape = arguments.shapes.find(summed);
    if (shape == arguments.shapes.end() || shape->second.empty()) return 0;
    return Product(output) * shape->second.back();
  }
  const auto weight = arguments.shapes.find("weight"), input = arguments.shapes.find("input");
  if (weight == arguments.shapes.end() || input == arguments.shapes.end()) return 0;
  const auto transposed = arguments.numbers.find("transposed");
  const bool is_transposed = absl::StrContains(name, "transpose") ||
                             (transposed != arguments.numbers.end() && transposed->second[0] != 0);
  // Each value that comes out, or for a transposed one goes in, meets a filter's weights once.
  return Product(is_transposed ? input->second : output) * Product(weight->second, 1);
}

}  // namespace

struct Tracer::State {
  std::map<const void*, std::vector<const NamedTensor*>> learned;  // not yet seen, by storage
  std::vector<NamedTensor> tensors;
  std::vector<TracedLayer> layers;
  at::ObserverContext* innermost = nullptr;  // a Call
  at::CallbackHandle handle = 0;
  bool active = false;
};

namespace {

thread_local Tracer::State* tracing = nullptr;

// What of the learned tensors an operation is the first to use.
void TakeLearned(const Arguments& arguments, TracedLayer* layer) {
  for (const void* storage : arguments.in_order) {
    const auto found = tracing->learned.find(storage);
    if (found == tracing->learned.end()) continue;
    for (const NamedTensor* each : found->second) {
      if (layer->name.empty()) layer->name = LayerOf(each->name);
      layer->parameters += each->tensor.numel();
    }
    tracing->learned.erase(found);
  }
}

void AddLayer(const at::RecordFunction& function, const Call& call, const at::Tensor& output) {
  const absl::string_view name = PlainName(function.name());
  const Arguments& arguments = call.arguments;
  const bool in_place = absl::EndsWith(function.name(), "_");
  const bool is_view = !in_place && arguments.storages.count(StorageOf(output)) != 0;
  if (arguments.storages.empty() || is_view || MovesAlone(name)) return;
  TracedLayer layer;
  layer.operation = std::string(name);
  layer.output = Without(ShapeOf(output), 1);
  TakeLearned(arguments, &layer);
  layer.multiply_adds = call.products_below;
  if (call.products_below == 0 && HidesProducts(function.name())) {
    layer.multiply_adds = std::nullopt;
  }
  layer.kernel = Sides(arguments, "kernel_size");
  layer.stride = Sides(arguments, "stride");
  layer.padding = Sides(arguments, "padding");
  const auto weight = arguments.shapes.find("weight");
  if (call.is_product && weight != arguments.shapes.end() && weight->second.size() >= 2) {
    layer.filters = weight->second[0];
    layer.in = weight->second[1];
    if (IsConvolution(name)) layer.kernel = Without(weight->second, 2);
  }
  if (layer.kernel.empty()) layer.stride = layer.padding = {};
  if (layer.stride.empty()) layer.stride = layer.kernel;  // as poolings have it
  tracing->layers.push_back(std::move(layer));
}

std::unique_ptr<at::ObserverContext> OnStart(const at::RecordFunction& function) {
  if (tracing == nullptr) return nullptr;
  auto call = std::make_unique<Call>();
  call->arguments = ArgumentsOf(function);
  const absl::string_view name = PlainName(function.name());
  call->is_product = IsConvolution(name) || SummedOver(name) != nullptr;
  call->caller = static_cast<Call*>(tracing->innermost);
  tracing->innermost = call.get();
  return call;
}

void OnEnd(const at::RecordFunction& function, at::ObserverContext* context) {
  if (tracing == nullptr || context == nullptr) return;
  auto* const call = static_cast<Call*>(context);
  tracing->innermost = call->caller;
  const std::vector<c10::IValue>& outputs = function.outputs();
  if (outputs.empty() || !outputs[0].isTensor() || !outputs[0].toTensor().defined()) return;
  const at::Tensor& output = outputs[0].toTensor();
  // What a product is computed with in turn is the same product.
  if (call->is_product) {
    call->products_below = ProductsOf(PlainName(function.name()), call->arguments, ShapeOf(output));
  }
  if (call->caller != nullptr) {
    call->caller->products_below += call->products_below;
  } else {
    AddLayer(function, *call, output);
  }
}

}  // namespace

Tracer::Tracer(const std::vector<NamedTensor>& learned) : state_(std::make_unique<State>()) {
  FACET_CHECK(tracing == nullptr);
  state_->tensors = learned;
  for (const NamedTensor& each : state_->tensors) {
    state_->learned[StorageOf(each.tensor)].push_back(&each);
  }
  tracing = state_.get();
  state_->handle = at::addThreadLocalCallback(at::RecordFunctionCallback(&OnStart, &OnEnd)
                                                  .needsInputs(true)
                                                  .needsOutputs(true)
                                                  .scopes({at::RecordScope::FUNCTION}));
  state_->active = true;
}

Tracer::~Tracer() { Stop(); }

std::vector<TracedLayer> Tracer::Stop() {
  if (state_->active) {
    at::removeCallback(state_->handle);
    tracing = nullptr;
    state_->active = false;
  }
  return std::move(state_->layers);
}

std::string LayerOf(const std::string& tensor) { return tensor.substr(0, tensor.rfind('.')); }

}  // namespace facet
