// A program's side of a comparison by turns (benchmarks/peers/turns.py), in which two programs of
// whatever language do the same work one after the other, again and again, each warm.
//
// For each line on standard input the work is done once, and a line of JSON says what it took:
//   {"seconds": 0.0123, "peak_mib": 45.6, "loss": 0.98}
// The first line is for a warm-up. Standard input's end ends the program.
#ifndef FACET_BENCHMARKS_TURNS_H_
#define FACET_BENCHMARKS_TURNS_H_

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <utility>
#include <vector>

namespace facet::bench {

// What the work found, by name: a comparison shows whether both sides found the same.
using Findings = std::vector<std::pair<std::string, double>>;

// Answers turns until the input ends; returns the exit code. peak_mib is the largest resident size
// in the turn above `idle_mib`, the size (VmRSS of /proc/self/status) that an idle process has.
int TakeTurns(double idle_mib, const std::function<Findings()>& work);

// The next `count` numbers of a file that the peer's side made.
template <class T>
std::vector<T> ReadValues(std::istream& file, int64_t count) {
  std::vector<T> values(static_cast<size_t>(count));
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_TURNS_H_
