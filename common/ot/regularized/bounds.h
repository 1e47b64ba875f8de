// The paper's bounds around regularised transport, as functions of the constants in them. regularizer.h has the
// notation; norms of parameters are Euclidean, |.|_1 of plans is the sum of absolute masses.
#ifndef COMMON_OT_REGULARIZED_BOUNDS_H_
#define COMMON_OT_REGULARIZED_BOUNDS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "common/ot/regularized/regularizer.h"

namespace wgan::ot {

// Corollary B.1.1: the largest I over optimal unregularised plans between `rows` and `columns` equal weights: log K for
// KL and K/2 for norm-2, K = min(rows, columns).
inline double MaxPenalty(Regularizer regularizer, int64_t rows, int64_t columns) {
  const double k = static_cast<double>(std::min(rows, columns));
  switch (regularizer) {
    case Regularizer::kKl:
      return std::log(k);
    case Regularizer::kNorm2:
      break;
  }
  return k / 2;
}

// Lemma B.1 (12): d - lambda I* <= d_c <= d, with d the regularised optimum, d_c the unregularised one, and I* the
// penalty of an optimal unregularised plan or a bound on it. This is the left side.
inline double UnregularizedLowerBound(double d, double lambda, double penalty) { return d - lambda * penalty; }

// Appendix G: the plan of duals that are `eps`-accurate (F* - F(phi, psi) <= eps) is this near the best one in |.|_1.
// norm-2: sqrt(2 eps / lambda). KL: 2 sqrt(m eps / lambda) with `max_density` m the largest entry of both plans'
// densities; norm-2 does not use it.
inline double PlanErrorBound(Regularizer regularizer, double eps, double lambda, double max_density) {
  switch (regularizer) {
    case Regularizer::kKl:
      return 2 * std::sqrt(max_density * eps / lambda);
    case Regularizer::kNorm2:
      break;
  }
  return std::sqrt(2 * eps / lambda);
}

// Theorem 4.1 (7) with its constants: |E m grad_theta c - grad h_lambda(theta)| for `eps`-accurate duals. `l0` is the
// root mean square of |grad_theta c_ij| over q x p.
inline double GradientErrorBound(Regularizer regularizer, double l0, double eps, double lambda, double max_density) {
  return l0 * PlanErrorBound(regularizer, eps, lambda, max_density);
}

// Theorem 3.1 (KL) and E.1 (norm-2): the best plans at parameters `distance` apart differ at most by this in |.|_1.
// `l0` is a Lipschitz constant of the costs in theta (norm-2: in the root mean square). (29) is this for a linear
// generator and half the squared distance, with l0 = r_x r_y.
inline double PlanStabilityBound(double l0, double lambda, double distance) { return l0 / lambda * distance; }

// The same theorems: a Lipschitz constant of grad h_lambda, with `l1` one of grad_theta c.
inline double GradientLipschitz(double l1, double l0, double lambda) { return l1 + l0 * l0 / lambda; }

// Corollary F.0.1: the same for G(z) = Theta z with |z| <= r_x in `latent_dimension` n, |y| <= r_y in `data_dimension`
// d, and half the squared distance: lambda_max + r_x^2 r_y^2 sqrt(n d) / lambda, lambda_max the largest eigenvalue of
// the latent covariance (the paper prints sigma_max^2).
inline double LinearGeneratorLipschitz(double lambda_max, double r_x, double r_y, int64_t latent_dimension,
                                       int64_t data_dimension, double lambda) {
  const double root = std::sqrt(static_cast<double>(latent_dimension) * static_cast<double>(data_dimension));
  return lambda_max + r_x * r_x * r_y * r_y * root / lambda;
}

// The step size and the bound of Theorem 4.2.
struct SgdBound {
  double step_size;
  double mean_squared_gradient;  // of E |grad h(theta_t)|^2 over t = 0 .. steps - 1
};

// Theorem 4.2: plain SGD on h with gradients whose mean is off by at most `delta` and whose variance is at most
// `noise`^2, `lipschitz` = L of grad h, `gap` = D = h(theta_0) - inf h. Up to 2 D L / noise^2 steps the step size is
// 1/L and the bound 2 L D / T + delta^2 + noise^2; from there on sqrt(2 D / (L noise^2 T)) and noise sqrt(8 L D / T) +
// delta^2.
inline SgdBound InexactSgdBound(double lipschitz, double gap, double delta, double noise, int64_t steps) {
  const double t = static_cast<double>(steps), variance = noise * noise;
  if (t * variance < 2 * gap * lipschitz) {
    return {1 / lipschitz, 2 * lipschitz * gap / t + delta * delta + variance};
  }
  return {std::sqrt(2 * gap / (lipschitz * variance * t)), noise * std::sqrt(8 * lipschitz * gap / t) + delta * delta};
}

}  // namespace wgan::ot

#endif  // COMMON_OT_REGULARIZED_BOUNDS_H_
