#include "core/training/checkpoint.h"

#include <filesystem>
#include <vector>

#include "absl/strings/match.h"
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

// What a run that was killed while it saved has left: gigabytes, of a large network.
void RemoveTemporaries(const std::string& directory) {
  std::error_code error;
  std::vector<std::filesystem::path> temporaries;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (absl::StartsWith(name, "checkpoint.0.") || absl::StartsWith(name, "checkpoint.1.")) {
      temporaries.push_back(entry.path());
    }
  }
  for (const auto& path : temporaries) std::filesystem::remove(path, error);
}

}  // namespace

std::string CheckpointStore::Path(int generation) const {
  return absl::StrCat(directory_, "/checkpoint.", generation);
}

std::optional<StoredTensors> CheckpointStore::Load() {
  RemoveTemporaries(directory_);
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
