// Stores of any size, without a stage that was ever run: what planning costs beside them.
#ifndef FACET_BENCHMARKS_STORE_MADE_STORE_H_
#define FACET_BENCHMARKS_STORE_MADE_STORE_H_

#include <string>

#include "core/graph/key.h"
#include "core/graph/stage.h"
#include "core/graph/store.h"

namespace facet {

// Of the stages of MadeSweep().
const KeyEnvironment& MadeEnvironment();

// So many rows, from number `first` on, which share data set, detection and crops; each has a
// training, descriptors and an evaluation of its own. Rows of other numbers have other keys.
StageGraph MadeSweep(int num_rows, int first);

// Entries of all stages of the graph, of two small files each.
void FillStore(const Store& store, const StageGraph& graph);

// With the folders above it, and without a sync.
void WriteUnsynced(const std::string& path, const std::string& text);

// What changed within the last second is not remembered.
void WaitUntilOld();

}  // namespace facet

#endif  // FACET_BENCHMARKS_STORE_MADE_STORE_H_
