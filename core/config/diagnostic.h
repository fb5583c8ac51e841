// One problem of an experiment file (or of a --set), at its place, in the shape of experience.md:
//
//   error[E0201]: train.loss: no option "margn"
//     --> table4.toml:13:80
//   13 | train.loss = { use = "triplet", margn = 0.2 }
//      |                                 ^^^^^ did you mean `margin`?
//      = options: distance, margin
//      = help: ...
#ifndef FACET_CORE_CONFIG_DIAGNOSTIC_H_
#define FACET_CORE_CONFIG_DIAGNOSTIC_H_

#include <string>
#include <utility>
#include <vector>

namespace facet {

// Where a value comes from. line and column are 1-based, columns count code points. line is 0 in a
// --set (the column counts in its text), both are 0 for a source as a whole.
struct Origin {
  std::string source;  // path of the file as the user named it; "--set #2"; "default"
  int line = 0, column = 0;
};
std::string OriginText(const Origin& origin);  // "table4.toml:13:80", "--set #2", "default"

struct Diagnostic {
  enum class Severity { kError, kWarning } severity = Severity::kError;
  std::string code;     // "E0201"
  std::string message;  // one sentence
  Origin origin;
  std::string line_text;   // the source line; empty: no excerpt
  int caret_width = 1;     // display columns
  std::string caret_note;  // "did you mean `margin`?"
  std::vector<std::string> facts;
  std::string help;
  // Further places ("row 4 extends 5" in a circle).
  std::vector<std::pair<Origin, std::string>> related;
};

// By source (files in the order of their names, then --set), line and column.
void SortByPlace(std::vector<Diagnostic>* diagnostics);

// As above, with ANSI colours if wanted; what is too long for a terminal is cut, a source line
// around its caret. Ends in a newline.
std::string Render(const Diagnostic& diagnostic, bool colour);
// The first 20, sorted by place, then how many more there are; errors come before warnings where
// not all fit.
std::string RenderAll(std::vector<Diagnostic> diagnostics, bool colour);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_DIAGNOSTIC_H_
