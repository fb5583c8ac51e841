// The data set of a .bin file: its samples, its protocol, its images.
#include "core/api/dataset.h"
#include "core/base/check.h"
#include "core/base/json.h"
#include "plugins/plugin_testing.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const Json options = {{"file", WriteFuzzFile("pairs.bin", bytes)}, {"folds", 2}};
  const absl::StatusOr<std::unique_ptr<Dataset>> data = MakeComponent<Dataset>(Dump(options));
  FACET_CHECK(data.ok());
  const absl::StatusOr<DatasetContents> contents = (*data)->Load();
  if (!contents.ok()) return;
  for (size_t i = 0; i < contents->samples.size() && i < 4; ++i) {
    const Sample& sample = contents->samples[i];
    FACET_CHECK(sample.fold >= 0 && sample.fold < contents->protocol.num_folds);
    (void)(*data)->Render(sample.render);
  }
}

}  // namespace facet
