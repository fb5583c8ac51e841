// What a .caffemodel says of the sizes of its weights, before OpenCV believes it: OpenCV allocates
// whatever a shape asks for, then looks whether there are so many values.
#ifndef FACET_CORE_TRAINING_CAFFE_BLOBS_H_
#define FACET_CORE_TRAINING_CAFFE_BLOBS_H_

#include <string_view>

#include "absl/status/status.h"

namespace facet {

// `model`: the bytes of the file, a NetParameter of Protocol Buffers. InvalidArgument: a message that
// is cut off, or a blob whose shape asks for more values than the blob has bytes for.
absl::Status CheckCaffeBlobs(std::string_view model);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_CAFFE_BLOBS_H_
