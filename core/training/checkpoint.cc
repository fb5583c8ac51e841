#include "core/training/checkpoint.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr char kStep[] = "checkpoint.step";
constexpr size_t kDigestChars = 64;

int64_t StepOf(const StoredTensors& state) {
  const auto found = state.metadata.find(kStep);
  int64_t step = -1;
  if (found == state.metadata.end() || !absl::SimpleAtoi(found->second, &step)) return -1;
  return step;
}

std::optional<StoredTensors> ReadGeneration(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok() || bytes->size() < kDigestChars) return std::nullopt;
  const std::string_view content = std::string_view(*bytes).substr(kDigestChars);
  if (Sha256Hex(content) != std::string_view(*bytes).substr(0, kDigestChars)) return std::nullopt;
  absl::StatusOr<StoredTensors> state = ParseTensors(content);
  if (!state.ok()) return std::nullopt;
  return *std::move(state);
}

}  // namespace

std::string CheckpointStore::Path(int generation) const {
  return absl::StrCat(directory_, "/checkpoint.", generation);
}

std::optional<StoredTensors> CheckpointStore::Load() {
  std::optional<StoredTensors> newest;
  for (const int generation : {0, 1}) {
    std::optional<StoredTensors> state = ReadGeneration(Path(generation));
    if (!state.has_value() || (newest.has_value() && StepOf(*state) < StepOf(*newest))) continue;
    newest = std::move(state);
    next_generation_ = 1 - generation;
  }
  return newest;
}

absl::Status CheckpointStore::Save(int64_t step, const StoredTensors& state) {
  StoredTensors stamped = state;
  stamped.metadata[kStep] = absl::StrCat(step);
  const std::string content = SerializeTensors(stamped);
  FACET_RETURN_IF_ERROR(
      WriteFileAtomically(Path(next_generation_), absl::StrCat(Sha256Hex(content), content)));
  next_generation_ = 1 - next_generation_;
  return absl::OkStatus();
}

}  // namespace facet
