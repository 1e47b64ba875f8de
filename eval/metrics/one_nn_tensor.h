// Nearest-neighbour classification, as a two-sample test and as a measure of domain adaptation.
#ifndef EVAL_METRICS_ONE_NN_TENSOR_H_
#define EVAL_METRICS_ONE_NN_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

namespace wgan {

// Leave-one-out accuracy of the 1-nearest-neighbour classifier that tells real from generated samples (Lopez-Paz and
// Oquab, "Revisiting classifier two-sample tests", ICLR 2017; as a score of GANs: Xu et al., arXiv 1806.07755). 0.5:
// the samples look alike; 1: they are apart; below 0.5: generated points sit on top of real ones (memorised).
struct TwoSampleAccuracy {
  double accuracy = 0;            // of all samples
  double real_accuracy = 0;       // share of real points whose nearest other point is real
  double generated_accuracy = 0;  // share of generated points whose nearest other point is generated
};

// Of `generated` [n,d] against `real` [m,d]; equal numbers are usual. Euclidean, exact (neighbors_tensor.h); among
// equally near points the first of (real, generated) in order counts. kInvalidArgument as there; n, m >= 1.
absl::StatusOr<TwoSampleAccuracy> TwoSampleOneNn(const at::Tensor& generated, const at::Tensor& real);

// Share of `queries` [m,d] with the same label as the nearest of `points` [n,d] (of equally near ones the first): the
// accuracy of 1-NN domain adaptation, where `points` are transported labelled source images and `queries` the target
// domain's test images. kInvalidArgument as above, and unless there is one label for each row.
absl::StatusOr<double> CrossDomainOneNn(const at::Tensor& points, const std::vector<int64_t>& labels,
                                        const at::Tensor& queries, const std::vector<int64_t>& query_labels);

}  // namespace wgan

#endif  // EVAL_METRICS_ONE_NN_TENSOR_H_
