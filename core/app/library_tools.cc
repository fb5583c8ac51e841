#include "core/app/library_tools.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/base/child_process.h"

namespace facet {
namespace {

constexpr ChildLimits kLddLimits = {absl::Seconds(30), size_t{1} << 20};

// The text of the first <name> from `at` on; empty where there is none before `end`.
std::string Element(const std::string& xml, const std::string& name, size_t at, size_t end) {
  const std::string open = absl::StrCat("<", name, ">"), close = absl::StrCat("</", name, ">");
  const size_t begin = xml.find(open, at);
  if (begin == std::string::npos || begin >= end) return "";
  const size_t stop = xml.find(close, begin);
  if (stop == std::string::npos || stop > end) return "";
  return absl::StrReplaceAll(xml.substr(begin + open.size(), stop - begin - open.size()),
                             {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}});
}

struct Frame {
  std::string object, function, file, line;
};

// Of the first <stack> of an <error>: where it happened.
std::vector<Frame> Frames(const std::string& error) {
  std::vector<Frame> frames;
  const size_t stack_end = std::min(error.find("</stack>"), error.size());
  for (size_t at = error.find("<frame>"); at < stack_end; at = error.find("<frame>", at + 1)) {
    const size_t end = error.find("</frame>", at);
    frames.push_back({Element(error, "obj", at, end), Element(error, "fn", at, end),
                      Element(error, "file", at, end), Element(error, "line", at, end)});
  }
  return frames;
}

bool IsSystems(const Frame& frame) {
  return absl::StrContains(frame.object, "/libc.so") || absl::StrContains(frame.object, "/libc-") ||
         absl::StrContains(frame.object, "/libm.so") ||
         absl::StrContains(frame.object, "/libstdc++") ||
         absl::StrContains(frame.object, "/vgpreload_");
}

std::string Place(const Frame& frame) {
  const std::string function = frame.function.empty() ? "?" : frame.function;
  return frame.file.empty() ? function
                            : absl::StrCat(function, " (", frame.file, ":", frame.line, ")");
}

// The finding of an <error>; empty: it is not the library's.
std::string Finding(const std::string& error, const std::string& library,
                    const std::string& program) {
  const std::string kind = Element(error, "kind", 0, error.size());
  std::string what = Element(error, "what", 0, error.size());
  if (what.empty()) what = Element(error, "text", 0, error.size());
  if (absl::StartsWith(kind, "Leak_")) return "";
  const std::vector<Frame> frames = Frames(error);
  const auto own = std::find_if(frames.begin(), frames.end(),
                                [&](const Frame& frame) { return frame.object == library; });
  if (absl::StartsWith(kind, "Uninit")) {
    const auto first = std::find_if_not(frames.begin(), frames.end(), &IsSystems);
    if (first == frames.end() || (first->object != library && first->object != program)) return "";
    return absl::StrCat(what, ": ", Place(*first));
  }
  return own == frames.end() ? "" : absl::StrCat(what, ": ", Place(*own));
}

void AddOnce(const std::string& sentence, std::vector<std::string>* sentences) {
  if (!sentence.empty() &&
      std::find(sentences->begin(), sentences->end(), sentence) == sentences->end()) {
    sentences->push_back(sentence);
  }
}

}  // namespace

LibraryRuntimes ParseRuntimes(const std::string& ldd) {
  LibraryRuntimes runtimes;
  for (const absl::string_view line : absl::StrSplit(ldd, '\n')) {
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    const std::vector<std::string> words = absl::StrSplit(text, ' ');
    if (absl::StartsWith(text, "libtorch")) runtimes.has_torch = true;
    if (words.size() < 3 || words[1] != "=>") continue;
    if (absl::StartsWith(text, "libasan.so")) runtimes.address = words[2];
    if (absl::StartsWith(text, "libtsan.so")) runtimes.thread = words[2];
    if (absl::StartsWith(text, "libubsan.so")) runtimes.undefined = words[2];
  }
  return runtimes;
}

LibraryRuntimes FindRuntimes(const std::string& library) {
  // What is no library has no runtimes; the handshake says what is wrong with it.
  return ParseRuntimes(CaptureOutput({"ldd", library}, kLddLimits).value_or(""));
}

std::vector<std::string> SanitizerFindings(const std::string& log) {
  std::vector<std::string> findings;
  for (const absl::string_view line : absl::StrSplit(log, '\n')) {
    const size_t runtime_error = line.find(": runtime error: ");
    if (absl::StartsWith(line, "SUMMARY: ")) {
      AddOnce(std::string(line.substr(sizeof("SUMMARY: ") - 1)), &findings);
    } else if (runtime_error != absl::string_view::npos) {
      AddOnce(absl::StrCat("UndefinedBehaviorSanitizer: ", line), &findings);
    }
  }
  return findings;
}

std::vector<std::string> ValgrindFindings(const std::string& xml, const std::string& library,
                                          const std::string& program) {
  std::vector<std::string> findings;
  for (size_t at = xml.find("<error>"); at != std::string::npos; at = xml.find("<error>", at + 1)) {
    const size_t end = xml.find("</error>", at);
    if (end == std::string::npos) break;
    AddOnce(Finding(xml.substr(at, end - at), library, program), &findings);
  }
  return findings;
}

}  // namespace facet
