// The regularised dual between two minibatches of tensors, and the losses that Algorithms 1 and 2 of the paper make of
// its plan. regularizer.h has the notation; here all weights are equal, so E is a plain mean (23).
#ifndef COMMON_OT_REGULARIZED_REGULARIZED_TENSOR_H_
#define COMMON_OT_REGULARIZED_REGULARIZED_TENSOR_H_

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "common/ot/regularized/dual.h"
#include "common/ot/regularized/regularizer.h"

namespace wgan::ot {

// kPlain is F; kShiftInvariant is F' = max_t F(phi + t, psi) (KlShift in dual.h), for KL only: it never overflows and
// its density has mean 1, so that the check (26) is void.
enum class DualForm { kPlain, kShiftInvariant };

// F at potentials of a minibatch.
struct DualTensor {
  at::Tensor value;           // F or F', scalar, of phi's type; differentiable once in phi and psi, in nothing else
  DualStatistics statistics;  // constants on the host; OracleSatisfied takes them
};

// F(phi, psi) for `phi` and `psi` of n and m elements of any shape (a network's [n, 1] is fine) and `costs` [n, m],
// float or double alike, on one device. Ascend it with the potentials' networks. Gradients are the analytic ones,
// dF/dphi_i = (1 - mean_j m_ij)/n and dF/dpsi_j = -(1 - mean_i m_ij)/m; none flows to the costs. On the CPU value,
// gradients and statistics take one pass without any [n, m] temporary, in double; elsewhere ATen operations in the
// tensors' own type, and one copy of a few numbers to the host.
//
// Errors: kInvalidArgument if sizes, types or devices do not fit, for a bad lambda (ValidateLambda), and for
// kShiftInvariant without KL; kInternal if F is not finite.
absl::StatusOr<DualTensor> DualObjective(const at::Tensor& phi, const at::Tensor& psi, const at::Tensor& costs,
                                         Regularizer regularizer, double lambda, DualForm form = DualForm::kPlain);

// The second way alone, on any device; the same numbers up to rounding in the tensors' type.
absl::StatusOr<DualTensor> DualObjectiveByOperations(const at::Tensor& phi, const at::Tensor& psi,
                                                     const at::Tensor& costs, Regularizer regularizer, double lambda,
                                                     DualForm form = DualForm::kPlain);

// The plan (6) of the potentials by its density m [n, m] (pi_ij = m_ij / (n m)), a constant: nothing flows through it
// to phi, psi or costs. In the type and on the device of `costs`. Assumes what DualObjective checks.
at::Tensor SmoothedPlan(const at::Tensor& phi, const at::Tensor& psi, const at::Tensor& costs, Regularizer regularizer,
                        double lambda, DualForm form = DualForm::kPlain);

// Danskin's formula (32) as a loss: mean_ij m_ij c_ij, whose gradient flows through the costs only, E m grad c. With a
// generator's costs and m from SmoothedPlan it is Algorithm 1's loss, and its gradient that of h_lambda = d (not that
// of dbar). A generator that also follows phi, as a WGAN's does, adds DualObjective(...).value to it.
at::Tensor PlanWeightedCost(const at::Tensor& density, const at::Tensor& costs);

// A density and the costs that it weighs, [n, m] both.
struct PlanAndCosts {
  at::Tensor density, costs;
};

// Algorithm 2's loss for the generator: 2 E m1 c(x, y) - E m2 c(x, x'), x and x' independent generated batches and
// gradients through both of them. Its gradient is that of the Sinkhorn loss 2 d(x, y) - d(x, x') - d(y, y').
at::Tensor SinkhornGeneratorLoss(const PlanAndCosts& xy, const PlanAndCosts& xx);

// (46) as a loss for the learned features of the cost, to be minimised: minus (2 E m1 c(x, y) + E m2 c(x, x') +
// E m3 c(y, y')), all of one sign, unlike the loss above.
at::Tensor FeatureLossToMinimise(const PlanAndCosts& xy, const PlanAndCosts& xx, const PlanAndCosts& yy);

}  // namespace wgan::ot

#endif  // COMMON_OT_REGULARIZED_REGULARIZED_TENSOR_H_
