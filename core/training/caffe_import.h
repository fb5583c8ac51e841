// A trained Caffe model -> named tensors. OpenCV's dnn module reads the two files.
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
// first layer. The names of the authors' VGG-Face release and of `vgg` are the same.
// InvalidArgument: OpenCV cannot read the files (with its words and release), or no layer has
// weights.
absl::StatusOr<StoredTensors> ImportCaffe(const std::string& layout, const std::string& model);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_CAFFE_IMPORT_H_
