#include "core/plugin/catalogue.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "core/base/status.h"
#include "core/plugin/library.h"
#include "core/plugin/traits.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> LibrariesOf(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("lib", 0) == 0 && entry.path().extension() == ".so") {
      paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

constexpr char kLeftOut[] = "; its plugins are left out. Correct it with: ";

// A plugin is native code that runs as the user. Whoever may write to it, or put one in its place,
// may do all that the user may: others must not, as ssh wants it of keys. What of `path` is wrong;
// empty: nothing.
std::string Mistrust(const std::string& path, const struct stat& info) {
  if ((info.st_mode & S_IWOTH) != 0) {
    return absl::StrCat("everybody may write to it", kLeftOut, "chmod o-w ", path);
  }
  // A group that is the user's own, as Debian makes one for each, has nobody else in it.
  if ((info.st_mode & S_IWGRP) != 0 && info.st_gid != 0 && info.st_gid != ::getegid()) {
    return absl::StrCat("a group of users may write to it", kLeftOut, "chmod g-w ", path);
  }
  if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
    return absl::StrCat("it belongs to another user (", info.st_uid, ")", kLeftOut, "chown $USER ",
                        path);
  }
  return "";
}

absl::Status CheckWriters(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot look at ", path));
  }
  const std::string wrong = Mistrust(path, info);
  if (wrong.empty()) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(path, ": ", wrong));
}

// Nor may the folders above be others', who could put another folder in its place; but for those
// where each may move only what is his (/tmp).
absl::Status CheckFoldersAbove(const std::string& path, const fs::path& from) {
  for (fs::path above = from.parent_path(); above != above.parent_path();
       above = above.parent_path()) {
    struct stat info;
    if (::stat(above.c_str(), &info) != 0) continue;
    const bool is_sticky = (info.st_mode & S_ISVTX) != 0 && info.st_uid == 0;
    const std::string wrong = is_sticky ? "" : Mistrust(above.string(), info);
    if (wrong.empty()) continue;
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": of ", above.string(), " above it: ", wrong));
  }
  return absl::OkStatus();
}

// By the way that it was named, and where links lead.
absl::Status CheckTrust(const std::string& path) {
  FACET_RETURN_IF_ERROR(CheckWriters(path));
  std::error_code error;
  FACET_RETURN_IF_ERROR(CheckFoldersAbove(path, fs::absolute(path, error).lexically_normal()));
  return CheckFoldersAbove(path, fs::canonical(path, error));
}

// Of a library in a folder that was looked at.
absl::Status CheckLibrary(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": no regular file; remove it"));
  }
  return fs::is_symlink(path, error) ? CheckTrust(path) : CheckWriters(path);
}

// The schema file counts only for the bytes it was written for, and for this interface.
bool IsDescriptionOf(const Json& description, const std::string& digest) {
  try {
    return description.is_object() && description.at("digest") == digest &&
           description.at("interface_version") == kInterfaceVersion &&
           description.contains("calls") &&
           IsCompatible(description.at("fingerprint").get_ref<const std::string&>());
  } catch (const Json::exception&) {
    return false;
  }
}

absl::StatusOr<Json> ReadDescription(const std::string& path, const std::string& digest,
                                     const Catalogue::DescribeFunction& describe) {
  absl::StatusOr<Json> description = ReadJsonFile(path.substr(0, path.size() - 3) + ".schema.json");
  if (description.ok() && IsDescriptionOf(*description, digest)) return description;
  FACET_ASSIGN_OR_RETURN(const std::string text, describe(path));
  return ParseJson(text, absl::StrCat("the description of ", path));
}

absl::StatusOr<std::vector<ComponentInfo>> ReadLibrary(const std::string& path,
                                                       const Catalogue::DescribeFunction& describe,
                                                       const Catalogue::DigestFunction& digest_of) {
  FACET_ASSIGN_OR_RETURN(const std::string digest, digest_of(path));
  FACET_ASSIGN_OR_RETURN(const Json description, ReadDescription(path, digest, describe));
  std::vector<ComponentInfo> components;
  try {
    for (const Json& component : description.at("components")) {
      ComponentInfo info;
      info.kind = component.at("kind");
      info.name = component.at("name");
      info.summary = component.at("summary");
      info.paper = component.at("paper");
      FACET_ASSIGN_OR_RETURN(info.options, ParseSchema(component.at("options")));
      info.library_path = path;
      info.library_digest = digest;
      info.calls = description.at("calls").get<std::vector<std::string>>();
      const absl::StatusOr<Traits> traits = TraitsFromNames(
          info.kind, info.name, component.value("traits", std::vector<std::string>()));
      if (!traits.ok()) return Annotate(traits.status(), absl::StrCat(path, ": its description"));
      info.traits = *traits;
      components.push_back(std::move(info));
    }
  } catch (const Json::exception& exception) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": its description is malformed: ", exception.what()));
  }
  return components;
}

}  // namespace

absl::StatusOr<std::vector<OptionSpec>> ParseSchema(const Json& options) {
  std::vector<OptionSpec> specs;
  try {
    for (const Json& option : options) {
      OptionSpec spec;
      spec.name = option.at("name");
      spec.type = option.at("type");
      spec.doc = option.at("doc");
      spec.default_value = option.at("default");
      spec.has_min = option.contains("min");
      spec.has_max = option.contains("max");
      spec.min = option.value("min", 0.0);
      spec.max = option.value("max", 0.0);
      spec.min_open = option.value("min_open", false);
      spec.required = option.value("required", false);
      spec.choices = option.value("choices", std::vector<std::string>());
      spec.role = option.value("role", "");
      spec.renamed_from = option.value("renamed_from", "");
      spec.files = option.value("files", std::vector<std::string>());
      specs.push_back(std::move(spec));
    }
  } catch (const Json::exception& exception) {
    return absl::InvalidArgumentError(absl::StrCat("malformed schema: ", exception.what()));
  }
  return specs;
}

Catalogue Catalogue::Scan(const std::vector<std::string>& folders, const DescribeFunction& describe,
                          const DigestFunction& digest) {
  Catalogue catalogue;
  catalogue.folders_ = folders;
  for (const std::string& folder : folders) {
    const std::vector<std::string> libraries = LibrariesOf(folder);
    if (absl::Status safe = CheckTrust(folder); !libraries.empty() && !safe.ok()) {
      catalogue.problems_.push_back({folder, std::move(safe)});
      continue;
    }
    for (const std::string& path : libraries) {
      if (absl::Status safe = CheckLibrary(path); !safe.ok()) {
        catalogue.problems_.push_back({path, std::move(safe)});
        continue;
      }
      absl::StatusOr<std::vector<ComponentInfo>> components = ReadLibrary(path, describe, digest);
      if (!components.ok()) {
        catalogue.problems_.push_back({path, components.status()});
        continue;
      }
      for (ComponentInfo& component : *components) {
        const ComponentInfo* first = catalogue.Find(component.kind, component.name);
        if (first != nullptr) {
          catalogue.problems_.push_back(
              {path, absl::AlreadyExistsError(absl::StrCat(
                         path, ": provides ", component.kind, " \"", component.name, "\", as does ",
                         first->library_path,
                         ", which is used; rename one or take it off the plugin path"))});
          continue;
        }
        catalogue.components_.push_back(std::move(component));
      }
    }
  }
  return catalogue;
}

const ComponentInfo* Catalogue::Find(const std::string& kind, const std::string& name) const {
  for (const ComponentInfo& component : components_) {
    if (component.kind == kind && component.name == name) return &component;
  }
  return nullptr;
}

std::vector<std::string> Catalogue::Names(const std::string& kind, Traits traits) const {
  std::vector<std::string> names;
  for (const ComponentInfo& component : components_) {
    if (component.kind == kind && component.traits.HasAll(traits)) names.push_back(component.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace facet
