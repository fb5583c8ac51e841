// base.h for sources that use LibTorch.
#include <ATen/ATen.h>
#include <torch/version.h>

#include "core/precompiled/base.h"
