// A fixed load for busy_machine: two threads of OpenMP that work in step, some 0.4 ms at a time, for
// so many seconds, and wait for each other as OpenMP does where nobody says otherwise.
//
//   openmp_load SECONDS
#include <omp.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "openmp_load SECONDS\n");
    return 2;
  }
  const double end = omp_get_wtime() + std::atof(argv[1]);
  std::vector<float> values(1 << 16, 1.0f);
  const int size = static_cast<int>(values.size());
  while (omp_get_wtime() < end) {
#pragma omp parallel for num_threads(2)
    for (int i = 0; i < size; ++i) {
      float value = values[i];
      for (int round = 0; round < 20; ++round) value = value * 0.999f + 0.5f;
      values[i] = value;
    }
  }
  return 0;
}
