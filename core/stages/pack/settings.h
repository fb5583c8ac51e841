// What the pack stage may be told.
#ifndef FACET_CORE_STAGES_PACK_SETTINGS_H_
#define FACET_CORE_STAGES_PACK_SETTINGS_H_

#include <cstdint>
#include <string>

#include "core/api/options.h"
#include "core/pipeline/image_settings.h"

namespace facet {

// `train.crops`: what is packed for training.
struct TrainCropSettings {
  int64_t size_px = 256;
  std::string encoding = "jpeg";
  int64_t jpeg_quality = 95;

  void Visit(OptionVisitor& v) {
    v("size_px", size_px, Range(8, 4096), "shorter side of the stored crops [px]; paper");
    v("encoding", encoding, OneOf({"jpeg", "raw"}), "how crops are stored");
    v("jpeg_quality", jpeg_quality, Range(1, 100), "of encoding jpeg");
  }
};

// What the stage itself is given: of train.crops, or of test.crops with the largest scale.
struct PackSettings {
  int64_t size_px = 256;
  std::string encoding = "jpeg";
  int64_t jpeg_quality = 95;
  ImageSettings images;

  void Visit(OptionVisitor& v) {
    v("size_px", size_px, Range(8, 4096), "shorter side of the stored crops [px]");
    v("encoding", encoding, OneOf({"jpeg", "raw"}), "how crops are stored");
    v("jpeg_quality", jpeg_quality, Range(1, 100), "of encoding jpeg");
    images.Visit(v);
  }
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_PACK_SETTINGS_H_
