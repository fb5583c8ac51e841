// torch.h for tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/precompiled/torch.h"
