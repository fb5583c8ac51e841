// How many threads an evaluator may use: none of its results depends on it.
#ifndef FACET_PLUGINS_EVALUATORS_EVALUATION_THREADS_H_
#define FACET_PLUGINS_EVALUATORS_EVALUATION_THREADS_H_

namespace facet {

// OMP_NUM_THREADS, which a run gives its workers; without it as many as the machine has.
int EvaluationThreads();

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_EVALUATION_THREADS_H_
