// What the leak_check stage may be told.
#ifndef FACET_CORE_STAGES_LEAK_CHECK_SETTINGS_H_
#define FACET_CORE_STAGES_LEAK_CHECK_SETTINGS_H_

#include <cstdint>
#include <string>

#include "core/api/options.h"

namespace facet {

// `leaks`: whether the test set is in the training set (leak_check.h).
struct LeakSettings {
  bool names = true;
  std::string images = "near";
  int64_t hash_bits = 4;
  double embedding = 0.0;
  int64_t allowed_people = 0, allowed_images = 0, allowed_faces = 0;
  std::string on_leak = "refuse";

  void Visit(OptionVisitor& v) {
    v("names", names, Any(), "compare people's names, without case, accents and punctuation");
    v("images", images, OneOf({"near", "exact", "off"}),
      "compare images by perceptual hash and bytes, by bytes alone, or not");
    v("hash_bits", hash_bits, Range(0, 32), "of images near: at most so many of 64 bits differ");
    v("embedding", embedding, Range(0, 1),
      "cosine from which two descriptors are one face picture; 0: not compared");
    v("allowed_people", allowed_people, AtLeast(0), "so many people of both sets do no harm");
    v("allowed_images", allowed_images, AtLeast(0), "so many test images do no harm");
    v("allowed_faces", allowed_faces, AtLeast(0), "so many test faces do no harm");
    v("on_leak", on_leak, OneOf({"refuse", "report"}),
      "more than is allowed: fail the row, or say so in its notices");
  }
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_LEAK_CHECK_SETTINGS_H_
