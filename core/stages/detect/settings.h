// What the detect stage may be told, declared like a component's options (core/api/options.h).
#ifndef FACET_CORE_STAGES_DETECT_SETTINGS_H_
#define FACET_CORE_STAGES_DETECT_SETTINGS_H_

#include <string>

#include "core/api/options.h"
#include "core/pipeline/image_settings.h"

namespace facet {

// `train.faces`, `test.faces`: which image files are taken, and which of the detected faces.
struct FaceSettings {
  std::string unreadable = "skip";
  ImageSettings images;
  std::string select = "central";
  std::string missing = "central";
  double central_side = 0.454;

  void Visit(OptionVisitor& v) {
    v("unreadable", unreadable, OneOf({"skip", "refuse"}),
      "an image that cannot be read, or that detector or aligner fails on: skip and count it, or "
      "refuse to go on");
    images.Visit(v);
    v("select", select, OneOf({"central", "largest", "best"}),
      "of several faces: nearest the image's centre, the largest, or the best score");
    v("missing", missing, OneOf({"central", "drop"}),
      "where no face is found: take a central box, or drop the sample");
    v("central_side", central_side, AboveUpTo(0, 1),
      "side of the central box [shorter image sides]; LFW's detection is 113.6 of 250 px");
  }
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_DETECT_SETTINGS_H_
