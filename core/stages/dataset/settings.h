// What the dataset stage may be told.
#ifndef FACET_CORE_STAGES_DATASET_SETTINGS_H_
#define FACET_CORE_STAGES_DATASET_SETTINGS_H_

#include <string>

#include "core/api/options.h"

namespace facet {

// `train.holdout`: lists of people who are left out of the training set, as the paper does with
// those of LFW and YouTube Faces. Names are compared without case, accents and punctuation.
struct HoldoutSettings {
  std::string lfw, ytf, names;

  void Visit(OptionVisitor& v) {
    v("lfw", lfw, InputFile(), "people.txt or pairs.txt of LFW");
    v("ytf", ytf, InputFile(), "splits.txt of YouTube Faces");
    v("names", names, InputFile(), "one name a line");
  }
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_DATASET_SETTINGS_H_
