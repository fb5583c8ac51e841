// The files of an experiment, before rows are resolved: what each says, in the order in which it
// counts.
#ifndef FACET_CORE_CONFIG_DOCUMENT_H_
#define FACET_CORE_CONFIG_DOCUMENT_H_

#include <map>
#include <string>
#include <vector>

#include "core/config/node.h"
#include "core/config/source.h"

namespace facet {

struct RowLayers {
  std::string id;
  Place place;               // where it is first said
  std::vector<Node> layers;  // its [[row]] of each file, base files first
};

struct Document {
  std::string title;
  Node reference;  // text; empty scalar: none
  std::vector<std::string> columns;
  Node setting_columns;       // the last file's [[column]]; without elements: none
  Node sweep, ablate, seeds;  // of the last file that has them; without a place: none
  std::vector<Node> base;     // the [base] of each file
  std::vector<RowLayers> rows;
  std::map<std::string, size_t> place;         // id -> index of its row
  std::vector<std::string> files;              // as named, base files first
  std::map<std::string, std::string> folders;  // source -> absolute folder of its relative paths

  RowLayers* Find(const std::string& id);
  std::vector<std::string> RowIds() const;
};

// `slot_names` are the first names of slots ("train", "seed"), for hints. Problems: E0101 to E0104
// (files), E0201, E0202 (keys of the file), E0503 to E0505 (ids of rows).
Document ReadDocument(const std::string& path, const std::vector<std::string>& slot_names,
                      Problems* problems);

// `name` in the folder of the source that names it, as a path from the caller's folder.
std::string PathBeside(const std::string& source, const std::string& name);

// The keys of a file: base, row, schema, ...
const std::vector<std::string>& FileKeys();
// What a row says about itself, beside its slots.
const std::vector<std::string>& RowKeys();  // extends, id, label, reported, seeds, skip, unset

}  // namespace facet

#endif  // FACET_CORE_CONFIG_DOCUMENT_H_
