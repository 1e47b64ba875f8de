// Wasserstein GAN With Quadratic Transport Cost (Liu, Gu, Samaras, ICCV 2019): its equations.
//
// Notation, the paper's: D critic; y_i, i in I, a batch of real samples; x_j, j in J, a batch of generated ones, both
// of size n here; c(x, y) = K/2 ||x - y||^2 the transport cost; H_r [n], H_s [n] the optimal Kantorovich duals of the
// two batches, centred (common/ot/exact/kantorovich.h); sigma(j) the real sample that x_j is matched to; d_j =
// ||y_sigma(j) - x_j||; g_j = grad_x D(x_j). H, sigma and d are constants: no gradient flows into them.
#ifndef PAPERS_WGANQC_OBJECTIVE_H_
#define PAPERS_WGANQC_OBJECTIVE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace wgan::wganqc {

// K of the transport cost: `configured` if positive, else 1 / dim (the released code), so that with data in [-1,1] the
// cost of two images is at most 2. `dim` is the number of values in one sample.
double CostScale(double configured, int64_t dim);

// The weight of the regulariser R in the code, LAMBDA = 4 sqrt(K) gamma.
double RegularizerWeight(double cost_scale, double gamma);

// The weight of the same term in the supplement's Lemma 1, lambda = gamma / sqrt(K):
// LAMBDA * R = lambda/2 mean_j (||g_j|| - K d_j)^2.
double LemmaLambda(double cost_scale, double gamma);

// d_j = ||y_sigma(j) - x_j|| [n], the Euclidean norm over all values of a sample. `sigma` [n] int64.
at::Tensor MatchedDistances(const at::Tensor& real, const at::Tensor& fake, const at::Tensor& sigma);

// 1/2 (mean_i D(y_i) - mean_i H_r[i])^2: on the real side only the means are matched. Scalar.
at::Tensor RealRegressionLoss(const at::Tensor& critic_real, const at::Tensor& real_duals);

// 1/2 mean_j (D(x_j) - H_s[j])^2: every generated sample is matched to its own dual. Scalar.
at::Tensor FakeRegressionLoss(const at::Tensor& critic_fake, const at::Tensor& fake_duals);

// Optimal transport regulariser (OTR), in the code's form: R = 1/2 mean_j (||g_j|| / (2 sqrt(K)) - sqrt(K)/2 d_j)^2.
// It ties the slope of D at x_j to K times the distance that Eq. (8), grad D(x_j) = K (y_sigma(j) - x_j), asks for.
// `gradient_norms`, `distances` [n]. Scalar.
at::Tensor OptimalTransportRegularizer(const at::Tensor& gradient_norms, const at::Tensor& distances,
                                       double cost_scale);

// The critic's whole objective, Eq. (10): regression on the duals plus LAMBDA * OTR.
struct CriticLoss {
  at::Tensor regression_real;  // the two terms of L_reg
  at::Tensor regression_fake;
  at::Tensor regularizer;  // R, without its weight
  at::Tensor total;        // regression_real + regression_fake + LAMBDA * R
};
struct CriticTargets {
  at::Tensor real_duals;  // H_r [n]
  at::Tensor fake_duals;  // H_s [n]
  at::Tensor distances;   // d [n]
  double cost_scale;      // K
  double gamma;           // 0 leaves the regulariser out
};
// `critic_real` = D(y) [n], `critic_fake` = D(x) [n], `input_gradients` = g [n, ...].
CriticLoss TotalCriticLoss(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                           const at::Tensor& input_gradients, const CriticTargets& targets);

// The derivatives of TotalCriticLoss with respect to what the critic puts out, for the closed-form parameter gradient
// (common/nn/piecewise_linear.h): dL/dD(y) [n], dL/dD(x) [n], dL/dg [n, ...].
struct CriticLossDerivatives {
  CriticLoss loss;
  at::Tensor critic_real;
  at::Tensor critic_fake;
  at::Tensor input_gradients;  // undefined if gamma is 0
};
CriticLossDerivatives DifferentiateCriticLoss(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                              const at::Tensor& input_gradients, const CriticTargets& targets);

// L_G = -mean_j D(G(z_j)). Scalar.
at::Tensor GeneratorLoss(const at::Tensor& critic_fake);

// Theorem 1 for any D, not only at the optimum (Cauchy-Schwarz on the terms of L_reg): with WD = mean D(y) - mean D(x)
// and W the batch's exact transport cost, |WD - W| <= 2 sqrt(L_reg). Returns the right side.
double Theorem1Bound(double regression_loss);

}  // namespace wgan::wganqc

#endif  // PAPERS_WGANQC_OBJECTIVE_H_
