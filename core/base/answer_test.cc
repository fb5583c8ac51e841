#include "core/base/answer.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "gtest/gtest.h"

namespace facet {
namespace {

// The exit code of a program that gives an answer of `size` letters to whom `redirect` makes stdout.
template <class Redirect>
void Answer(size_t size, const Redirect& redirect) {
  redirect();
  std::exit(GiveAnswer(std::string(size, 'a')));
}

TEST(AnswerDeathTest, WhatAFullDiskTakesNotIsNoAnswer) {
  for (const size_t size : {size_t{1}, size_t{100'000}}) {  // written at the end, and before
    EXPECT_EXIT(Answer(size, [] { EXPECT_NE(std::freopen("/dev/full", "w", stdout), nullptr); }),
                testing::ExitedWithCode(1), "cannot write the answer to stdout");
  }
}

TEST(AnswerDeathTest, AReaderThatWentAwayIsNamed) {
  const auto to_nobody = [] {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    ::close(ends[0]);
    ::dup2(ends[1], STDOUT_FILENO);
    ::signal(SIGPIPE, SIG_IGN);
  };
  EXPECT_EXIT(Answer(1, to_nobody), testing::ExitedWithCode(1), "the reader of stdout went away");
}

TEST(AnswerDeathTest, WhatWasWrittenIsAnAnswer) {
  EXPECT_EXIT(Answer(1, [] {}), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace facet
