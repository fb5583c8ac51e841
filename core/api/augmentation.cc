#include "core/api/augmentation.h"

namespace facet {

Augmentation::~Augmentation() = default;

void Augmentation::Look(int, int, int, Random&, InputView*) const {}
ColourMap Augmentation::Colour(const std::array<double, 3>&, Random&) const { return kSameColour; }
void Augmentation::Change(Random&, Image*) const {}

}  // namespace facet
