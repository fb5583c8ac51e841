// faces.jsonl: one FaceRecord a sample. alignments.jsonl: one AlignmentRecord for every sample that
// has a face, but for those that the aligner fails on.
#ifndef FACET_CORE_RECORDS_FACES_H_
#define FACET_CORE_RECORDS_FACES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/aligner.h"
#include "core/api/detector.h"
#include "core/base/json.h"

namespace facet {

// What the detect stage found for one sample.
struct FaceRecord {
  int64_t sample = 0;
  enum class State { kFound, kFallback, kDropped, kUnreadable, kFailed } state = State::kFound;
  // kUnreadable: why; kFailed: the detector's words; kDropped and kFallback: what was tried.
  std::string reason;
  int64_t num_found = 0;          // faces in the image, before selection
  int64_t width = 0, height = 0;  // of the image, px
  Face face;                      // canonical box; meaningful for kFound and kFallback
  std::vector<Face> others;       // the faces that were not selected, best score first
};
const char* NameOf(FaceRecord::State state);  // "found"
bool HasFace(const FaceRecord& record);       // of kFound and kFallback
Json ToJson(const FaceRecord& record);
absl::StatusOr<FaceRecord> FaceRecordFromJson(const Json& json);
absl::Status CheckRecord(const FaceRecord& record);  // its faces: finite, boxes with area

struct AlignmentRecord {
  int64_t sample = 0;
  Alignment alignment;
  Pose pose = Pose::kUnknown;
};
Json ToJson(const AlignmentRecord& record);
absl::StatusOr<AlignmentRecord> AlignmentRecordFromJson(const Json& json);
// Finite, a map with area, an aspect up to 16 either way, the scheme's landmarks.
absl::Status CheckRecord(const AlignmentRecord& record);

}  // namespace facet

#endif  // FACET_CORE_RECORDS_FACES_H_
