// The kernel distance between two samples of feature vectors; of Inception's 2048 features it is the KID.
#ifndef EVAL_METRICS_KERNEL_DISTANCE_TENSOR_H_
#define EVAL_METRICS_KERNEL_DISTANCE_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"

namespace wgan {

// The subsets over which the estimate is averaged; the defaults are torch-fidelity's.
struct KernelDistanceOptions {
  int64_t subsets = 100;
  int64_t subset_size = 1000;
  uint32_t seed = 2020;
};

struct KernelDistance {
  double mean = 0;                // over subsets; may be a little below 0, the estimate being unbiased
  double standard_deviation = 0;  // over subsets, dividing by their number
};

// The squared maximum mean discrepancy with kernel k(x, y) = (<x, y> / d + 1)^3 between `first` [n_1,d] and `second`
// [n_2,d] (Binkowski et al., "Demystifying MMD GANs", ICLR 2018, equation (4)): for subsets X, Y of m rows each
//   sum_(i != j) (k(x_i, x_j) + k(y_i, y_j)) / (m (m - 1)) - 2 sum_ij k(x_i, y_j) / m^2,
// mean and standard deviation over random subsets. These are those of torch-fidelity at the same seed:
// RandomState(seed) chooses from the first, then from the second sample, without replacement. Products are taken in the
// features' own type, float or double; cubes and sums in double. kInvalidArgument: other shapes, numbers that are not
// finite, fewer samples than `subset_size`, `subset_size` < 2 or `subsets` < 1.
absl::StatusOr<KernelDistance> PolynomialKernelDistance(const at::Tensor& first, const at::Tensor& second,
                                                        const KernelDistanceOptions& options = {});

}  // namespace wgan

#endif  // EVAL_METRICS_KERNEL_DISTANCE_TENSOR_H_
