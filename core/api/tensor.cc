// Nothing in core/api may need a LibTorch function: libfacet.so, which the host loads, does not link
// it.
#include "core/api/tensor.h"

#include "core/api/component.h"

namespace facet {

const char* TensorFingerprint() { return FACET_FINGERPRINT; }

}  // namespace facet
