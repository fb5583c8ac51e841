// Makes a data set plugin's component from options, for its test.
#ifndef FACET_PLUGINS_DATASETS_DATASET_TESTING_H_
#define FACET_PLUGINS_DATASETS_DATASET_TESTING_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "core/api/dataset.h"
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

inline absl::StatusOr<DatasetContents> LoadDataset(const Json& options) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Dataset> dataset, MakeDataset(options));
  return dataset->Load();
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
