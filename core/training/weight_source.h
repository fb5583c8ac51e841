// Weights from elsewhere (`train.weights`): a safetensors file, facet's own or another program's,
// or a Caffe model. They go into any architecture whose tensors have the same names and shapes.
//
// A file of facet says in its metadata what its network was shown ("facet.input", model.h): that is
// taken over. For any other file the settings say what differs from the architecture's own input.
#ifndef FACET_CORE_TRAINING_WEIGHT_SOURCE_H_
#define FACET_CORE_TRAINING_WEIGHT_SOURCE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/architecture.h"
#include "core/training/input_writer.h"
#include "core/training/weight_settings.h"
#include "core/training/weights_file.h"

namespace facet {

// By the file's ending: .safetensors, or .caffemodel with its layout. InvalidArgument: another
// ending, no layout, contradictory settings; or what the reader says.
absl::StatusOr<StoredTensors> ReadForeignWeights(const WeightSettings& settings);

// All tensors of the architecture from the file. InvalidArgument names every one that the file
// lacks or has in another shape. Returns the file's tensors that were not used.
absl::StatusOr<std::vector<std::string>> LoadForeignWeights(const StoredTensors& stored,
                                                            const std::string& file,
                                                            Architecture& architecture);

// What the network wants to see: `input` changed by the file's metadata, then by the settings.
// fixed_mean: whether file or settings say what is subtracted.
struct ForeignInput {
  InputFormat format;
  bool fixed_mean = false;
};
absl::StatusOr<ForeignInput> ForeignInputOf(const WeightSettings& settings,
                                            const StoredTensors& stored, InputFormat input);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_WEIGHT_SOURCE_H_
