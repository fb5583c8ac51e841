// Makes a data set plugin's component from options, for its test.
#ifndef FACET_PLUGINS_DATASETS_DATASET_TESTING_H_
#define FACET_PLUGINS_DATASETS_DATASET_TESTING_H_

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "core/api/dataset.h"
#include "core/base/file_patterns.h"
#include "core/base/json.h"
#include "core/base/test_folder.h"
#include "gtest/gtest.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {

inline absl::StatusOr<std::unique_ptr<Dataset>> MakeDataset(const Json& options) {
  const ComponentDescriptor& component = facet_plugin_descriptor()->components[0];
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<Component> made, component.create(Dump(options)));
  return std::unique_ptr<Dataset>(static_cast<Dataset*>(made.release()));
}

// The options with their folders replaced by others that hold only what the data set says it reads
// (InputDirectory).
inline Json WithoutOtherFiles(Json options) {
  namespace fs = std::filesystem;
  const Json schema = *ParseJson(facet_plugin_descriptor()->components[0].schema(), "schema");
  for (const Json& option : schema) {
    const std::string name = option.at("name");
    if (!option.contains("files") || !options.contains(name)) continue;
    const fs::path folder = options[name].get<std::string>(), copy = folder.string() + ".read";
    if (folder.empty() || !fs::is_directory(folder)) continue;
    const FilePatterns patterns(option["files"].get<std::vector<std::string>>());
    fs::remove_all(copy);
    fs::create_directories(copy);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const fs::path path = entry.path().lexically_relative(folder);
      if (!patterns.Match(path.string())) continue;
      fs::create_directories(entry.is_directory() ? copy / path : (copy / path).parent_path());
      if (!entry.exists()) fs::copy_symlink(entry.path(), copy / path);  // it leads nowhere
      if (entry.is_regular_file()) fs::copy_file(entry.path(), copy / path);
    }
    options[name] = copy.string();
  }
  return options;
}

inline absl::StatusOr<DatasetContents> LoadDataset(const Json& options) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Dataset> dataset, MakeDataset(options));
  absl::StatusOr<DatasetContents> contents = dataset->Load();
  if (!contents.ok() || std::getenv("FACET_DATA") != nullptr) return contents;
  // The key covers no other files, so the others must not matter.
  const Json others_gone = WithoutOtherFiles(options);
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Dataset> again, MakeDataset(others_gone));
  const absl::StatusOr<DatasetContents> same = again->Load();
  EXPECT_TRUE(same.ok()) << same.status();
  if (!same.ok()) return contents;
  EXPECT_EQ(same->counts, contents->counts);
  EXPECT_EQ(same->notices.size(), contents->notices.size());
  EXPECT_EQ(same->samples.size(), contents->samples.size());
  for (size_t i = 0; i < std::min(same->samples.size(), contents->samples.size()); ++i) {
    const Sample &a = same->samples[i], &b = contents->samples[i];
    EXPECT_EQ(std::tie(a.key, a.path, a.identity, a.fold),
              std::tie(b.key, b.path, b.identity, b.fold));
    EXPECT_EQ(a.box.has_value(), b.box.has_value()) << a.key;
    EXPECT_EQ(a.landmarks.points.size(), b.landmarks.points.size()) << a.key;
  }
  return contents;
}

inline void WriteText(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// $FACET_DATA/<folder>; empty, after saying so, if it is not there.
inline std::string SharedData(const std::string& folder) {
  const char* const data = std::getenv("FACET_DATA");
  return data == nullptr || !std::filesystem::exists(absl::StrCat(data, "/", folder))
             ? ""
             : absl::StrCat(data, "/", folder);
}

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_DATASET_TESTING_H_
