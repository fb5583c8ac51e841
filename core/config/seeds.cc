#include "core/config/seeds.h"

#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/config/axes.h"
#include "core/config/row_tree.h"
#include "core/config/sweep.h"
#include "core/config/value_hints.h"

namespace facet {
namespace {

std::optional<int64_t> WholeNumber(const Node& node) {
  if (node.type == Node::Type::kScalar && node.scalar.is_number_integer()) {
    return node.scalar.get<int64_t>();
  }
  int64_t number = 0;
  const bool is_number = node.type == Node::Type::kText && absl::SimpleAtoi(*node.text(), &number);
  return is_number ? std::optional<int64_t>(number) : std::nullopt;
}

// Of the copies of one row: seed -> id.
using Copies = std::map<int64_t, std::string>;

class Repeater {
 public:
  Repeater(const ExperimentLayout& layout, Problems* problems)
      : layout_(layout), problems_(problems) {
    if (const Slot* seed = layout.Find(layout.seed); seed != nullptr && !seed->options.empty()) {
      const Json& value = seed->options.front().default_value;
      if (value.is_number_integer()) default_seed_ = value.get<int64_t>();
    }
  }

  std::vector<RowTree> Repeat(std::vector<RowTree> rows) {
    if (!IsFew(rows)) return rows;
    std::vector<RowTree> all;
    for (RowTree& row : rows) AddCopies(std::move(row), &all);
    if (copies_.empty()) return all;
    const std::vector<std::string> slots = RowSlotsOf(layout_);
    for (RowTree& row : all) {
      const auto parent = copies_.find(row.parent);
      const int64_t seed = SeedOf(row);
      if (parent != copies_.end() && parent->second.count(seed) != 0) {
        row.parent = parent->second.at(seed);
      }
      for (const std::string& slot : slots) TakeSameSeed(slot, seed, &row);
    }
    return all;
  }

 private:
  static bool IsRepeated(const RowTree& row) {
    return row.skip.empty() && (row.seeds.count > 1 || !row.seeds.values.empty());
  }

  bool IsFew(const std::vector<RowTree>& rows) {
    int64_t count = 0;
    const RowTree* last = nullptr;
    for (const RowTree& row : rows) {
      const bool repeated = IsRepeated(row);
      if (repeated) last = &row;
      const auto listed = static_cast<int64_t>(row.seeds.values.size());
      count += !repeated ? 1 : listed > 0 ? listed : row.seeds.count;
      if (row.seeds.count > kMaxRows) count = row.seeds.count;
      if (count > kMaxRows && last != nullptr) break;
    }
    if (count <= kMaxRows || last == nullptr) return true;
    problems_
        ->Error("E0513", last->seeds.place,
                absl::StrCat("with all seeds there are at least ", count, " rows; at most ",
                             kMaxRows, " are read"))
        .help = "fewer seeds, or fewer rows in a file";
    return false;
  }

  int64_t SeedOf(const RowTree& row) const {
    const Node* said = FindPath(row.slots, layout_.seed);
    return said == nullptr ? default_seed_ : WholeNumber(*said).value_or(default_seed_);
  }

  void AddCopies(RowTree row, std::vector<RowTree>* all) {
    if (!IsRepeated(row)) return all->push_back(std::move(row));
    const int64_t own = SeedOf(row);
    std::vector<int64_t> seeds = row.seeds.values;
    for (int64_t i = 0;
         seeds.size() < static_cast<size_t>(row.seeds.count) && row.seeds.values.empty(); ++i) {
      // Beyond the largest it is negative, which the row is told.
      seeds.push_back(static_cast<int64_t>(static_cast<uint64_t>(own) + static_cast<uint64_t>(i)));
    }
    for (const int64_t seed : seeds) {
      RowTree copy = row;
      copy.id = absl::StrCat(row.id, "@", seed);
      copy.repeats = row.id;
      if (copy.label.empty()) copy.label = row.id;
      if (seed != own) {
        Node value;
        value.type = Node::Type::kScalar;
        value.scalar = seed;
        value.key = value.value = row.seeds.place;
        Replace(layout_.seed, value, &copy.slots);
      }
      copies_[row.id][seed] = copy.id;
      all->push_back(std::move(copy));
    }
  }

  void TakeSameSeed(const std::string& slot, int64_t seed, RowTree* row) {
    const Node* said = FindPath(row->slots, slot);
    if (said == nullptr || said->text() == nullptr) return;
    const auto copies = copies_.find(*said->text());
    if (copies == copies_.end()) return;
    Node value = *said;
    const auto copy = copies->second.find(seed);
    if (copy != copies->second.end()) {
      value.scalar = copy->second;
      Replace(slot, value, &row->slots);
      return;
    }
    const std::string seeds =
        absl::StrJoin(copies->second, ", ",
                      [](std::string* out, const auto& each) { absl::StrAppend(out, each.first); });
    problems_
        ->Error("E0516", said->value,
                absl::StrCat("row \"", copies->first, "\" is computed with seeds ", seeds,
                             ", not with ", seed, ", the seed of a row that needs it"))
        .help = absl::StrCat("give both the same seeds, or name one copy: ", slot, " = \"",
                             copies->second.begin()->second, "\"");
    value.scalar = "";
    Replace(slot, value, &row->slots);
  }

  const ExperimentLayout& layout_;
  Problems* problems_;
  int64_t default_seed_ = 1;
  std::map<std::string, Copies> copies_;
};

}  // namespace

std::optional<Seeds> ReadSeeds(const Node& node, Problems* problems) {
  Seeds seeds;
  seeds.place = node.value;
  const auto wrong = [&](const char* code, const Place& place, const std::string& sentence) {
    problems->Error(code, place, sentence).help = "seeds = 3, or seeds = [1, 7]";
    return std::nullopt;
  };
  const auto wrong_type = [&](const Node& at) {
    return wrong("E0301", at.value,
                 absl::StrCat("seeds must be a number of seeds or a list of them, got ", Got(at)));
  };
  const auto too_few = [&](const std::string& got) {
    return wrong("E0302", node.value, absl::StrCat("seeds must be at least 1, got ", got));
  };
  if (node.type != Node::Type::kArray) {
    const std::optional<int64_t> count = WholeNumber(node);
    if (!count) return wrong_type(node);
    if (*count < 1) return too_few(absl::StrCat(*count));
    seeds.count = *count;
    return seeds;
  }
  if (node.elements.empty()) return too_few("an empty list");
  std::set<int64_t> seen;
  for (const Node& element : node.elements) {
    const std::optional<int64_t> seed = WholeNumber(element);
    if (!seed) return wrong_type(element);
    if (*seed < 0 || !seen.insert(*seed).second) {
      problems->Error("E0302", element.value,
                      *seed < 0 ? absl::StrCat("a seed is at least 0, got ", *seed)
                                : absl::StrCat("seed ", *seed, " is in the list twice"));
      return std::nullopt;
    }
    seeds.values.push_back(*seed);
  }
  return seeds;
}

std::vector<RowTree> RepeatRows(std::vector<RowTree> rows, const ExperimentLayout& layout,
                                Problems* problems) {
  return Repeater(layout, problems).Repeat(std::move(rows));
}

}  // namespace facet
