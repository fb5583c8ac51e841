// Network weights on disk, in the safetensors format of Hugging Face: 8 bytes of header length
// (little-endian), a JSON header {name: {"dtype", "shape", "data_offsets"}} with an optional
// "__metadata__" of text, then the values. Float32 ("F32") is written; F16, BF16, F64 and whole
// numbers are read too, as float32. Nothing in such a file is code: reading one cannot run
// anything.
#ifndef FACET_CORE_TRAINING_WEIGHTS_FILE_H_
#define FACET_CORE_TRAINING_WEIGHTS_FILE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

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

// Equal content gives equal bytes. The number of values must fit the shape.
std::string SerializeTensors(const StoredTensors& stored);

// DataLoss: cut off, offsets that overlap, leave holes or do not fit the shape; InvalidArgument:
// no such format, a dtype that is not read. Messages do not name the file.
absl::StatusOr<StoredTensors> ParseTensors(std::string_view bytes);

absl::Status WriteTensors(const std::string& path, const StoredTensors& stored);  // atomic
absl::StatusOr<StoredTensors> ReadTensors(const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_WEIGHTS_FILE_H_
