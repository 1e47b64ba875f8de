#include "common/train/random_tensor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include "absl/types/span.h"

namespace wgan {

at::Tensor StandardNormal(at::IntArrayRef shape, RandomStream random) {
  at::Tensor numbers = at::empty(shape, at::kFloat);
  random.FillNormal(absl::MakeSpan(numbers.mutable_data_ptr<float>(), numbers.numel()));
  return numbers;
}

at::Tensor Uniform(at::IntArrayRef shape, double low, double high, RandomStream& random) {
  at::Tensor numbers = at::empty(shape, at::kFloat);
  random.FillUniform(absl::MakeSpan(numbers.mutable_data_ptr<float>(), numbers.numel()));
  return low == 0 && high == 1 ? numbers : numbers.mul_(high - low).add_(low);
}

at::Tensor RandomLabels(int64_t count, int64_t classes, RandomStream random) {
  if (classes == 0) return {};
  at::Tensor labels = at::empty({count}, at::kLong);
  for (int64_t i = 0; i < count; ++i) {
    labels.mutable_data_ptr<int64_t>()[i] = random.Below(static_cast<uint32_t>(classes));
  }
  return labels;
}

}  // namespace wgan
