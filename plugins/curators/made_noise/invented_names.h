// Names of people who do not exist: pronounceable, some with accents.
#ifndef FACET_PLUGINS_CURATORS_MADE_NOISE_INVENTED_NAMES_H_
#define FACET_PLUGINS_CURATORS_MADE_NOISE_INVENTED_NAMES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace facet {

struct InventedName {
  std::string name;   // "Mirela Kolané"; accents are of letters that decompose (NFD)
  std::string plain;  // the same in ASCII, "Mirela Kolane"
};

// The first `count` of an endless list that follows from the seed; no two have the same plain form.
std::vector<InventedName> InventNames(uint64_t seed, int64_t count);

// How another list writes it: capitals, small letters, '_' for the blank, without accents, or as it
// is, drawn by `seed`. All fold to one text where case, accents and '_' do not count.
std::string OtherSpelling(const InventedName& name, uint64_t seed);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_MADE_NOISE_INVENTED_NAMES_H_
