// The pack stage: frames -> crops.mdb and crops.jsonl, row by row the same face (artifacts.h).
//
// Inputs "samples", "frames"; settings PackSettings. A crop's shorter side has size_px pixels. Raw
// crops are height x width x 3 bytes BGR, by which number they are known; the others are JPEG
// files. DataLoss: an image that was read before cannot be read any more.
#ifndef FACET_CORE_STAGES_PACK_H_
#define FACET_CORE_STAGES_PACK_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "core/stages/context.h"
#include "core/stages/settings.h"

namespace facet {

struct PackSettings {
  int64_t size_px = 256;
  std::string encoding = "jpeg";
  int64_t jpeg_quality = 95;
  FaceSettings faces;  // its limit for images counts

  void Visit(OptionVisitor& v) {
    v("size_px", size_px, Range(8, 4096), "shorter side of the stored crops [px]");
    v("encoding", encoding, OneOf({"jpeg", "raw"}), "how crops are stored");
    v("jpeg_quality", jpeg_quality, Range(1, 100), "of encoding jpeg");
    faces.Visit(v);
  }
};

absl::Status RunPack(StageContext& context);

}  // namespace facet

#endif  // FACET_CORE_STAGES_PACK_H_
