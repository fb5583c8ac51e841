#include "core/api/options.h"

#include <cmath>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/json.h"
#include "core/base/suggest.h"

namespace facet {
namespace {

const char* TypeName(const bool&) { return "bool"; }
const char* TypeName(const int64_t&) { return "int"; }
const char* TypeName(const double&) { return "float"; }
const char* TypeName(const std::string&) { return "string"; }
const char* TypeName(const std::vector<int64_t>&) { return "int_list"; }
const char* TypeName(const std::vector<double>&) { return "float_list"; }
const char* TypeName(const std::vector<std::string>&) { return "string_list"; }

const char* RoleName(OptionRole role) {
  switch (role) {
    case OptionRole::kInputFile:
      return "input_file";
    case OptionRole::kInputDirectory:
      return "input_directory";
    case OptionRole::kKeptFile:
      return "kept_file";
    case OptionRole::kKeptFolder:
      return "kept_folder";
    case OptionRole::kPlain:
      break;
  }
  return "";
}

bool Read(const Json& json, bool* value) {
  if (!json.is_boolean()) return false;
  *value = json.get<bool>();
  return true;
}
bool Read(const Json& json, int64_t* value) {
  if (!json.is_number_integer()) return false;
  *value = json.get<int64_t>();
  return true;
}
bool Read(const Json& json, double* value) {
  if (!json.is_number()) return false;
  *value = json.get<double>();
  return true;
}
bool Read(const Json& json, std::string* value) {
  if (!json.is_string()) return false;
  *value = json.get<std::string>();
  return true;
}
template <class T>
bool Read(const Json& json, std::vector<T>* value) {
  if (!json.is_array()) return false;
  value->clear();
  for (const Json& element : json) {
    T read{};
    if (!Read(element, &read)) return false;
    value->push_back(std::move(read));
  }
  return true;
}

std::string Violation(double value, const Constraint& c) {
  if (!std::isfinite(value)) return absl::StrCat(value, " is not finite");
  const bool low = c.has_min && (c.min_open ? !(value > c.min) : !(value >= c.min));
  const bool high = c.has_max && value > c.max;
  if (!low && !high) return "";
  const std::string left = c.has_min ? absl::StrCat(c.min_open ? "(" : "[", c.min) : "(-inf";
  const std::string right = c.has_max ? absl::StrCat(c.max, "]") : "inf)";
  return absl::StrCat(value, " is outside ", left, ", ", right);
}
std::string Violation(int64_t value, const Constraint& c) {
  return Violation(static_cast<double>(value), c);
}
std::string Violation(bool, const Constraint&) { return ""; }
std::string Violation(const std::string& value, const Constraint& c) {
  if (c.choices.empty()) return "";
  for (const std::string& choice : c.choices) {
    if (choice == value) return "";
  }
  return absl::StrCat("\"", value, "\" is not one of ", absl::StrJoin(c.choices, ", "));
}
template <class T>
std::string Violation(const std::vector<T>& values, const Constraint& c) {
  for (const T& value : values) {
    if (std::string problem = Violation(value, c); !problem.empty()) return problem;
  }
  return "";
}

}  // namespace

OptionVisitor::~OptionVisitor() = default;

Constraint Any() { return {}; }
Constraint Range(double min, double max) {
  Constraint c = AtLeast(min);
  c.has_max = true;
  c.max = max;
  return c;
}
Constraint AtLeast(double min) {
  Constraint c;
  c.has_min = true;
  c.min = min;
  return c;
}
Constraint Above(double min) {
  Constraint c = AtLeast(min);
  c.min_open = true;
  return c;
}
Constraint AboveUpTo(double min, double max) {
  Constraint c = Range(min, max);
  c.min_open = true;
  return c;
}
Constraint OneOf(std::vector<std::string> choices) {
  Constraint c;
  c.choices = std::move(choices);
  return c;
}
Constraint InputFile() {
  Constraint c;
  c.role = OptionRole::kInputFile;
  return c;
}
Constraint InputDirectory(std::vector<std::string> files) {
  Constraint c;
  c.role = OptionRole::kInputDirectory;
  c.files = std::move(files);
  return c;
}
Constraint KeptFile() {
  Constraint c;
  c.role = OptionRole::kKeptFile;
  return c;
}
Constraint KeptFolder() {
  Constraint c;
  c.role = OptionRole::kKeptFolder;
  return c;
}
Constraint Required(Constraint constraint) {
  constraint.required = true;
  return constraint;
}

struct SchemaWriter::State {
  Json options = Json::array();

  template <class T>
  void Add(const char* name, const T& value, const Constraint& c, const char* doc) {
    Json option = {{"name", name}, {"type", TypeName(value)}, {"default", value}, {"doc", doc}};
    if (c.has_min) option["min"] = c.min;
    if (c.has_max) option["max"] = c.max;
    if (c.min_open) option["min_open"] = true;
    if (!c.choices.empty()) option["choices"] = c.choices;
    if (c.role != OptionRole::kPlain) option["role"] = RoleName(c.role);
    if (!c.files.empty()) option["files"] = c.files;
    if (c.required) option["required"] = true;
    if (!c.renamed_from.empty()) option["renamed_from"] = c.renamed_from;
    options.push_back(std::move(option));
  }
};

SchemaWriter::SchemaWriter() : state_(new State) {}
SchemaWriter::~SchemaWriter() { delete state_; }
std::string SchemaWriter::Text() const { return Dump(state_->options); }

struct OptionReader::State {
  Json object;
  std::set<std::string> known;
  std::vector<std::string> problems;

  template <class T>
  void Fill(const char* name, T* value, const Constraint& c) {
    known.insert(name);
    if (!object.contains(name)) {
      if (c.required) problems.push_back(absl::StrCat(name, " is required"));
      return;
    }
    if (!Read(object[name], value)) {
      problems.push_back(
          absl::StrCat(name, " must be of type ", TypeName(*value), ", got ", Dump(object[name])));
      return;
    }
    const std::string violation = Violation(*value, c);
    if (!violation.empty()) problems.push_back(absl::StrCat(name, ": ", violation));
  }
};

OptionReader::OptionReader(const std::string& json_object) : state_(new State) {
  absl::StatusOr<Json> object = ParseJson(json_object, "options");
  const bool valid = object.ok() && object->is_object();
  state_->object = valid ? *std::move(object) : Json::object();
  if (!valid) state_->problems.push_back("options are not a JSON object");
}
OptionReader::~OptionReader() { delete state_; }

absl::Status OptionReader::Finish() const {
  std::vector<std::string> problems = state_->problems;
  const std::vector<std::string> known(state_->known.begin(), state_->known.end());
  for (const auto& [name, value] : state_->object.items()) {
    if (state_->known.count(name) != 0) continue;
    const std::string nearest = Nearest(name, known);
    problems.push_back(absl::StrCat("no option \"", name, "\"",
                                    nearest.empty()
                                        ? absl::StrCat("; known: ", absl::StrJoin(known, ", "))
                                        : absl::StrCat("; did you mean ", nearest)));
  }
  if (problems.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(problems, "; "));
}

#define FACET_DEFINE_VISIT(Type)                                                             \
  void SchemaWriter::operator()(const char* name, Type& value, const Constraint& constraint, \
                                const char* doc) {                                           \
    state_->Add(name, value, constraint, doc);                                               \
  }                                                                                          \
  void OptionReader::operator()(const char* name, Type& value, const Constraint& constraint, \
                                const char*) {                                               \
    state_->Fill(name, &value, constraint);                                                  \
  }
FACET_DEFINE_VISIT(bool)
FACET_DEFINE_VISIT(int64_t)
FACET_DEFINE_VISIT(double)
FACET_DEFINE_VISIT(std::string)
FACET_DEFINE_VISIT(std::vector<int64_t>)
FACET_DEFINE_VISIT(std::vector<double>)
FACET_DEFINE_VISIT(std::vector<std::string>)
#undef FACET_DEFINE_VISIT

}  // namespace facet
