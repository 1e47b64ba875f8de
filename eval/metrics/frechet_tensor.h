// The Frechet distance between two samples of feature vectors; of Inception's 2048 features it is the FID.
#ifndef EVAL_METRICS_FRECHET_TENSOR_H_
#define EVAL_METRICS_FRECHET_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <string>

#include "absl/status/statusor.h"
#include "eval/metrics/moments_tensor.h"

namespace wgan {

// d^2 = |mu_1 - mu_2|^2 + tr(S_1 + S_2 - 2 (S_1 S_2)^(1/2)), the squared 2-Wasserstein distance between the Gaussians
// with these moments (Heusel et al., "GANs trained by a two time-scale update rule", NeurIPS 2017, equation (6)).
struct FrechetDistance {
  double distance = 0;    // d^2 >= 0
  double mean_part = 0;   // |mu_1 - mu_2|^2
  double trace_part = 0;  // tr(S_1 + S_2) - 2 tr (S_1 S_2)^(1/2)
  // Empty, or a sentence: a sample is so small that its covariance is singular, and the score then depends on the
  // number of samples more than on their quality. Shown with the score.
  std::string warning;
};

// From means [d] and covariances [d,d], by common/ot/closed_form/gaussian_tensor.h: a symmetric eigen-solve, never NaN,
// no matter how singular the covariances are. kInvalidArgument: shapes that do not fit, numbers that are not finite, a
// matrix that is not symmetric or has a negative eigenvalue (by more than rounding). O(d^3).
absl::StatusOr<FrechetDistance> FrechetFromStatistics(const FeatureStatistics& first, const FeatureStatistics& second);

// From features [n_1,d], [n_2,d]. A sample with n <= d is not turned into a covariance: its centred features are a
// factor of it, of lower rank, and that is faster and more accurate. Errors: those of StatisticsOf and the above.
absl::StatusOr<FrechetDistance> FrechetFromFeatures(const at::Tensor& first, const at::Tensor& second);

}  // namespace wgan

#endif  // EVAL_METRICS_FRECHET_TENSOR_H_
