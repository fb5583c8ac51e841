#include "core/api/curator.h"

namespace facet {

Curator::~Curator() = default;
CurationFaces::~CurationFaces() = default;

}  // namespace facet
