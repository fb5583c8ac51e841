// A trained Caffe model -> named tensors. Both files are read as Protocol Buffers (third_party/caffe),
// not by OpenCV's dnn module, which builds the network of a file and believes what it says: `group: 0`
// ends the process.
#ifndef FACET_CORE_TRAINING_CAFFE_IMPORT_H_
#define FACET_CORE_TRAINING_CAFFE_IMPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/training/weights_file.h"

namespace facet {

// `layout`: the deploy .prototxt, `model`: the .caffemodel. A layer's tensors are named after it:
//   Convolution   .weight [out, in / groups, rows, columns], .bias [out]
//   InnerProduct  .weight [out, in], .bias [out]; inputs in the order channel, row, column
//   PReLU         .weight [channels]
//   BatchNorm     .running_mean, .running_var [channels], by the model's scale factor
//   Scale         .weight, .bias [channels]
// Values are those of the file: a Caffe network sees B, G, R, and so do the input channels of its
// first layer. The names of the authors' VGG-Face release and of `vgg` are the same. Of layers with
// one name the last counts; those that the layout does not name are left out.
// InvalidArgument: files that are not of these formats (of the layout with the line), weights that
// are not of their shape, or no layer has weights.
absl::StatusOr<StoredTensors> ImportCaffe(const std::string& layout, const std::string& model);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_CAFFE_IMPORT_H_
