// What of the machine enters a plan.
#ifndef FACET_CORE_PIPELINE_MACHINE_H_
#define FACET_CORE_PIPELINE_MACHINE_H_

#include <cstdint>
#include <string>

namespace facet {

struct Machine {
  int64_t num_cores = 1;      // that this process may use
  bool has_amx_bf16 = false;  // bfloat16 products in hardware tiles, usable by this process
  static Machine ThisOne();
};

// "auto": bfloat16 where the processor multiplies it in hardware tiles, else float32.
std::string ResolvePrecision(const std::string& precision, const std::string& device,
                             const Machine& machine);

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_MACHINE_H_
