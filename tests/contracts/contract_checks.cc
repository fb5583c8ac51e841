#include "tests/contracts/contract_checks.h"

#include <cctype>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/json.h"
#include "core/plugin/catalogue.h"

namespace facet {
namespace {

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

}  // namespace

Contract::Contract(const ComponentDescriptor& descriptor, std::string options_json)
    : descriptor_(descriptor),
      component_(absl::StrCat(descriptor.kind, " \"", descriptor.name, "\"")),
      options_json_(std::move(options_json)) {
  const absl::StatusOr<Json> schema = ParseJson(descriptor.schema(), "it");
  if (!schema.ok()) return;
  const absl::StatusOr<std::vector<OptionSpec>> options = ParseSchema(*schema);
  if (!options.ok()) return;
  for (const OptionSpec& option : *options) option_names_.insert(option.name);
}

bool Contract::Expect(bool kept, const std::string& sentence) {
  if (!kept) broken_.push_back(sentence);
  return kept;
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
    if (!said_missing_) {
      std::printf("%s: behaviour not checked, it needs inputs: %s\n", component_.c_str(),
                  std::string(made.status().message()).c_str());
    }
    said_missing_ = true;
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

std::vector<std::string> CheckLibrary(const std::string& path, const std::string& options_json) {
  const absl::StatusOr<const PluginLibrary*> library = PluginLibrary::Open(path);
  if (!library.ok()) return {std::string(library.status().message())};
  const PluginDescriptor& descriptor = (*library)->descriptor();
  const std::map<std::string, KindCheck> checks = KindChecks();
  std::vector<std::string> broken;
  if (descriptor.num_components == 0) broken.push_back(path + ": it provides no component");
  for (uint32_t i = 0; i < descriptor.num_components; ++i) {
    const ComponentDescriptor& component = descriptor.components[i];
    Contract contract(component, options_json);
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
    for (const std::string& sentence : contract.broken()) {
      broken.push_back(contract.component() + ": " + sentence);
    }
  }
  return broken;
}

}  // namespace facet
