#include "plugins/curators/made_noise/invented_names.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "core/base/random.h"

namespace facet {
namespace {

const char* const kOnsets[] = {"b", "d", "f", "g", "h", "j", "k",  "l",  "m",  "n",  "p",
                               "r", "s", "t", "v", "w", "z", "br", "dr", "gr", "kl", "st"};
const char* const kVowels[] = {"a", "e", "i", "o", "u", "a", "e", "i", "o", "ia", "ei"};
const char* const kCodas[] = {"", "", "", "", "n", "r", "l", "s", "nd", "rt"};

struct Accent {
  char plain;
  const char* accented;  // UTF-8
};
const Accent kAccents[] = {
    {'e', "\u00e9"}, {'o', "\u00f6"}, {'a', "\u00e1"}, {'u', "\u00fc"}, {'n', "\u00f1"}};
constexpr double kAccentShare = 0.25;

template <size_t N>
std::string Draw(Random& random, const char* const (&choices)[N]) {
  return choices[random.Index(N)];
}

std::string Word(Random& random, uint64_t syllables) {
  std::string word;
  for (uint64_t i = 0; i < syllables; ++i) {
    word += Draw(random, kOnsets) + Draw(random, kVowels);
    if (i + 1 == syllables) word += Draw(random, kCodas);
  }
  word[0] = absl::ascii_toupper(static_cast<unsigned char>(word[0]));
  return word;
}

// Of one letter that can have one, the first after the initial.
std::string WithAccent(const std::string& plain, const Accent& accent) {
  const size_t place = plain.find(accent.plain, 1);
  if (place == std::string::npos) return plain;
  return plain.substr(0, place) + accent.accented + plain.substr(place + 1);
}

}  // namespace

std::vector<InventedName> InventNames(uint64_t seed, int64_t count) {
  Random random(DeriveSeed(seed, "names"));
  std::vector<InventedName> names;
  std::set<std::string> used;
  while (static_cast<int64_t>(names.size()) < count) {
    InventedName name;
    name.plain = Word(random, 2) + " " + Word(random, 2 + random.Index(2));
    name.name = random.Bernoulli(kAccentShare)
                    ? WithAccent(name.plain, kAccents[random.Index(std::size(kAccents))])
                    : name.plain;
    if (used.insert(name.plain).second) names.push_back(std::move(name));
  }
  return names;
}

std::string OtherSpelling(const InventedName& name, uint64_t seed) {
  Random random(seed);
  switch (random.Index(5)) {
    case 0:
      return absl::AsciiStrToUpper(name.plain);
    case 1:
      return absl::AsciiStrToLower(name.name);
    case 2:
      return absl::StrReplaceAll(name.name, {{" ", "_"}});
    case 3:
      return name.plain;
    default:
      return name.name;
  }
}

}  // namespace facet
