// Words of messages about data: numbers, and what is missing.
#ifndef FACET_PLUGINS_LISTS_WORDS_H_
#define FACET_PLUGINS_LISTS_WORDS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace facet {

// "13,233".
std::string Thousands(int64_t count);
// What is missing, by name: its number, and its first names for messages.
class Missing {
 public:
  void Add(const std::string& name) {
    if (++count_ <= kShown) first_.push_back(name);
  }
  int64_t count() const { return count_; }
  std::string first() const { return count_ == 0 ? "" : first_[0]; }
  // "a, b, c, d, e and 2 more"
  std::string Names() const;

 private:
  static constexpr int64_t kShown = 5;
  int64_t count_ = 0;
  std::vector<std::string> first_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_WORDS_H_
