// Tensors of random numbers, in float on the CPU, filled row by row from a stream.
#ifndef COMMON_TRAIN_RANDOM_TENSOR_H_
#define COMMON_TRAIN_RANDOM_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "common/base/random_stream.h"

namespace wgan {

// N(0, 1) each: a generator's latents z [count, dimension], among others.
at::Tensor StandardNormal(at::IntArrayRef shape, RandomStream random);

// Uniform on [low, high) each. Advances `random`.
at::Tensor Uniform(at::IntArrayRef shape, double low, double high, RandomStream& random);

// Uniform on 0, ..., classes - 1, int64 [count]; undefined where `classes` is 0.
at::Tensor RandomLabels(int64_t count, int64_t classes, RandomStream random);

}  // namespace wgan

#endif  // COMMON_TRAIN_RANDOM_TENSOR_H_
