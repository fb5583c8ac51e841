#include "core/api/evaluator.h"

namespace facet {

Evaluator::~Evaluator() = default;

}  // namespace facet
