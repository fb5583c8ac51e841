#include "core/training/caffe_import.h"

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "third_party/caffe/caffe_model.pb.h"

namespace facet {
namespace {

// The first error of a text, with its place.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  void AddWarning(int, int, const std::string&) override {}
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Messages within each other, which are read by recursion. Caffe's have four levels.
constexpr int kMostLevels = 100;

bool IsTooDeep(const std::string& text) {
  int levels = 0;
  for (const char c : text) {
    if (c == '{' || c == '<') {
      if (++levels > kMostLevels) return true;
    } else if ((c == '}' || c == '>') && levels > 0) {
      --levels;
    }
  }
  return false;
}

// Names of the layers in a deploy .prototxt.
absl::StatusOr<std::set<std::string>> ReadLayout(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  if (IsTooDeep(text)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": more than ", kMostLevels, " messages within each other"));
  }
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.AllowUnknownField(true);  // all but the names
  parser.RecordErrorsTo(&error);
  caffe::Layout layout;
  if (!parser.ParseFromString(text, &layout)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ":", error.text(), "; expected the deploy .prototxt of a Caffe model"));
  }
  std::set<std::string> names;
  for (const caffe::NamedLayer& layer : layout.layers()) names.insert(layer.name());
  for (const caffe::NamedLayer& layer : layout.layer()) names.insert(layer.name());
  return names;
}

// In older files a shape of four, the first of which may be 1.
absl::StatusOr<StoredTensor> ReadBlob(const caffe::Blob& blob, const std::string& name) {
  StoredTensor stored;
  if (blob.has_num() || blob.has_channels() || blob.has_height() || blob.has_width()) {
    stored.shape = {blob.num(), blob.channels(), blob.height(), blob.width()};
  } else {
    stored.shape.assign(blob.shape().dim().begin(), blob.shape().dim().end());
  }
  if (blob.data_size() > 0) {
    stored.values.assign(blob.data().begin(), blob.data().end());
  } else {
    stored.values.assign(blob.double_data().begin(), blob.double_data().end());
  }
  const auto count = static_cast<int64_t>(stored.values.size());
  int64_t wanted = 1;
  for (const int64_t extent : stored.shape) {
    if (extent < 1 || __builtin_mul_overflow(wanted, extent, &wanted)) wanted = -1;
    if (wanted < 0) break;
  }
  if (wanted == count) return stored;
  return absl::InvalidArgumentError(
      absl::StrCat(name, " has ", count, " values, which its shape does not ask for"));
}

enum class Kind { kOther, kConvolution, kFull, kBatchNorm, kPRelu, kScale };

Kind KindOf(const std::string& type) {
  if (type == "Convolution") return Kind::kConvolution;
  if (type == "InnerProduct") return Kind::kFull;
  if (type == "BatchNorm") return Kind::kBatchNorm;
  if (type == "PReLU") return Kind::kPRelu;
  return type == "Scale" ? Kind::kScale : Kind::kOther;
}

// V1LayerParameter.LayerType in caffe.proto.
Kind KindOf(int old_type) {
  constexpr int kConvolution = 4, kInnerProduct = 14;
  if (old_type == kConvolution) return Kind::kConvolution;
  return old_type == kInnerProduct ? Kind::kFull : Kind::kOther;
}

// Caffe stores sums over a number of batches, which is the third blob.
void Divide(float factor, StoredTensor* tensor) {
  for (float& value : tensor->values) value = factor == 0 ? 0 : value / factor;
}

template <class AnyLayer>
absl::Status AddLayer(const AnyLayer& layer, StoredTensors* stored) {
  const Kind kind = KindOf(layer.type());
  if (kind == Kind::kOther || layer.blobs_size() == 0) return absl::OkStatus();
  const std::string& name = layer.name();
  const bool batch_norm = kind == Kind::kBatchNorm;
  const std::string names[] = {name + (batch_norm ? ".running_mean" : ".weight"),
                               name + (batch_norm ? ".running_var" : ".bias"),
                               name + "'s scale factor"};
  std::vector<StoredTensor> blobs;
  for (int i = 0; i < layer.blobs_size() && i < (batch_norm ? 3 : 2); ++i) {
    FACET_ASSIGN_OR_RETURN(StoredTensor blob, ReadBlob(layer.blobs(i), names[i]));
    const auto count = static_cast<int64_t>(blob.values.size());
    if (i > 0 || (kind != Kind::kConvolution && kind != Kind::kFull)) {
      blob.shape = {count};
    } else if (kind == Kind::kFull) {  // [out, in] or [1, 1, out, in]
      const int64_t in = blob.shape.empty() ? 1 : blob.shape.back();
      blob.shape = {count / in, in};
    }
    blobs.push_back(std::move(blob));
  }
  if (blobs.size() == 3) {
    const float factor = blobs[2].values[0];
    Divide(factor, &blobs[0]);
    Divide(factor, &blobs[1]);
    blobs.pop_back();
  }
  for (size_t i = 0; i < blobs.size(); ++i) stored->tensors[names[i]] = std::move(blobs[i]);
  return absl::OkStatus();
}

// The layers that the layout names. A layer's blobs go when they are read: the weights of VGG-Face
// are half a gigabyte.
template <class Layers>
absl::Status AddLayers(const std::set<std::string>& names, Layers* layers, StoredTensors* stored) {
  for (auto& in_net : *layers) {
    std::decay_t<decltype(in_net)> layer;
    layer.Swap(&in_net);
    if (names.count(layer.name()) > 0) FACET_RETURN_IF_ERROR(AddLayer(layer, stored));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StoredTensors> ImportCaffe(const std::string& layout, const std::string& model) {
  FACET_ASSIGN_OR_RETURN(const std::set<std::string> names, ReadLayout(layout));
  caffe::Net net;
  std::ifstream stream(model, std::ios::binary);
  if (!stream) return FileError(errno, absl::StrCat("cannot read ", model));
  if (!net.ParseFromIstream(&stream)) {
    return absl::InvalidArgumentError(
        absl::StrCat(model, ": no Caffe model (.caffemodel), or one that is cut off"));
  }
  StoredTensors stored;
  absl::Status added = AddLayers(names, net.mutable_layers(), &stored);
  if (added.ok()) added = AddLayers(names, net.mutable_layer(), &stored);
  if (!added.ok()) return Annotate(added, model);
  if (stored.tensors.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(model, ": none of the layers of ", layout,
                                                   " has weights; do the two belong together?"));
  }
  return stored;
}

}  // namespace facet
