// How much of one sample lies where the other one lives, and the reverse: precision and recall, density and coverage.
#ifndef EVAL_METRICS_PRECISION_RECALL_TENSOR_H_
#define EVAL_METRICS_PRECISION_RECALL_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/statusor.h"

namespace wgan {

// Each point of a sample carries a ball: its radius is the distance to its k-th nearest other point in the sample.
struct PrecisionRecall {
  // Improved precision and recall (Kynkaanniemi et al., "Improved precision and recall metric for assessing generative
  // models", NeurIPS 2019, equation (2)), balls closed as in torch-fidelity.
  double precision = 0;  // share of generated points in some ball of a real point
  double recall = 0;     // share of real points in some ball of a generated point
  double f_score = 0;    // 2 precision recall / max(1e-5, precision + recall)
  // Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML 2020, equations (7) and (8),
  // balls open as in the authors' prdc.
  double density = 0;   // mean over generated points of (real balls around it) / k; may exceed 1
  double coverage = 0;  // share of real points whose ball holds a generated point
};

// Of `generated` [n,d] against `real` [m,d] features. The published choices are k = 3 for precision and recall (also
// torch-fidelity's) and k = 5 for density and coverage. Distances are exact (neighbors_tensor.h). kInvalidArgument as
// there, and unless 1 <= k < n, m.
absl::StatusOr<PrecisionRecall> PrecisionAndRecall(const at::Tensor& generated, const at::Tensor& real, int64_t k = 3);

}  // namespace wgan

#endif  // EVAL_METRICS_PRECISION_RECALL_TENSOR_H_
