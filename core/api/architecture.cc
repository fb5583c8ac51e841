#include "core/api/architecture.h"

namespace facet {

Architecture::~Architecture() = default;

}  // namespace facet
