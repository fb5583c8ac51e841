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

// -1: the file does not say.
int64_t StepOf(const std::string& path) {
  const absl::StatusOr<std::map<std::string, std::string>> metadata = ReadTensorMetadata(path);
  if (!metadata.ok()) return -1;
  const auto found = metadata->find(kStep);
  int64_t step = -1;
  if (found == metadata->end() || !absl::SimpleAtoi(found->second, &step)) return -1;
  return step;
}

std::optional<StoredTensors> ReadGeneration(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok() || bytes->size() < kDigestChars) return std::nullopt;
  const std::string_view content(bytes->data(), bytes->size() - kDigestChars);
  if (Sha256Hex(content) != std::string_view(*bytes).substr(content.size())) return std::nullopt;
  absl::StatusOr<StoredTensors> state = ParseTensors(content);
  if (!state.ok()) return std::nullopt;
  return *std::move(state);
}

}  // namespace

std::string CheckpointStore::Path(int generation) const {
  return absl::StrCat(directory_, "/checkpoint.", generation);
}

std::optional<StoredTensors> CheckpointStore::Load() {
  // The older one is read only if it must be: a state is as large as the network three times over.
  const int newest = StepOf(Path(1)) > StepOf(Path(0)) ? 1 : 0;
  for (const int generation : {newest, 1 - newest}) {
    std::optional<StoredTensors> state = ReadGeneration(Path(generation));
    if (!state.has_value()) continue;
    next_generation_ = 1 - generation;
    return state;
  }
  return std::nullopt;
}

absl::Status CheckpointStore::Save(int64_t step, TensorSources state) {
  state.metadata[kStep] = absl::StrCat(step);
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                         AtomicFile::Create(Path(next_generation_)));
  Sha256 hash;
  FACET_RETURN_IF_ERROR(StreamTensors(state, [&](std::string_view piece) {
    hash.Update(piece);
    return file->Append(piece);
  }));
  FACET_RETURN_IF_ERROR(file->Append(hash.HexDigest()));
  FACET_RETURN_IF_ERROR(file->Commit());
  next_generation_ = 1 - next_generation_;
  return absl::OkStatus();
}

}  // namespace facet
