// Options of a component or of a stage, declared once.
//
// A plain struct gives each option its default; its Visit lists names, constraints and one-line
// documentation:
//
//   struct Options {
//     double margin = 0.2;
//     std::string distance = "squared_l2";
//     void Visit(facet::OptionVisitor& v) {
//       v("margin", margin, facet::Range(0, 4), "triplet margin alpha [1]; FaceNet's value");
//       v("distance", distance, facet::OneOf({"squared_l2", "l2"}), "d in d_ap - d_an + alpha");
//     }
//   };
//
// From that list come TOML decoding, every error message, `facet plugins describe`, the canonical
// form that enters the cache key, and the catalogue. Text that names a file or a folder is declared
// InputFile() or InputDirectory(): the host resolves it, checks that it exists, and puts its
// content, never its path, into the key. KeptFile() and KeptFolder() need not exist.
//
// InputDirectory({"*.txt", "*/*.jpg"}) says which files below the folder the component may read,
// whatever its other options are (core/base/file_patterns.h); the others are in no key, and need
// not be readable. A file that is read although no pattern matches it can change without anything
// being computed again, so name all; without patterns it is every file.
//
// Visit is called for a default object (the schema) and for a filled one: it lists the same options
// each time. Constraints of a list are those of its elements; those of numbers serve whole numbers
// too. What two options must have in common is checked where the component is made (Create, see
// component.h). Units stand in brackets in the text, [1] for a ratio.
#ifndef FACET_CORE_API_OPTIONS_H_
#define FACET_CORE_API_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

enum class OptionType { kBool, kInt, kFloat, kString, kIntList, kFloatList, kStringList };
enum class OptionRole { kPlain, kInputFile, kInputDirectory, kKeptFile, kKeptFolder };

// What a value must satisfy; for a list, what each element must satisfy.
struct Constraint {
  bool has_min = false, has_max = false, min_open = false;
  double min = 0.0, max = 0.0;
  std::vector<std::string> choices;  // text only; empty = any text
  OptionRole role = OptionRole::kPlain;
  bool required = false;     // no default: the file must give it (text and lists: non-empty)
  std::string renamed_from;  // an older name that is still accepted
  std::vector<std::string> files = {};  // of a folder: patterns of what is read; empty: all
};

Constraint Any();
Constraint Range(double min, double max);  // closed
Constraint AtLeast(double min);
Constraint Above(double min);  // open
Constraint AboveUpTo(double min, double max);
Constraint OneOf(std::vector<std::string> choices);
Constraint InputFile();  // a file; empty text = none given
// A folder; empty text = none given.
Constraint InputDirectory(std::vector<std::string> files = {});
// What a component itself writes and finds again, outside the store: made where it is missing.
Constraint KeptFile();    // its content is in the key, or that there is none
Constraint KeptFolder();  // not in the key
Constraint Required(Constraint constraint);

class OptionVisitor {
 public:
  virtual ~OptionVisitor();
  virtual void operator()(const char* name, bool& value, const Constraint& constraint,
                          const char* doc) = 0;
  virtual void operator()(const char* name, int64_t& value, const Constraint& constraint,
                          const char* doc) = 0;
  virtual void operator()(const char* name, double& value, const Constraint& constraint,
                          const char* doc) = 0;
  virtual void operator()(const char* name, std::string& value, const Constraint& constraint,
                          const char* doc) = 0;
  virtual void operator()(const char* name, std::vector<int64_t>& value,
                          const Constraint& constraint, const char* doc) = 0;
  virtual void operator()(const char* name, std::vector<double>& value,
                          const Constraint& constraint, const char* doc) = 0;
  virtual void operator()(const char* name, std::vector<std::string>& value,
                          const Constraint& constraint, const char* doc) = 0;
};

// The schema of `Options` as JSON text: [{"name", "type", "default", "doc", "min"?, "max"?,
// "min_open"?, "choices"?, "role"?, "files"?, "required"?, "renamed_from"?}, ...] in order of
// declaration; type is one of bool, int, float, string, int_list, float_list, string_list; role one
// of input_file, input_directory, kept_file, kept_folder.
class SchemaWriter final : public OptionVisitor {
 public:
  SchemaWriter();
  ~SchemaWriter() override;
  void operator()(const char*, bool&, const Constraint&, const char*) override;
  void operator()(const char*, int64_t&, const Constraint&, const char*) override;
  void operator()(const char*, double&, const Constraint&, const char*) override;
  void operator()(const char*, std::string&, const Constraint&, const char*) override;
  void operator()(const char*, std::vector<int64_t>&, const Constraint&, const char*) override;
  void operator()(const char*, std::vector<double>&, const Constraint&, const char*) override;
  void operator()(const char*, std::vector<std::string>&, const Constraint&, const char*) override;
  std::string Text() const;

 private:
  struct State;
  State* state_;
};

// Fills `Options` from a JSON object. Unknown names, wrong types and values out of range are
// InvalidArgument; all problems in one message. (The host has checked the file already, with
// positions; this is the second lock on the door.)
class OptionReader final : public OptionVisitor {
 public:
  explicit OptionReader(const std::string& json_object);
  ~OptionReader() override;
  void operator()(const char*, bool&, const Constraint&, const char*) override;
  void operator()(const char*, int64_t&, const Constraint&, const char*) override;
  void operator()(const char*, double&, const Constraint&, const char*) override;
  void operator()(const char*, std::string&, const Constraint&, const char*) override;
  void operator()(const char*, std::vector<int64_t>&, const Constraint&, const char*) override;
  void operator()(const char*, std::vector<double>&, const Constraint&, const char*) override;
  void operator()(const char*, std::vector<std::string>&, const Constraint&, const char*) override;
  absl::Status Finish() const;  // after Visit

 private:
  struct State;
  State* state_;
};

template <class Options>
std::string SchemaOf() {
  Options options;
  SchemaWriter writer;
  options.Visit(writer);
  return writer.Text();
}

template <class Options>
absl::StatusOr<Options> ReadOptions(const std::string& json_object) {
  Options options;
  OptionReader reader(json_object);
  options.Visit(reader);
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  return options;
}

// For a component without options.
struct NoOptions {
  void Visit(OptionVisitor&) {}
};

}  // namespace facet

#endif  // FACET_CORE_API_OPTIONS_H_
