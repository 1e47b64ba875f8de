// Perceptual path length: how much an image changes when its latent moves a little.
#ifndef EVAL_METRICS_PATH_LENGTH_TENSOR_H_
#define EVAL_METRICS_PATH_LENGTH_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace wgan {

// The mean and the standard deviation (dividing by their number) of distances without their extremes.
struct PathLength {
  double mean = 0;
  double standard_deviation = 0;
  int64_t kept = 0;  // samples that count
};

struct PathLengthOptions {
  double epsilon = 1e-4;  // share of the way from the first to the second latent
  int64_t batch_size = 64;
  // Distances below / above these percentiles (the next smaller / greater sample, as numpy's "lower" and "higher") are
  // dropped.
  double lower_percentile = 1, higher_percentile = 99;
};

// Images of latents: [b,z] -> [b,C,H,W].
using GeneratorFunction = std::function<at::Tensor(const at::Tensor& latents)>;
// A distance for each pair of images: [b,C,H,W] x [b,C,H,W] -> [b]. The published score takes LPIPS on VGG-16 features;
// the score of another distance has to be named after it.
using ImageDistance = std::function<at::Tensor(const at::Tensor& first, const at::Tensor& second)>;

// E d(G(z_0), G(z_0 + epsilon (z_1 - z_0))) / epsilon^2 over the rows of `first`, `second` [n,z], which the caller has
// drawn (Karras et al., "A style-based generator architecture for GANs", CVPR 2019, section 4.1, at the path's start as
// torch-fidelity does). kInvalidArgument: shapes, options out of range, distances that are not finite.
absl::StatusOr<PathLength> PerceptualPathLength(const GeneratorFunction& generator, const ImageDistance& distance,
                                                const at::Tensor& first, const at::Tensor& second,
                                                const PathLengthOptions& options = {});

// The statistics of `distances` without the extremes that `options` names.
absl::StatusOr<PathLength> TrimmedPathLength(absl::Span<const double> distances, const PathLengthOptions& options);

// Squared Euclidean distance of features, `features`: [b,C,H,W] -> [b,d].
ImageDistance FeatureDistance(std::function<at::Tensor(const at::Tensor& images)> features);

}  // namespace wgan

#endif  // EVAL_METRICS_PATH_LENGTH_TENSOR_H_
