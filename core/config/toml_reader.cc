#include "core/config/toml_reader.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"
#include "core/base/utf8.h"
#include "core/config/file_contents.h"
#include "core/config/folder.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include "toml++/toml.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

// Turns toml++'s regions into places of `source`; a --set has no lines.
class Converter {
 public:
  Converter(std::string source, std::string_view text, bool has_lines)
      : source_(std::move(source)), text_(text), has_lines_(has_lines) {}

  Place At(const toml::source_region& region) const {
    Place place = At(region.begin);
    if (region.end.line == region.begin.line) {
      place.width = static_cast<int>(region.end.column - region.begin.column);
    } else {
      std::string line = LineOf(text_, static_cast<int>(region.begin.line));
      absl::StripTrailingAsciiWhitespace(&line);
      place.width = CodePoints(line) + 1 - static_cast<int>(region.begin.column);
    }
    place.width = std::max(1, place.width);
    return place;
  }

  Place At(const toml::source_position& position) const {
    Place place;
    place.origin.source = source_;
    place.origin.line = has_lines_ ? static_cast<int>(position.line) : 0;
    place.origin.column = static_cast<int>(position.column);
    return place;
  }

  Node Convert(const toml::node& from) const {
    Node node;
    node.value = node.key = At(from.source());
    if (const toml::table* table = from.as_table()) {
      for (auto&& [key, value] : *table) {
        Node member = Convert(value);
        member.key = At(key.source());
        node.Add(std::string(key.str())) = std::move(member);
      }
      SortByPlace(&node);
    } else if (const toml::array* array = from.as_array()) {
      node.type = Node::Type::kArray;
      for (auto&& element : *array) node.elements.push_back(Convert(element));
    } else {
      node.type = Node::Type::kScalar;
      node.scalar = Scalar(from);
    }
    return node;
  }

 private:
  // toml++ sorts members by name.
  static void SortByPlace(Node* table) {
    const auto place = [&](const std::string& name) {
      const Origin& origin = table->members.at(name).key.origin;
      return std::make_pair(origin.line, origin.column);
    };
    std::sort(table->names.begin(), table->names.end(),
              [&](const std::string& a, const std::string& b) { return place(a) < place(b); });
  }

  static Json Scalar(const toml::node& node) {
    if (const auto* value = node.as_string()) return value->get();
    if (const auto* value = node.as_integer()) return value->get();
    if (const auto* value = node.as_floating_point()) return value->get();
    if (const auto* value = node.as_boolean()) return value->get();
    return nullptr;
  }

  std::string source_;
  std::string_view text_;
  bool has_lines_;
};

std::string Lower(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

struct Explanation {
  std::string message, note, help;
};

// A bare word, as long as it goes.
std::string WordAt(std::string_view line, size_t begin) {
  size_t end = begin;
  while (end < line.size() && (std::isalnum(static_cast<unsigned char>(line[end])) != 0 ||
                               absl::StrContains("_-./%", line[end]))) {
    ++end;
  }
  return std::string(line.substr(begin, end - begin));
}

// toml++ says what its parser saw; this adds what the writer probably meant.
Explanation Explain(const std::string& description, const std::string& line, int column) {
  Explanation explanation;
  std::string said = description;
  if (absl::StartsWith(said, "Error while parsing ")) {
    said = absl::StrCat("in this ", said.substr(20));
    explanation.message = absl::StrCat("not TOML: ", said);
  } else {
    explanation.message = absl::StrCat("not TOML: ", Lower(said));
  }
  const size_t begin = ByteOfColumn(line, column);
  const std::string word = WordAt(line, begin);
  const auto says = [&](const char* what) { return absl::StrContains(description, what); };
  if (says("inline table: expected key or closing '}', saw '\\n'") ||
      says("inline table: encountered end-of-file")) {
    explanation.note = "is a `}` missing?";
    explanation.help =
        "an inline table { ... } stays on one line; "
        "a longer one is written as [base.train.loss]";
  } else if (says("table header: expected ']'")) {
    explanation.note = "is a `]` missing?";
  } else if (says("array: expected comma or closing ']'")) {
    explanation.note = "is a `,` or a `]` missing before this?";
  } else if (says("inline table: expected comma")) {
    explanation.note = "is a `,` missing before this?";
  } else if (says("dangling comma")) {
    explanation.note = "no `,` before `}`";
  } else if (says("expected '=', saw")) {
    explanation.note = "is a `=` missing before this?";
  } else if (says("parsing string: unescaped control") || says("parsing string: encountered end")) {
    explanation.note = "is a closing quote missing?";
  } else if (says("unknown escape sequence")) {
    explanation.help = "in 'single quotes' a backslash stands for itself";
  } else if (says("parsing boolean")) {
    const std::string wanted = Nearest(word, {"true", "false"});
    explanation.note = wanted.empty()
                           ? absl::StrCat("text needs quotes: did you mean \"", word, "\"?")
                           : absl::StrCat("did you mean `", wanted, "`?");
  } else if (says("could not determine value type")) {
    if (!word.empty()) {
      explanation.note = absl::StrCat("text needs quotes: did you mean \"", word, "\"?");
    } else if (line.compare(begin, 3, "\xE2\x80\x9C") == 0) {
      explanation.note = "typographic quotes: did you mean `\"`?";
    }
  } else if (says("expected digit, saw")) {
    explanation.note = "numbers are written without units";
  } else if (says("cannot redefine existing table 'row' as array-of-tables")) {
    explanation.help = "each row begins with [[row]], in two brackets; one above has one bracket";
  } else if (says("cannot redefine existing")) {
    explanation.note = "it has a value already, further up";
  }
  return explanation;
}

std::optional<Node> Parse(const std::string& text, const Converter& converter,
                          const std::string& name, Problems* problems) {
  const toml::parse_result result = toml::parse(text, std::string_view(name));
  if (result) return converter.Convert(result.table());
  const Place place = converter.At(result.error().source().begin);
  Diagnostic& problem = problems->Error("E0102", place, "");
  Explanation explanation =
      Explain(std::string(result.error().description()), problem.line_text, place.origin.column);
  problem.message = std::move(explanation.message);
  problem.caret_note = std::move(explanation.note);
  problem.help = std::move(explanation.help);
  return std::nullopt;
}

// Of a text with bytes that are none in UTF-8.
void ReportBytes(const std::string& path, const std::string& text, Problems* problems) {
  Place place;
  place.origin = {path, 0, 1};
  std::string line;
  do {
    line = LineOf(text, ++place.origin.line);
  } while (IsUtf8(line));
  size_t begin = 0, end = 0;  // of the code point that is none
  do {
    begin = end++;
    while (end < line.size() && (line[end] & 0xC0) == 0x80) ++end;
  } while (IsUtf8(line.substr(begin, end - begin)));
  place.origin.column = CodePoints(line.substr(0, begin)) + 1;
  Diagnostic& problem = problems->Error(
      "E0102", place,
      absl::StrCat("not TOML: the byte 0x", absl::Hex(static_cast<unsigned char>(line[begin])),
                   " is no character in UTF-8"));
  problem.caret_width = 1;
  problem.help = absl::StrCat(
      "save it as UTF-8; of Windows' Latin: iconv -f WINDOWS-1252 -t UTF-8 ", path, " > utf8.toml");
}

// Whether it is not even text.
bool ReportForeign(const std::string& path, const std::string& text, Problems* problems) {
  FileContent foreign = ForeignEncoding(path, text);
  if (foreign.what.empty()) foreign = ForeignContent(path, text);
  if (!foreign.what.empty()) {
    Place place;
    place.origin.source = path;
    problems->Error("E0102", place, absl::StrCat("not TOML: the file is ", foreign.what)).help =
        foreign.help;
  } else if (!IsUtf8(text)) {
    ReportBytes(path, text, problems);
  } else {
    return false;
  }
  return true;
}

// The file in the same folder that the name may have meant.
std::string NearestFile(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  std::vector<std::string> names = NamesIn(folder.empty() ? "." : folder.string());
  names.erase(
      std::remove_if(names.begin(), names.end(),
                     [](const std::string& name) { return !absl::EndsWith(name, ".toml"); }),
      names.end());
  const std::string nearest = Nearest(fs::path(path).filename().string(), names);
  return nearest.empty() ? "" : (folder / nearest).string();
}

}  // namespace

std::optional<Node> ReadTomlFile(const std::string& path, const Place* asked_by,
                                 Problems* problems) {
  std::error_code error;
  absl::StatusOr<std::string> text = fs::is_directory(path, error)
                                         ? absl::StatusOr<std::string>(absl::InvalidArgumentError(
                                               absl::StrCat(path, " is a folder, not a file")))
                                         : ReadFile(path);
  if (!text.ok()) {
    Place place;
    place.origin.source = path;
    const bool exists = fs::exists(path, error);
    Diagnostic& problem = problems->Error(
        "E0101", asked_by != nullptr ? *asked_by : place,
        exists ? std::string(text.status().message()) : absl::StrCat("there is no file ", path));
    const std::string nearest = exists ? "" : NearestFile(path);
    if (!nearest.empty()) problem.caret_note = absl::StrCat("did you mean `", nearest, "`?");
    return std::nullopt;
  }
  problems->AddText(path, *text);
  if (ReportForeign(path, *text, problems)) return std::nullopt;
  return Parse(*text, Converter(path, *text, /*has_lines=*/true), path, problems);
}

std::optional<Node> ReadTomlValue(const std::string& text, const std::string& source, int column,
                                  Problems* problems) {
  // A key in front that is as long as what stands there keeps the columns.
  const std::string key(static_cast<size_t>(std::max(1, column - 2)), 'x');
  const std::string line = absl::StrCat(key, "=", text);
  const std::optional<Node> root =
      Parse(line, Converter(source, line, /*has_lines=*/false), source, problems);
  // More than one: there is a line break in it, and what follows is no part of the value.
  if (!root || root->names.size() != 1) return std::nullopt;
  return root->members.begin()->second;
}

std::optional<Node> ReadTomlValue(const std::string& text, const std::string& source, int column) {
  Problems unreported;
  return ReadTomlValue(text, source, column, &unreported);
}

}  // namespace facet
