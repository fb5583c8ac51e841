#include "core/config/document.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"
#include "core/config/toml_reader.h"
#include "core/config/value_check.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSchema = 1;

bool HasOnly(absl::string_view text, absl::string_view others) {
  return !text.empty() && absl::c_all_of(text, [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           others.find(c) != absl::string_view::npos;
  });
}

// Also of a row that an ablation, a sweep or seeds made, which `facet show` writes as any other:
// "6-train.aligner", "4,margin=0.3,batch=64", "4@2".
bool IsRowId(absl::string_view id) {
  if (const size_t at = id.find('@'); at != absl::string_view::npos) {
    const absl::string_view seed = id.substr(at + 1);
    if (!HasOnly(seed, "") || !absl::c_all_of(seed, absl::ascii_isdigit)) return false;
    id = id.substr(0, at);
  }
  std::vector<absl::string_view> parts = absl::StrSplit(id, ',');
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::pair<absl::string_view, absl::string_view> axis =
        absl::StrSplit(parts[i], absl::MaxSplits('=', 1));
    if (!HasOnly(axis.first, "_.-") || !HasOnly(axis.second, "_.+-")) return false;
  }
  if (absl::StartsWith(parts[0], "-")) return false;  // an option, to a command line
  const size_t part = std::min(parts[0].find('-'), parts[0].size());
  return HasOnly(parts[0], "_+-.") && parts[0].substr(0, part).find('.') == absl::string_view::npos;
}

class Reader {
 public:
  Reader(const std::vector<std::string>& slot_names, Problems* problems)
      : slot_names_(slot_names), problems_(problems) {}

  Document Read(const std::string& path) {
    ReadFile(path, nullptr);
    if (document_.rows.empty() && !problems_->has_errors()) {
      Place place;
      place.origin = {path, 1, 1};
      problems_->Error("E0505", place, "the experiment has no rows").help =
          "each row of the table is a [[row]] with an id";
    }
    return std::move(document_);
  }

 private:
  // A file that extends another comes after it: what it says counts more.
  void ReadFile(const std::string& path, const Place* asked_by) {
    const std::string absolute = fs::absolute(path).lexically_normal().string();
    const auto open =
        absl::c_find_if(open_, [&](const OpenFile& file) { return file.absolute == absolute; });
    if (open != open_.end()) return ReportCircle(open, *asked_by);
    std::optional<Node> root = ReadTomlFile(path, asked_by, problems_);
    if (!root) return;
    open_.push_back({absolute, path, {}});
    document_.folders[path] = fs::path(absolute).parent_path().string();
    CheckFileKeys(*root, path);
    if (const Node* extends = root->Find("extends"); extends != nullptr && IsText(*extends)) {
      open_.back().extends = extends->value;
      ReadFile(PathBeside(path, *extends->text()), &extends->value);
    }
    document_.files.push_back(path);
    TakeContent(*root);
    open_.pop_back();
  }

  struct OpenFile {
    std::string absolute, path;
    Place extends;
  };

  void ReportCircle(std::vector<OpenFile>::const_iterator first, const Place& place) {
    std::vector<std::string> names;
    for (auto file = first; file != open_.end(); ++file) names.push_back(file->path);
    names.push_back(first->path);
    Diagnostic& problem = problems_->Error(
        "E0104", place,
        absl::StrCat("files extend each other in a circle: ", absl::StrJoin(names, " -> ")));
    for (auto file = first; file + 1 != open_.end(); ++file) {
      problem.related.push_back({file->extends.origin, absl::StrCat("extends ", (file + 1)->path)});
    }
  }

  bool IsText(const Node& node, const std::string& hint = "") {
    if (node.text() != nullptr) return true;
    const std::string name = NameOf(node);
    Diagnostic& problem =
        problems_->Error("E0301", node.value, absl::StrCat(name, " must be text, got ", Got(node)));
    problem.caret_note = !hint.empty() ? hint
                         : node.type == Node::Type::kScalar && !node.scalar.is_null()
                             ? absl::StrCat("did you mean \"", Dump(node.scalar), "\"?")
                             : "";
    return false;
  }

  std::string NameOf(const Node& node) const {
    const std::string line = problems_->LineAt(node.key.origin);
    const std::string_view rest =
        std::string_view(line).substr(ByteOfColumn(line, node.key.origin.column));
    return std::string(rest.substr(0, ByteOfColumn(rest, node.key.width + 1)));
  }

  void CheckFileKeys(const Node& root, const std::string& path) {
    for (const auto& [name, member] : root.members) {
      if (!absl::c_linear_search(FileKeys(), name)) UnknownFileKey(name, member);
    }
    const Node* schema = root.Find("schema");
    if (schema != nullptr && schema->scalar == kSchema) return;
    Place first;
    first.origin = {path, 1, 1};
    Diagnostic& problem =
        schema == nullptr
            ? problems_->Error("E0103", first, "the file does not say which format it is in")
            : problems_->Error("E0103", schema->value,
                               absl::StrCat("format ", Got(*schema),
                                            " is not known; this facet reads format 1"));
    if (schema == nullptr) problem.help = "begin it with: schema = 1";
    if (schema != nullptr && schema->scalar == "1") problem.caret_note = "did you mean 1?";
  }

  void UnknownFileKey(const std::string& name, const Node& member) {
    Diagnostic& problem = problems_->Error("E0201", member.key,
                                           absl::StrCat("an experiment has no key \"", name, "\""));
    problem.help = LibraryHelp(name);
    if (!problem.help.empty()) return;
    std::vector<std::string> row_names = slot_names_;
    for (const char* key : {"id", "label", "reported", "skip", "unset"})
      row_names.emplace_back(key);
    const std::string nearest = Nearest(name, FileKeys());
    if (absl::c_linear_search(slot_names_, name)) {
      problem.caret_note = absl::StrCat("did you mean `base.", name, "`?");
    } else if (absl::c_linear_search(row_names, name)) {
      problem.caret_note = absl::StrCat("`", name, "` is a key of [[row]]");
    } else if (!nearest.empty()) {
      problem.caret_note = absl::StrCat("did you mean `", nearest, "`?");
    } else if (const std::string slot = Nearest(name, slot_names_); !slot.empty()) {
      problem.caret_note = absl::StrCat("did you mean `base.", slot, "`?");
    }
    problem.facts.push_back(absl::StrCat("keys: ", absl::StrJoin(FileKeys(), ", ")));
  }

  void TakeColumns(const Node& columns) {
    if (columns.type != Node::Type::kArray) {
      problems_
          ->Error("E0301", columns.value,
                  absl::StrCat("columns must be a list of figures' names, got ", Got(columns)))
          .help = "columns = [\"recall\", \"time/test.detect\"]";
      return;
    }
    document_.columns.clear();
    for (const Node& element : columns.elements) {
      if (IsText(element)) document_.columns.push_back(*element.text());
    }
  }

  void TakeContent(const Node& root) {
    if (const Node* title = root.Find("title"); title != nullptr && IsText(*title)) {
      if (CheckPlainText(*title, "title", problems_)) document_.title = *title->text();
    }
    if (const Node* reference = root.Find("reference");
        reference != nullptr && IsText(*reference)) {
      if (CheckPlainText(*reference, "reference", problems_)) document_.reference = *reference;
    }
    if (const Node* columns = root.Find("columns")) TakeColumns(*columns);
    if (const Node* columns = root.Find("column")) document_.setting_columns = *columns;
    if (const Node* sweep = root.Find("sweep")) document_.sweep = *sweep;
    if (const Node* ablate = root.Find("ablate")) document_.ablate = *ablate;
    if (const Node* seeds = root.Find("seeds")) document_.seeds = *seeds;
    if (const Node* base = root.Find("base")) {
      if (base->is_table()) {
        document_.base.push_back(*base);
      } else {
        problems_->Error("E0202", base->value,
                         absl::StrCat("base must be a table, got ", Got(*base)));
      }
    }
    if (const Node* rows = root.Find("row")) TakeRows(*rows);
  }

  void TakeRows(const Node& rows) {
    if (rows.type != Node::Type::kArray) {
      problems_
          ->Error("E0202", rows.is_table() ? rows.key : rows.value, "row must be a list of tables")
          .caret_note = "did you mean [[row]]?";
      return;
    }
    std::map<std::string, Place> here;
    for (const Node& row : rows.elements) {
      if (!row.is_table()) {
        problems_->Error("E0202", row.value, absl::StrCat("a row must be a table, got ", Got(row)));
        continue;
      }
      TakeRow(row, &here);
    }
  }

  void TakeRow(const Node& row, std::map<std::string, Place>* here) {
    const Node* id = row.Find("id");
    if (id == nullptr) {
      Diagnostic& problem = problems_->Error("E0504", row.value, "the row has no id");
      problem.help = row.members.empty() ? "the row is empty; give it an id or take it out"
                                         : "give it one: id = \"...\"";
      for (const auto& [name, member] : row.members) {
        if (Nearest(name, {"id"}) != "id") continue;
        problem.caret_note = absl::StrCat("did you mean `id`, in place of `", name, "`?");
      }
      return;
    }
    if (!IsText(*id)) return;
    const std::string& name = *id->text();
    if (!IsRowId(name)) {
      problems_
          ->Error("E0504", id->value,
                  absl::StrCat("\"", Printable(name), "\" cannot be a row's id"))
          .help = absl::StartsWith(name, "-")
                      ? "a command line takes what begins with - for an option: begin the id with "
                        "a letter, a digit, _ or +; the label may be any text"
                      : "an id begins with a letter, a digit, _ or + and goes on with these and "
                        "-; the label may be any text";
      return;
    }
    const auto [first, is_new] = here->try_emplace(name, id->value);
    if (!is_new) {
      Diagnostic& problem =
          problems_->Error("E0503", id->value, absl::StrCat("two rows have the id \"", name, "\""));
      problem.related.push_back({first->second.origin, "the first"});
      problem.help = "within one file every row has its own id";
      return;
    }
    if (RowLayers* known = document_.Find(name)) {
      known->layers.push_back(row);
    } else {
      document_.place[name] = document_.rows.size();
      document_.rows.push_back({name, id->value, {row}});
    }
  }

  const std::vector<std::string>& slot_names_;
  Problems* problems_;
  std::vector<OpenFile> open_;
  Document document_;
};

}  // namespace

RowLayers* Document::Find(const std::string& id) {
  const auto found = place.find(id);
  return found == place.end() ? nullptr : &rows[found->second];
}

std::vector<std::string> Document::RowIds() const {
  std::vector<std::string> ids;
  for (const RowLayers& row : rows) ids.push_back(row.id);
  return ids;
}

Document ReadDocument(const std::string& path, const std::vector<std::string>& slot_names,
                      Problems* problems) {
  return Reader(slot_names, problems).Read(path);
}

std::string PathBeside(const std::string& source, const std::string& name) {
  const fs::path path = name;
  if (path.is_absolute()) return name;
  return (fs::path(source).parent_path() / path).lexically_normal().string();
}

const std::vector<std::string>& FileKeys() {
  static const auto* const kKeys =
      new std::vector<std::string>{"ablate", "base",   "column", "columns", "extends", "reference",
                                   "row",    "schema", "seeds",  "sweep",   "title"};
  return *kKeys;
}

const std::vector<std::string>& RowKeys() {
  static const auto* const kKeys =
      new std::vector<std::string>{"extends", "id", "label", "reported", "seeds", "skip", "unset"};
  return *kKeys;
}

}  // namespace facet
