// Entropic optimal transport of tensors as a loss: sinkhorn.h with an autograd graph, on any device.
#ifndef COMMON_OT_ENTROPIC_SINKHORN_TENSOR_H_
#define COMMON_OT_ENTROPIC_SINKHORN_TENSOR_H_

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "common/ot/costs.h"
#include "common/ot/entropic/sinkhorn_types.h"

namespace wgan::ot {

struct EntropicTransportTensors {
  at::Tensor value;  // OT_eps, a scalar of the costs' type on their device, with a graph: the dual value
  Sinkhorn solved;   // the rest, on the host
};

// OT_eps for `costs` [n, m], float32 or float64, and weights `a` [n], `b` [m] (any real type; undefined tensors for
// uniform ones), divided by their totals.
//
// The gradients are envelope gradients, those of OT_eps at exact potentials; nothing goes through iterations:
//   d/dC = P,   d/da_i = (f_i - <a, f>) / sum(a),   d/db_j = (g_j - <b, g>) / sum(b)
// with a, b in <., .> divided by their totals. They have no derivatives of their own: differentiating twice is an
// error.
//
// On the CPU sinkhorn.h solves, in double or with its float kernel, and P is made from the potentials in double. On
// another device EntropicTransportByOperations does.
//
// Errors: kInvalidArgument as in sinkhorn.h, and for other types, shapes, or weights on another device. An iteration
// limit is a status in `solved`, which a caller should look at.
absl::StatusOr<EntropicTransportTensors> EntropicTransport(const at::Tensor& costs, const at::Tensor& a,
                                                           const at::Tensor& b, const SinkhornOptions& options);

// The same by ATen operations on logarithms where the costs are, with the same strategy. Iterates in the costs' type:
// float32 reaches marginal errors of about 1e-6 where max|C| / eps is below ten, and proportionally larger ones above;
// the result says kRoundingLimit then. The error is measured in float64. One number is copied to the host each
// iteration. `options.kernel` and `options.instruction_set` are not looked at.
absl::StatusOr<EntropicTransportTensors> EntropicTransportByOperations(const at::Tensor& costs, const at::Tensor& a,
                                                                       const at::Tensor& b,
                                                                       const SinkhornOptions& options);

// The plan P [n, m] of `solved`, a constant in the type and on the device of `costs`; a, b as above.
at::Tensor EntropicPlan(const at::Tensor& costs, const at::Tensor& a, const at::Tensor& b, const Sinkhorn& solved);

struct SinkhornDivergenceTensors {
  at::Tensor value;            // S_eps, a scalar with a graph: half of SWGAN's 2 d - d - d
  double transport_value = 0;  // with <C, P> in place of OT_eps: half of SWGAN's (9), 2 dbar - dbar - dbar
  Sinkhorn cross, source_self, target_self;
  SinkhornStatus status = SinkhornStatus::kIterationLimit;  // kConverged if all three are, else the first other one
};

// The debiased divergence S_eps of sinkhorn_divergence.h between uniform clouds `source` [n, ...] and `target`
// [m, ...] with the costs of costs_tensor.h, differentiable once in both, in both arguments of each self term. Errors:
// also those of PairwiseCosts.
absl::StatusOr<SinkhornDivergenceTensors> DebiasedSinkhorn(GroundCost cost, const at::Tensor& source,
                                                           const at::Tensor& target, const SinkhornOptions& options,
                                                           double scale = 1);

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_SINKHORN_TENSOR_H_
