// Network weights on disk, in the safetensors format of Hugging Face: 8 bytes of header length
// (little-endian), a JSON header {name: {"dtype", "shape", "data_offsets"}} with an optional
// "__metadata__" of text, then the values. Float32 ("F32") is written; F16, BF16, F64 and whole
// numbers are read too, as float32. Nothing in such a file is code: reading one cannot run
// anything.
#ifndef FACET_CORE_TRAINING_WEIGHTS_FILE_H_
#define FACET_CORE_TRAINING_WEIGHTS_FILE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

struct StoredTensor {
  std::vector<int64_t> shape;  // empty: one value
  std::vector<float> values;   // row-major
};

struct StoredTensors {
  std::map<std::string, StoredTensor> tensors;
  std::map<std::string, std::string> metadata;
};

// A tensor on its way to a file. Its values are fetched when they are written and let go after, so
// that the weights of a network are in memory once.
struct TensorSource {
  std::vector<int64_t> shape;
  std::function<std::shared_ptr<const float>()> values;  // row-major
};

struct TensorSources {
  std::map<std::string, TensorSource> tensors;
  std::map<std::string, std::string> metadata;
};
TensorSources SourcesOf(const StoredTensors& stored);  // which must outlive them

// Hands the file to `write` piece by piece; ends with its first error. Equal content gives equal
// bytes. The number of values must fit the shape.
absl::Status StreamTensors(const TensorSources& sources,
                           absl::FunctionRef<absl::Status(std::string_view)> write);
std::string SerializeTensors(const TensorSources& sources);
std::string SerializeTensors(const StoredTensors& stored);

// DataLoss: cut off, offsets that overlap, leave holes or do not fit the shape; InvalidArgument:
// no such format, a dtype that is not read. Messages do not name the file.
absl::StatusOr<StoredTensors> ParseTensors(std::string_view bytes);

absl::Status WriteTensors(const std::string& path, const TensorSources& sources);  // atomic
absl::StatusOr<StoredTensors> ReadTensors(const std::string& path);
// No more of the file is read than its header; nothing of the tensors is checked.
absl::StatusOr<std::map<std::string, std::string>> ReadTensorMetadata(const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_WEIGHTS_FILE_H_
