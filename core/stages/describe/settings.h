// What the describe stage may be told. Defaults are the paper's (section 5.1).
#ifndef FACET_CORE_STAGES_DESCRIBE_SETTINGS_H_
#define FACET_CORE_STAGES_DESCRIBE_SETTINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/api/options.h"

namespace facet {

// `test.crops`: what is packed for describing, and the views of a face that are averaged.
struct TestCropSettings {
  std::string kind = "ten";
  std::vector<int64_t> scales = {256, 384, 512};
  std::string normalize = "none";
  std::string encoding = "jpeg";
  int64_t jpeg_quality = 95;

  void Visit(OptionVisitor& v) {
    v("kind", kind, OneOf({"ten", "two", "one"}),
      "per scale: four corners and centre with mirrors (paper), centre with mirror, centre");
    v("scales", scales, Range(8, 4096), "shorter sides the face is scaled to [px]; paper");
    v("normalize", normalize, OneOf({"none", "each"}), "l2-normalise each view before the average");
    v("encoding", encoding, OneOf({"jpeg", "raw"}), "how crops are stored");
    v("jpeg_quality", jpeg_quality, Range(1, 100), "of encoding jpeg");
  }
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_DESCRIBE_SETTINGS_H_
