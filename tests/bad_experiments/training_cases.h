// Mistakes in what a row says of its training. Each file extends good.toml and has nothing but the
// mistake.
#ifndef FACET_TESTS_BAD_EXPERIMENTS_TRAINING_CASES_H_
#define FACET_TESTS_BAD_EXPERIMENTS_TRAINING_CASES_H_

#include <string>
#include <vector>

namespace facet {

struct BadTraining {
  struct Problem {
    int line, column;  // no line in a --set
    std::string code;
    std::string message;            // all of it
    std::vector<std::string> said;  // beside it: at the caret, as a fact, as help
  };
  std::string file;
  std::string set;  // the --set with the problems; empty: they are in the file
  std::vector<Problem> problems;
};

// Keys of before, and options in the place of others.
std::vector<BadTraining> WrongOptions();
// Components under names that the row gives, groups and phases.
std::vector<BadTraining> WrongNames();

}  // namespace facet

#endif  // FACET_TESTS_BAD_EXPERIMENTS_TRAINING_CASES_H_
