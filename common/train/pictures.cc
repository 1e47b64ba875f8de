#include "common/train/pictures.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <utility>

#include "common/io/image_grid.h"
#include "common/io/tensor.h"
#include "common/train/random_tensor.h"

namespace wgan {
namespace {

// Below this sine two directions count as one line.
constexpr double kParallel = 1e-6;
// The largest number of samples drawn at once.
constexpr int64_t kChunk = 64;

// Weights of z0 and z1 at `t` for each row, [rows, 1] each. `angle` [rows, 1] in double.
std::pair<at::Tensor, at::Tensor> SphericalWeights(const at::Tensor& angle, double t) {
  const at::Tensor sine = angle.sin(), straight = sine.abs() < kParallel;
  return {at::where(straight, at::full_like(angle, 1 - t), ((1 - t) * angle).sin() / sine),
          at::where(straight, at::full_like(angle, t), (t * angle).sin() / sine)};
}

// The angle between the rows of `a` and `b` [rows, n], as [rows, 1] in [0, pi].
at::Tensor Angles(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor cosine = (a * b).sum(1, true) / (a.norm(2, {1}, true) * b.norm(2, {1}, true));
  return cosine.clamp(-1, 1).acos();
}

}  // namespace

at::Tensor NormalLatents(const RandomStreams& random, absl::string_view stream, int64_t count,
                         const std::vector<int64_t>& latent_shape) {
  std::vector<int64_t> shape = {count};
  shape.insert(shape.end(), latent_shape.begin(), latent_shape.end());
  return StandardNormal(shape, random.Stream(stream, 0));
}

at::Tensor InterpolatedLatents(const at::Tensor& from, const at::Tensor& to, int64_t columns, Interpolation method) {
  const at::Tensor z0 = from.flatten(1).to(at::kDouble), z1 = to.flatten(1).to(at::kDouble);
  const at::Tensor angle = Angles(z0, z1);
  std::vector<at::Tensor> steps;
  for (int64_t column = 0; column < columns; ++column) {
    const double t = static_cast<double>(column) / static_cast<double>(columns - 1);
    if (method == Interpolation::kSpherical) {
      const auto [weight0, weight1] = SphericalWeights(angle, t);
      steps.push_back(weight0 * z0 + weight1 * z1);
    } else {
      steps.push_back((1 - t) * z0 + t * z1);
    }
  }
  std::vector<int64_t> shape = from.sizes().vec();
  shape[0] *= columns;
  return at::stack(steps, 1).reshape(shape).to(at::kFloat);
}

at::Tensor SampleInChunks(Algorithm& algorithm, const at::Tensor& latents) {
  std::vector<at::Tensor> samples;
  for (int64_t begin = 0; begin < latents.size(0); begin += kChunk) {
    samples.push_back(algorithm.Sample(latents.slice(0, begin, std::min(begin + kChunk, latents.size(0)))));
  }
  return at::cat(samples, 0);
}

bool IsImageShape(const std::vector<int64_t>& sample_shape) {
  return sample_shape.size() == 3 && (sample_shape[0] == 1 || sample_shape[0] == 3);
}

Image ContactSheet(const at::Tensor& images, int columns) { return MakeImageGrid(TensorToImages(images), columns); }

}  // namespace wgan
