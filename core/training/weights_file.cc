#include "core/training/weights_file.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <utility>

#include "core/base/check.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr size_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr char kMetadata[] = "__metadata__";

// Product of the extents; -1 if it is negative or overflows 2^40 values.
int64_t NumValues(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) {
    if (extent < 0 || extent > (int64_t{1} << 40)) return -1;
    if (extent != 0 && count > (int64_t{1} << 40) / extent) return -1;
    count *= extent;
  }
  return count;
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("damaged weights: ", absl::string_view(what.data(), what.size())));
}

template <class T>
T Load(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

float FromBits(uint32_t bits) { return Load<float>(reinterpret_cast<const char*>(&bits)); }

// IEEE 754 binary16.
float FromHalf(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu, fraction = half & 0x3ffu;
  if (exponent == 0) {  // zero, or a multiple of the smallest number, 2^-24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  if (exponent == 31) return FromBits(sign | 0x7f800000u | fraction << 13);
  return FromBits(sign | (exponent + 127 - 15) << 23 | fraction << 13);
}

template <class T>
float Cast(const char* bytes) {
  return static_cast<float>(Load<T>(bytes));
}

// The format's types that are read, each value as float32. Whole numbers are counters beside the
// weights (PyTorch's num_batches_tracked).
struct Type {
  const char* name;
  size_t size;
  float (*read)(const char* bytes);
};
constexpr Type kTypes[] = {
    {"F32", 4, &Cast<float>},
    {"F16", 2, [](const char* bytes) { return FromHalf(Load<uint16_t>(bytes)); }},
    {"BF16", 2,
     [](const char* bytes) {
       return FromBits(static_cast<uint32_t>(Load<uint16_t>(bytes)) << 16);
     }},
    {"F64", 8, &Cast<double>},
    {"I64", 8, &Cast<int64_t>},
    {"I32", 4, &Cast<int32_t>},
    {"I16", 2, &Cast<int16_t>},
    {"I8", 1, &Cast<int8_t>},
    {"U8", 1, &Cast<uint8_t>},
    {"BOOL", 1, &Cast<uint8_t>}};

absl::StatusOr<const Type*> FindType(const std::string& tensor, const std::string& name) {
  std::string known;
  for (const Type& type : kTypes) {
    if (name == type.name) return &type;
    absl::StrAppend(&known, known.empty() ? "" : ", ", type.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("tensor \"", tensor, "\" has type ", name, "; read are ", known));
}

std::vector<float> ReadValues(const Type& type, std::string_view bytes) {
  std::vector<float> values(bytes.size() / type.size);
  if (type.read == &Cast<float>) {  // most files, most of a gigabyte
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  for (size_t i = 0; i < values.size(); ++i) values[i] = type.read(&bytes[i * type.size]);
  return values;
}

// One entry of the header, checked. Offsets count from the end of the header.
struct Extent {
  std::string name;
  std::vector<int64_t> shape;
  const Type* type = nullptr;
  uint64_t begin = 0, end = 0;
};

// From 0 to 2^63 - 1.
absl::StatusOr<uint64_t> WholeNumber(const std::string& tensor, const Json& json) {
  if (json.is_number_unsigned() && json.get<uint64_t>() >> 63 == 0) return json.get<uint64_t>();
  return Damaged(
      absl::StrCat("header of tensor \"", tensor, "\": ", Dump(json).substr(0, 40), " is no size"));
}

absl::StatusOr<Extent> ParseExtent(const std::string& name, const Json& entry) {
  Extent extent;
  extent.name = name;
  try {
    FACET_ASSIGN_OR_RETURN(extent.type, FindType(name, entry.at("dtype")));
    for (const Json& side : entry.at("shape").get_ref<const Json::array_t&>()) {
      FACET_ASSIGN_OR_RETURN(const uint64_t value, WholeNumber(name, side));
      extent.shape.push_back(static_cast<int64_t>(value));
    }
    const Json& offsets = entry.at("data_offsets");
    FACET_ASSIGN_OR_RETURN(extent.begin, WholeNumber(name, offsets.at(0)));
    FACET_ASSIGN_OR_RETURN(extent.end, WholeNumber(name, offsets.at(1)));
  } catch (const Json::exception& exception) {
    return Damaged(absl::StrCat("header of tensor \"", name, "\": ", exception.what()));
  }
  const int64_t count = NumValues(extent.shape);
  if (count < 0 || extent.end < extent.begin ||
      extent.end - extent.begin != static_cast<uint64_t>(count) * extent.type->size) {
    return Damaged(absl::StrCat("offsets of tensor \"", name, "\" do not fit its shape"));
  }
  return extent;
}

absl::StatusOr<std::map<std::string, std::string>> ParseMetadata(const Json& json) {
  std::map<std::string, std::string> metadata;
  if (!json.is_object()) return Damaged("__metadata__ is no object");
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string()) return Damaged("__metadata__ holds something other than text");
    metadata[name] = value.get<std::string>();
  }
  return metadata;
}

// Of the header, from the file's first bytes.
absl::StatusOr<uint64_t> HeaderBytes(std::string_view bytes) {
  if (bytes.size() < kLengthBytes) return Damaged("shorter than its header");
  uint64_t header_bytes = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    header_bytes |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  if (header_bytes > kMaxHeaderBytes) {
    return absl::InvalidArgumentError("not a safetensors file (its header would be too long)");
  }
  return header_bytes;
}

absl::StatusOr<Json> ParseHeader(const std::string& text) {
  FACET_ASSIGN_OR_RETURN(Json header, ParseJson(text, "safetensors header"));
  if (!header.is_object()) return Damaged("its header is no object");
  return header;
}

}  // namespace

TensorSources SourcesOf(const StoredTensors& stored) {
  TensorSources sources;
  sources.metadata = stored.metadata;
  for (const auto& [name, tensor] : stored.tensors) {
    FACET_CHECK(NumValues(tensor.shape) == static_cast<int64_t>(tensor.values.size()));
    const float* const values = tensor.values.data();
    sources.tensors[name] = {tensor.shape, [values] {
                               return std::shared_ptr<const float>(std::shared_ptr<void>(), values);
                             }};
  }
  return sources;
}

absl::Status StreamTensors(const TensorSources& sources,
                           absl::FunctionRef<absl::Status(std::string_view)> write) {
  Json header = Json::object();
  if (!sources.metadata.empty()) header[kMetadata] = sources.metadata;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : sources.tensors) {
    const uint64_t end = offset + static_cast<uint64_t>(NumValues(tensor.shape)) * sizeof(float);
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = Dump(header);
  text.resize((text.size() + kLengthBytes - 1) / kLengthBytes * kLengthBytes, ' ');  // alignment
  std::string length;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    length.push_back(static_cast<char>(static_cast<uint64_t>(text.size()) >> (8 * i)));
  }
  FACET_RETURN_IF_ERROR(write(length + text));
  for (const auto& [name, tensor] : sources.tensors) {
    const std::shared_ptr<const float> values = tensor.values();
    const auto count = static_cast<size_t>(NumValues(tensor.shape));
    FACET_RETURN_IF_ERROR(
        write({reinterpret_cast<const char*>(values.get()), count * sizeof(float)}));
  }
  return absl::OkStatus();
}

std::string SerializeTensors(const TensorSources& sources) {
  std::string bytes;
  const absl::Status status = StreamTensors(sources, [&](std::string_view piece) {
    bytes += piece;
    return absl::OkStatus();
  });
  FACET_CHECK(status.ok());
  return bytes;
}

std::string SerializeTensors(const StoredTensors& stored) {
  return SerializeTensors(SourcesOf(stored));
}

absl::StatusOr<StoredTensors> ParseTensors(std::string_view bytes) {
  FACET_ASSIGN_OR_RETURN(const uint64_t header_bytes, HeaderBytes(bytes));
  if (bytes.size() - kLengthBytes < header_bytes) return Damaged("cut off in its header");
  FACET_ASSIGN_OR_RETURN(const Json header,
                         ParseHeader(std::string(bytes.substr(kLengthBytes, header_bytes))));
  const std::string_view data = bytes.substr(kLengthBytes + header_bytes);

  StoredTensors stored;
  std::vector<Extent> extents;
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadata) {
      FACET_ASSIGN_OR_RETURN(stored.metadata, ParseMetadata(entry));
      continue;
    }
    FACET_ASSIGN_OR_RETURN(Extent extent, ParseExtent(name, entry));
    extents.push_back(std::move(extent));
  }
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t offset = 0;
  for (Extent& extent : extents) {
    if (extent.begin != offset) {
      return Damaged(
          absl::StrCat("tensor \"", extent.name, "\" overlaps another or leaves a hole"));
    }
    if (extent.end > data.size()) {
      return Damaged(absl::StrCat("cut off in tensor \"", extent.name, "\""));
    }
    StoredTensor& tensor = stored.tensors[extent.name];
    tensor.shape = std::move(extent.shape);
    tensor.values = ReadValues(*extent.type, data.substr(extent.begin, extent.end - extent.begin));
    offset = extent.end;
  }
  if (offset != data.size()) return Damaged("bytes after the last tensor");
  return stored;
}

absl::Status WriteTensors(const std::string& path, const TensorSources& sources) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  FACET_RETURN_IF_ERROR(
      StreamTensors(sources, [&](std::string_view piece) { return file->Append(piece); }));
  return file->Commit();
}

absl::StatusOr<StoredTensors> ReadTensors(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<StoredTensors> stored = ParseTensors(bytes);
  if (!stored.ok()) return Annotate(stored.status(), path);
  return stored;
}

absl::StatusOr<std::map<std::string, std::string>> ReadTensorMetadata(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string bytes(kLengthBytes, '\0');
  if (!stream.read(bytes.data(), kLengthBytes)) return Annotate(Damaged("no header"), path);
  const absl::StatusOr<uint64_t> size = HeaderBytes(bytes);
  if (!size.ok()) return Annotate(size.status(), path);
  bytes.resize(*size);
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(*size))) {
    return Annotate(Damaged("cut off in its header"), path);
  }
  const absl::StatusOr<Json> header = ParseHeader(bytes);
  if (!header.ok()) return Annotate(header.status(), path);
  const auto metadata = header->find(kMetadata);
  if (metadata == header->end()) return std::map<std::string, std::string>();
  return ParseMetadata(*metadata);
}

}  // namespace facet
