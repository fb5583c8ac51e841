#include "tests/contracts/contract_checks.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/json.h"
#include "core/plugin/catalogue.h"

namespace facet {
namespace {

constexpr char kDeclaration[] = "declaration";

bool IsSnakeCase(const std::string& name) {
  if (name.empty() || !std::islower(static_cast<unsigned char>(name[0]))) return false;
  for (const char c : name) {
    if (!std::islower(static_cast<unsigned char>(c)) &&
        !std::isdigit(static_cast<unsigned char>(c)) && c != '_') {
      return false;
    }
  }
  return true;
}

// The declaration itself: names, documentation, defaults, and that mistakes are refused.
void CheckDeclaration(Contract& contract, const ComponentDescriptor& component) {
  contract.Expect(IsSnakeCase(component.name), "the name is snake_case");
  contract.Expect(std::string(component.summary).size() >= 10, "the summary says something");
  contract.Expect(component.schema() == component.schema(), "the schema is the same each time");
  const absl::StatusOr<Json> schema = ParseJson(component.schema(), "it");
  if (!contract.ExpectOk(schema.status(), "the schema is readable")) return;
  const absl::StatusOr<std::vector<OptionSpec>> options = ParseSchema(*schema);
  if (!contract.ExpectOk(options.status(), "the schema is readable")) return;
  std::set<std::string> names;
  for (const OptionSpec& option : *options) {
    contract.Expect(IsSnakeCase(option.name), option.name + " is snake_case");
    contract.Expect(names.insert(option.name).second, option.name + " is declared once");
    contract.Expect(option.doc.size() >= 5, option.name + " is documented");
  }
  const auto refused = component.create(R"({"no_such_option": 1})");
  contract.Expect(
      !refused.ok() && refused.status().message().find("no_such_option") != absl::string_view::npos,
      "an unknown option is refused by name");
  contract.Expect(!component.create("[]").ok(), "options that are no table are refused");
}

// -1: stdout is no file.
int64_t PrintedBytes() {
  std::fflush(stdout);
  struct stat status;
  return ::fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : -1;
}

Json NameOf(const ComponentDescriptor& component) {
  return {{"kind", component.kind}, {"name", component.name}};
}

bool IsAskedFor(const CheckRequest& request, const ComponentDescriptor& component) {
  return request.component.empty() || request.component == component.name ||
         request.component == absl::StrCat(component.kind, "/", component.name);
}

std::vector<std::string> CheckComponent(const ComponentDescriptor& component,
                                        const std::string& options_json, const Tell& tell) {
  static const std::map<std::string, KindCheck>& checks =
      *new std::map<std::string, KindCheck>(KindChecks());
  tell({{"begin", NameOf(component)}});
  const int64_t printed = PrintedBytes();
  Contract contract(component, options_json, tell);
  contract.Section(kDeclaration);
  CheckDeclaration(contract, component);
  const auto check = checks.find(component.kind);
  if (contract.Expect(check != checks.end(),
                      absl::StrCat("no contract for kind ", component.kind))) {
    try {
      check->second(contract);
    } catch (...) {
      contract.ExpectOk(internal::CurrentExceptionStatus(), "no exception leaves it");
    }
  }
  if (printed >= 0) {
    contract.Section("stdout");
    contract.Expect(PrintedBytes() == printed, "it never writes to stdout");
  }
  if (!contract.needs_inputs().empty()) {
    std::printf("%s: behaviour not checked, it needs inputs: %s\n", contract.component().c_str(),
                contract.needs_inputs().c_str());
  }
  Json end = NameOf(component);
  end["checks"] = contract.Report();
  tell({{"end", end}});
  std::vector<std::string> broken;
  for (const std::string& sentence : contract.broken()) {
    broken.push_back(contract.component() + ": " + sentence);
  }
  return broken;
}

}  // namespace

Contract::Contract(const ComponentDescriptor& descriptor, std::string options_json, Tell tell)
    : descriptor_(descriptor),
      component_(absl::StrCat(descriptor.kind, " \"", descriptor.name, "\"")),
      options_json_(std::move(options_json)),
      tell_(tell != nullptr ? std::move(tell) : [](const Json&) {}),
      groups_({{kDeclaration, "", 0, {}, {}}}) {
  const absl::StatusOr<Json> schema = ParseJson(descriptor.schema(), "it");
  if (!schema.ok()) return;
  const absl::StatusOr<std::vector<OptionSpec>> options = ParseSchema(*schema);
  if (!options.ok()) return;
  for (const OptionSpec& option : *options) option_names_.insert(option.name);
}

Contract::Group& Contract::Find(const std::string& name) {
  for (Group& group : groups_) {
    if (group.name == name) return group;
  }
  groups_.push_back({name, "", 0, {}, {}});
  return groups_.back();
}

void Contract::Plan(const std::vector<std::string>& sections) {
  for (const std::string& name : sections) Find(name);
  Json names = Json::array();
  for (const Group& group : groups_) names.push_back(group.name);
  tell_({{"plan", names}});
}

void Contract::Section(const std::string& name) {
  tell_({{"left", ToJson(groups_[current_])}});
  current_ = static_cast<size_t>(&Find(name) - groups_.data());
  tell_({{"enter", name}});
}

void Contract::GoesOn() { tell_({{"enter", groups_[current_].name}}); }

void Contract::NotChecked(const std::string& reason) { groups_[current_].reason = reason; }

void Contract::Note(const std::string& sentence) {
  std::vector<std::string>& notes = groups_[current_].notes;
  if (std::find(notes.begin(), notes.end(), sentence) == notes.end()) notes.push_back(sentence);
}

void Contract::NeedsInputs(const std::string& message) {
  if (needs_inputs_.empty()) needs_inputs_ = message;
}

Json Contract::ToJson(const Group& group) const {
  Json json = {{"name", group.name}, {"state", group.expectations > 0 ? "kept" : "not checked"}};
  if (!group.sentences.empty()) {
    json["state"] = "broken";
    json["sentences"] = group.sentences;
  }
  if (!group.notes.empty()) json["notes"] = group.notes;
  if (group.expectations > 0) return json;
  if (!group.reason.empty()) {
    json["reason"] = group.reason;
  } else if (!needs_inputs_.empty()) {
    json["reason"] = absl::StrCat("behaviour not checked, it needs inputs: ", needs_inputs_);
  } else {
    json["reason"] = broken_.empty() ? "nothing of it concerns this component"
                                     : "what is broken above had to be kept first";
  }
  return json;
}

Json Contract::Report() {
  Json checks = Json::array();
  for (const Group& group : groups_) checks.push_back(ToJson(group));
  return checks;
}

bool Contract::Expect(bool kept, const std::string& sentence) {
  Group& group = groups_[current_];
  ++group.expectations;
  if (kept) return true;
  broken_.push_back(sentence);
  if (std::find(group.sentences.begin(), group.sentences.end(), sentence) ==
      group.sentences.end()) {
    group.sentences.push_back(sentence);
  }
  return false;
}

bool Contract::ExpectOk(const absl::Status& status, const std::string& what) {
  return Expect(status.ok(), absl::StrCat(what, ": ", status.message()));
}

std::unique_ptr<Component> Contract::MakeComponent() {
  absl::StatusOr<std::unique_ptr<Component>> made = descriptor_.create(options_json_);
  if (made.ok()) return *std::move(made);
  // Without its files a component must say so; that it does is all that can be checked.
  const absl::StatusCode code = made.status().code();
  if (code == absl::StatusCode::kInvalidArgument || code == absl::StatusCode::kNotFound ||
      code == absl::StatusCode::kFailedPrecondition) {
    Expect(made.status().message().size() >= 10, "a refusal says what is missing");
    NeedsInputs(std::string(made.status().message()));
  } else {
    ExpectOk(made.status(), "it can be made with these options");
  }
  return nullptr;
}

std::unique_ptr<Component> Contract::MakeComponentWith(const std::string& options) {
  absl::StatusOr<Json> all = ParseJson(options_json_, "the options of the BUILD line");
  const absl::StatusOr<Json> others = ParseJson(options, "the contract's options");
  FACET_CHECK(all.ok() && others.ok());
  all->update(*others);
  absl::StatusOr<std::unique_ptr<Component>> made = descriptor_.create(Dump(*all));
  ExpectOk(made.status(), "it can be made with " + options);
  return made.ok() ? *std::move(made) : nullptr;
}

Image GreyImage(int width, int height, uint8_t level) {
  Image image(width, height);
  for (uint8_t& value : image.bgr) value = level;
  return image;
}

Image NoiseImage(int width, int height, uint64_t seed) {
  Image image(width, height);
  Random random(seed);
  for (uint8_t& value : image.bgr) value = static_cast<uint8_t>(random.Bits() >> 56);
  return image;
}

std::vector<Image> HugeImages() {
  std::vector<Image> images;
  images.push_back(NoiseImage(4000, 16, 21));
  images.push_back(NoiseImage(16, 4000, 22));
  images.push_back(GreyImage(2500, 2500, 120));
  return images;
}

std::vector<Image> LongImages() {
  std::vector<Image> images;
  images.push_back(NoiseImage(60000, 1, 23));
  images.push_back(NoiseImage(1, 60000, 24));
  return images;
}

std::vector<std::string> CheckLibrary(const CheckRequest& request) {
  const Tell tell = request.tell != nullptr ? request.tell : [](const Json&) {};
  const absl::StatusOr<const PluginLibrary*> library = PluginLibrary::Open(request.library);
  if (!library.ok()) {
    tell({{"handshake", library.status().message()}});
    return {std::string(library.status().message())};
  }
  const PluginDescriptor& descriptor = (*library)->descriptor();
  Json names = Json::array();
  for (uint32_t i = 0; i < descriptor.num_components; ++i) {
    names.push_back(NameOf(descriptor.components[i]));
  }
  tell({{"handshake", ""},
        {"interface_version", descriptor.interface_version},
        {"fingerprint", descriptor.fingerprint},
        {"components", names}});
  std::vector<std::string> broken;
  if (descriptor.num_components == 0) {
    broken.push_back(request.library + ": it provides no component");
  }
  for (size_t i = request.first; i < descriptor.num_components && i - request.first < request.count;
       ++i) {
    const ComponentDescriptor& component = descriptor.components[i];
    if (!IsAskedFor(request, component)) continue;
    for (const std::string& sentence : CheckComponent(component, request.options_json, tell)) {
      broken.push_back(sentence);
    }
  }
  tell({{"done", true}});
  return broken;
}

std::vector<std::string> CheckLibrary(const std::string& path, const std::string& options_json) {
  CheckRequest request;
  request.library = path;
  request.options_json = options_json;
  return CheckLibrary(request);
}

}  // namespace facet
