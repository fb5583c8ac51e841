#include "core/bench/machine.h"

#include <cstdlib>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/pipeline/machine.h"

namespace facet {
namespace {

std::string ModelOfCpu() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos || !absl::StartsWith(line, "model name")) continue;
    return std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return "an unknown processor";
}

}  // namespace

BenchMachine BenchMachine::ThisOne() {
  BenchMachine machine;
  machine.cpu = ModelOfCpu();
  machine.num_cores = Machine::ThisOne().num_cores;
  double load = 0.0;
  if (::getloadavg(&load, 1) == 1) machine.load = load;
  return machine;
}

std::string BenchMachine::Describe() const {
  return absl::StrCat(cpu, ", ", num_cores, num_cores == 1 ? " core" : " cores", ", load ",
                      load.has_value() ? absl::StrFormat("%.2f at the start", *load) : "not known");
}

Json ToJson(const BenchMachine& machine) {
  return {{"cpu", machine.cpu},
          {"cores", machine.num_cores},
          {"load_at_start", machine.load.has_value() ? Json(*machine.load) : Json()}};
}

}  // namespace facet
