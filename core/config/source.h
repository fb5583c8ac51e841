// The texts that diagnostics point into, by source name, and places in them.
#ifndef FACET_CORE_CONFIG_SOURCE_H_
#define FACET_CORE_CONFIG_SOURCE_H_

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/diagnostic.h"

namespace facet {

// A stretch of a source: where it begins, and its width in code points on that line.
struct Place {
  Origin origin;
  int width = 1;
};

// The line of an origin in `text` (the text itself for an origin without a line).
std::string LineOf(std::string_view text, int line);

// All diagnostics of one load, with what it read: texts, which they quote, and variables.
class Problems {
 public:
  void AddText(const std::string& source, std::string text) { texts_[source] = std::move(text); }
  const std::map<std::string, std::string>& texts() const { return texts_; }
  std::string LineAt(const Origin& origin) const;

  // What was taken from the environment, by name.
  void AddVariable(const std::string& name, std::string value) {
    variables_[name] = std::move(value);
  }
  const std::map<std::string, std::string>& variables() const { return variables_; }

  // The reference serves for adding notes and facts, until Take.
  Diagnostic& Error(std::string code, const Place& place, std::string message);
  Diagnostic& Warning(std::string code, const Place& place, std::string message);
  bool has_errors() const;
  size_t count() const { return diagnostics_.size(); }

  // Sorted by place; what several rows share is said once.
  std::vector<Diagnostic> Take();

 private:
  std::map<std::string, std::string> texts_, variables_;
  std::deque<Diagnostic> diagnostics_;
};

}  // namespace facet

#endif  // FACET_CORE_CONFIG_SOURCE_H_
