// The kinds of component, as core/api/kinds.bzl lists them.
#ifndef FACET_CORE_API_KINDS_H_
#define FACET_CORE_API_KINDS_H_

#include <string>
#include <string_view>
#include <vector>

namespace facet {

struct KindInfo {
  std::string name;    // "loss"
  std::string folder;  // "losses": where its plugins lie, and the plural in messages
  std::string title;   // "Losses"
  std::string intro;   // one line of Markdown
};

const std::vector<KindInfo>& Kinds();             // in the order of a row
const KindInfo* FindKind(std::string_view name);  // null: there is no such kind
std::string PluralOf(std::string_view name);      // "losses"; the name itself if it is no kind
std::vector<std::string> KindNames();

}  // namespace facet

#endif  // FACET_CORE_API_KINDS_H_
