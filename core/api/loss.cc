#include "core/api/loss.h"

namespace facet {

Loss::~Loss() = default;

}  // namespace facet
