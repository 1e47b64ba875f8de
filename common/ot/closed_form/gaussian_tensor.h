// Optimal transport between Gaussians with the cost ||x - y||^2 (no factor 1/2): the Bures-Wasserstein distance, which
// is the Frechet distance that FID takes of features. Everything is computed in float64 on the CPU, without graph.
#ifndef COMMON_OT_CLOSED_FORM_GAUSSIAN_TENSOR_H_
#define COMMON_OT_CLOSED_FORM_GAUSSIAN_TENSOR_H_

#include <ATen/core/Tensor.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wgan::ot {

// N(mean, covariance), d >= 1.
struct Gaussian {
  at::Tensor mean;          // [d]
  at::Tensor covariance;    // S [d, d], symmetric positive semi-definite; undefined if it is only known by its factor
  at::Tensor factor;        // F [d, r] with F F^T = S, r its rank; undefined until it is made
  bool triangular = false;  // whether F is Cholesky's: r = d and lower triangular
};

// From moments `mean` [d] and `covariance` [d, d], of any floating-point type; without factor.
// Errors: kInvalidArgument for other shapes, numbers that are not finite, and a matrix that is not symmetric (to 1e-6
// of its largest entry).
absl::StatusOr<Gaussian> MakeGaussian(const at::Tensor& mean, const at::Tensor& covariance);

// Gives `gaussian` its factor if it has none: worth it for a reference that is compared with many. The factor is
// Cholesky's; for a singular covariance it is made of the eigenvectors whose eigenvalues exceed d 2^-52 times the
// largest. Nothing is ever added to the diagonal. kInvalidArgument for an eigenvalue below -1e-6 times the largest.
absl::Status Factorize(Gaussian& gaussian);

// From `samples` [n, d], n >= 2: their mean and the factor X_c^T / sqrt(n - 1) [d, n] of their (unbiased) covariance,
// which itself is not made. The faster way where n < d.
absl::StatusOr<Gaussian> GaussianFromSamples(const at::Tensor& samples);

struct BuresWasserstein {
  double squared = 0;     // W_2^2 = mean_term + trace_term: FID's value
  double distance = 0;    // W_2, its root
  double mean_term = 0;   // ||m_1 - m_2||^2
  double trace_term = 0;  // tr S_1 + tr S_2 - 2 fidelity, not below 0
  double fidelity = 0;    // tr (S_1^1/2 S_2 S_1^1/2)^1/2, the nuclear norm of F_1^T F_2
  bool by_svd = false;    // whether `fidelity` needed the slower, more accurate way
  double rounding = 0;    // an estimate of the rounding error of `fidelity`
};

// W_2^2(N(m_1, S_1), N(m_2, S_2)) = ||m_1 - m_2||^2 + tr(S_1 + S_2 - 2 (S_1^1/2 S_2 S_1^1/2)^1/2)
// (Dowson and Landau, "The Frechet distance between multivariate normal distributions", 1982). Symmetric up to rounding
// and never NaN.
//
// `first` is factorised here if it is not yet. If its factor is triangular, the fidelity is the sum of the roots of the
// eigenvalues of L_1^T S_2 L_1, which are real and computed by a symmetric solver. Roots of eigenvalues near 0 lose
// half of the digits: where the estimate of that error exceeds 1e-9 (tr S_1 + tr S_2), and for singular covariances,
// the singular values of F_1^T F_2 are summed instead, which lose none.
//
// Errors: kInvalidArgument if the dimensions differ or a covariance has a negative eigenvalue (as Factorize).
absl::StatusOr<BuresWasserstein> SolveGaussians(const Gaussian& first, const Gaussian& second);

// The optimal map T(x) = m_2 + A (x - m_1) with A = S_1^-1/2 (S_1^1/2 S_2 S_1^1/2)^1/2 S_1^-1/2 [d, d], symmetric
// positive semi-definite, A S_1 A = S_2 (Peyre and Cuturi, "Computational Optimal Transport", 2019, remark 2.31).
// Errors: kInvalidArgument as SolveGaussians; kFailedPrecondition if S_1 is singular, where there is no map.
absl::StatusOr<at::Tensor> GaussianMap(const Gaussian& first, const Gaussian& second);

}  // namespace wgan::ot

#endif  // COMMON_OT_CLOSED_FORM_GAUSSIAN_TENSOR_H_
