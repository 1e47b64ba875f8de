// Strongly convex regularisers of transport plans and the functions f_lambda, M that they put into the dual
// (Sanjabi, Ba, Razaviyayn, Lee, "On the Convergence and Robustness of Training GANs with Regularized Optimal
// Transport", NeurIPS 2018; "the paper" in this folder).
//
// A plan pi between q (rows, source) and p (columns, target) has the density m_ij = pi_ij / (q_i p_j). A separable
// regulariser is a convex function h of the density, I(pi) = sum_ij q_i p_j h(m_ij). Its primal and dual are
//
//   d = min_pi  <pi, c> + lambda I(pi)                                                          (4)
//     = max_phi,psi F(phi, psi) = E_q phi - E_p psi - E_qxp f_lambda(V_ij),  V_ij = phi_i - psi_j - c_ij   (5), (23)
//
// with f_lambda(v) = lambda h*(v / lambda), and the best plan has the density m_ij = M(V_ij), M = f_lambda' (6):
//
//            h(m)        f_lambda(v)                  M(v)
//   KL       m log m     (lambda / e) exp(v/lambda)   exp(v/lambda - 1)
//   norm-2   m^2 / 2     max(v, 0)^2 / (2 lambda)     max(v, 0) / lambda
//
// (phi + t, psi + t) gives the same V: potentials are unique up to that, for norm-2 only if the support of the plan is
// connected. I is 0 .. log min(n, m) for KL and 1/2 .. min(n, m)/2 for norm-2 between n and m equal weights.
//
// Others' notations for the same dual, with u on the source and v on the target side, u + v <= c:
//   textbook Sinkhorn potentials (common/ot/entropic), plan q p exp((f + g - c)/lambda), d = E f + E g:
//     phi - psi = f + g + lambda, for instance phi = f + lambda, psi = -g;
//   Seguy et al. 2018, entropic: maximise E u + E v - eps E exp((u + v - c)/eps), without the 1/e:
//     lambda = eps, phi = u + lambda, psi = -v, and their optimum is d - lambda;
//   Seguy et al. 2018, L2: penalty max(u + v - c, 0)^2 / (4 eps): lambda = 2 eps, phi = u, psi = -v;
//   W2GAN and its Barycentric-OT: penalty w max(u + v - c, 0)^2, plan density 2 w max(u + v - c, 0):
//     lambda = 1/(2 w), phi = u, psi = -v. Exact as w -> infinity, which is lambda -> 0.
#ifndef COMMON_OT_REGULARIZED_REGULARIZER_H_
#define COMMON_OT_REGULARIZED_REGULARIZER_H_

#include <cmath>
#include <utility>

namespace wgan::ot {

enum class Regularizer { kKl, kNorm2 };

// A regulariser is a type with the three functions of Kl and Norm2: h, its conjugate h*, and (h*)'. One more of them is
// one more such type, one more enumerator, and what the compiler then asks for: a case in each `switch` over
// Regularizer.
struct Kl {
  // h(m) = m log m, 0 at 0. Assumes m >= 0.
  static double Penalty(double density) { return density > 0 ? density * std::log(density) : 0; }
  // h*(t) = max_m t m - h(m) = exp(t - 1).
  static double Conjugate(double t) { return std::exp(t - 1); }
  // (h*)'(t), the m at which that maximum is attained.
  static double Density(double t) { return std::exp(t - 1); }
};

struct Norm2 {
  // h(m) = m^2 / 2, for m >= 0.
  static double Penalty(double density) { return density * density / 2; }
  // h*(t) = max(t, 0)^2 / 2: the maximum is over m >= 0.
  static double Conjugate(double t) { return t > 0 ? t * t / 2 : 0; }
  static double Density(double t) { return t > 0 ? t : 0; }
};

// `visitor(Kl())` or `visitor(Norm2())`.
template <typename Visitor>
auto VisitRegularizer(Regularizer regularizer, Visitor&& visitor) {
  switch (regularizer) {
    case Regularizer::kKl:
      return std::forward<Visitor>(visitor)(Kl());
    case Regularizer::kNorm2:
      break;
  }
  return std::forward<Visitor>(visitor)(Norm2());
}

// f_lambda(v) = lambda h*(v / lambda): what the dual pays for the violation v = phi - psi - c. Assumes lambda > 0, as
// all functions here do; KL overflows to infinity at v > 710 lambda.
inline double ViolationPenalty(Regularizer regularizer, double v, double lambda) {
  return VisitRegularizer(regularizer, [=](auto h) { return lambda * h.Conjugate(v / lambda); });
}

// M(v) = f_lambda'(v) = (h*)'(v / lambda), the density of the plan.
inline double PlanDensity(Regularizer regularizer, double v, double lambda) {
  return VisitRegularizer(regularizer, [=](auto h) { return h.Density(v / lambda); });
}

// h(m), whose mean over q x p is I(pi).
inline double DensityPenalty(Regularizer regularizer, double density) {
  return VisitRegularizer(regularizer, [=](auto h) { return h.Penalty(density); });
}

// exp(v/lambda - 1) of potentials that are far from optimal, as networks' are, overflows. Where the exponent exceeds
// this cap, f_lambda goes on as its tangent and M stays at exp(cap) = 1.07e13: F is still concave and differentiable
// with exactly these derivatives, and finite. Evaluations count the entries beyond the cap; a plan between n and m
// equal weights has none for n, m < 1e13. Norm-2 needs no cap. What is not finite even so (potentials or costs that are
// not numbers) is an error everywhere.
inline constexpr double kMaxExponent = 30;

// lambda of KL for Seguy's entropic eps, and of norm-2 for Seguy's L2 eps.
inline double LambdaOfSeguyEntropic(double eps) { return eps; }
inline double LambdaOfSeguyL2(double eps) { return 2 * eps; }

// lambda of norm-2 for a penalty `weight` * max(u + v - c, 0)^2 (W2GAN, Barycentric-OT), and back.
inline double LambdaOfSquaredHinge(double weight) { return 1 / (2 * weight); }
inline double SquaredHingeWeight(double lambda) { return 1 / (2 * lambda); }

}  // namespace wgan::ot

#endif  // COMMON_OT_REGULARIZED_REGULARIZER_H_
