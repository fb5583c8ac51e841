// Field numbers are those of Caffe's caffe.proto: of NetParameter, LayerParameter,
// V1LayerParameter, BlobProto and BlobShape.
#include "core/training/caffe_blobs.h"

#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace facet {
namespace {

absl::Status CutOff() {
  return absl::InvalidArgumentError("no Caffe model, or one that is cut off");
}

// One field of a message: a number or, where it has a length, its bytes.
struct Field {
  uint64_t number = 0;
  uint64_t value = 0;
  std::string_view bytes;
  bool has_bytes = false;
};

class Message {
 public:
  explicit Message(std::string_view bytes) : left_(bytes) {}

  // None at the end.
  absl::StatusOr<std::optional<Field>> Next() {
    if (left_.empty()) return std::optional<Field>();
    FACET_ASSIGN_OR_RETURN(const uint64_t tag, Varint());
    Field field;
    field.number = tag >> 3;
    switch (tag & 7) {
      case 0: {
        FACET_ASSIGN_OR_RETURN(field.value, Varint());
        return std::optional<Field>(field);
      }
      case 1:
        FACET_RETURN_IF_ERROR(Take(8).status());
        return std::optional<Field>(field);
      case 2: {
        FACET_ASSIGN_OR_RETURN(const uint64_t size, Varint());
        FACET_ASSIGN_OR_RETURN(field.bytes, Take(size));
        field.has_bytes = true;
        return std::optional<Field>(field);
      }
      case 5:
        FACET_RETURN_IF_ERROR(Take(4).status());
        return std::optional<Field>(field);
      default:  // groups, which Caffe has none of
        return CutOff();
    }
  }

  bool empty() const { return left_.empty(); }

  absl::StatusOr<uint64_t> Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      FACET_ASSIGN_OR_RETURN(const std::string_view taken, Take(1));
      const auto byte = static_cast<uint8_t>(taken[0]);
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    return CutOff();
  }

 private:
  absl::StatusOr<std::string_view> Take(uint64_t size) {
    if (size > left_.size()) return CutOff();
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  std::string_view left_;
};

// Calls `take` with each field.
template <class Take>
absl::Status ForEachField(std::string_view bytes, const Take& take) {
  Message message(bytes);
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const std::optional<Field> field, message.Next());
    if (!field.has_value()) return absl::OkStatus();
    FACET_RETURN_IF_ERROR(take(*field));
  }
}

// The values that a blob's shape asks for, against those that its bytes have room for: two bytes
// each at least (the raw halves that OpenCV writes).
class BlobSize {
 public:
  explicit BlobSize(std::string_view blob) : most_(blob.size() / 2) {}

  absl::Status Multiply(uint64_t extent) {
    if (extent > 0 && extent <= most_ && count_ <= most_ / extent) {
      count_ *= extent;
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "a Caffe model whose weights are not of their shape: an extent of ",
        static_cast<int64_t>(extent), ", and bytes for at most ", most_, " values in all"));
  }

 private:
  const uint64_t most_;
  uint64_t count_ = 1;
};

absl::Status CheckBlob(std::string_view blob) {
  constexpr uint64_t kLastOfOldShape = 4, kShape = 7, kDim = 1;
  // Of both the fields may be repeated, and then OpenCV takes one of them: each must do.
  BlobSize old_size(blob), size(blob);
  return ForEachField(blob, [&](const Field& field) -> absl::Status {
    if (field.number >= 1 && field.number <= kLastOfOldShape && !field.has_bytes) {
      return old_size.Multiply(field.value);
    }
    if (field.number != kShape || !field.has_bytes) return absl::OkStatus();
    return ForEachField(field.bytes, [&](const Field& dim) -> absl::Status {
      if (dim.number != kDim) return absl::OkStatus();
      if (!dim.has_bytes) return size.Multiply(dim.value);
      Message packed(dim.bytes);
      while (!packed.empty()) {
        FACET_ASSIGN_OR_RETURN(const uint64_t extent, packed.Varint());
        FACET_RETURN_IF_ERROR(size.Multiply(extent));
      }
      return absl::OkStatus();
    });
  });
}

}  // namespace

absl::Status CheckCaffeBlobs(std::string_view model) {
  constexpr uint64_t kOldLayers = 2, kLayers = 100, kOldBlobs = 6, kBlobs = 7;
  return ForEachField(model, [&](const Field& field) -> absl::Status {
    const bool old = field.number == kOldLayers;
    if ((!old && field.number != kLayers) || !field.has_bytes) return absl::OkStatus();
    return ForEachField(field.bytes, [&](const Field& part) -> absl::Status {
      if (part.number != (old ? kOldBlobs : kBlobs) || !part.has_bytes) return absl::OkStatus();
      return CheckBlob(part.bytes);
    });
  });
}

}  // namespace facet
