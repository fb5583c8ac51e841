#include "plugins/distances/row_kernels.h"

#include "plugins/distances/row_loops.h"

namespace facet {
namespace {

template <class T>
void MeasurePlainly(const MeasureTask<T>& task) {
  RowLoops<T, 16>::Measure(task);
}
template <class T>
void PullPlainly(const PullTask<T>& task) {
  RowLoops<T, 16>::Pull(task);
}

#if defined(__x86_64__)

#define FACET_AVX2 __attribute__((target("arch=x86-64-v3")))
#define FACET_AVX512 __attribute__((target("arch=x86-64-v4")))

template <class T>
FACET_AVX2 void MeasureWithAvx2(const MeasureTask<T>& task) {
  RowLoops<T, 32>::Measure(task);
}
template <class T>
FACET_AVX2 void PullWithAvx2(const PullTask<T>& task) {
  RowLoops<T, 32>::Pull(task);
}
template <class T>
FACET_AVX512 void MeasureWithAvx512(const MeasureTask<T>& task) {
  RowLoops<T, 64>::Measure(task);
}
template <class T>
FACET_AVX512 void PullWithAvx512(const PullTask<T>& task) {
  RowLoops<T, 64>::Pull(task);
}

template <class T>
RowKernels<T> Choose() {
  if (__builtin_cpu_supports("x86-64-v4")) return {&MeasureWithAvx512<T>, &PullWithAvx512<T>};
  if (__builtin_cpu_supports("x86-64-v3")) return {&MeasureWithAvx2<T>, &PullWithAvx2<T>};
  return {&MeasurePlainly<T>, &PullPlainly<T>};
}

#else

template <class T>
RowKernels<T> Choose() {
  return {&MeasurePlainly<T>, &PullPlainly<T>};
}

#endif

}  // namespace

template <class T>
const RowKernels<T>& RowKernelsOfProcessor() {
  static const RowKernels<T> kernels = Choose<T>();
  return kernels;
}
template const RowKernels<float>& RowKernelsOfProcessor<float>();
template const RowKernels<double>& RowKernelsOfProcessor<double>();

}  // namespace facet
