// The pictures of a run: what is drawn in them, and contact sheets of it.
#ifndef COMMON_TRAIN_PICTURES_H_
#define COMMON_TRAIN_PICTURES_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/random_stream.h"
#include "common/io/image.h"
#include "common/train/algorithm.h"

namespace wgan {

// Standard normal latents [count, latent_shape...] from the stream called `stream` at index 0: the same in every
// iteration and every session of a run.
at::Tensor NormalLatents(const RandomStreams& random, absl::string_view stream, int64_t count,
                         const std::vector<int64_t>& latent_shape);

enum class Interpolation {
  kStraight,  // (1-t) z0 + t z1
  // Along the great circle through z0 and z1, which keeps the norm typical of a Gaussian (Shoemake, SIGGRAPH 1985):
  // (sin((1-t) w) z0 + sin(t w) z1) / sin w, w the angle between z0 and z1; straight where sin w is nearly 0.
  kSpherical
};

// Points between `from` and `to`, both [rows, latent_shape...]: [rows * columns, latent_shape...], row by row, with
// t = 0, 1/(columns-1), ..., 1. Assumes columns >= 2.
at::Tensor InterpolatedLatents(const at::Tensor& from, const at::Tensor& to, int64_t columns, Interpolation method);

// `algorithm`'s samples for `latents` [n, latent_shape...], drawn in chunks to bound memory.
at::Tensor SampleInChunks(Algorithm& algorithm, const at::Tensor& latents);

// Can samples of this shape be shown? [C,H,W] with C 1 or 3.
bool IsImageShape(const std::vector<int64_t>& sample_shape);

// `images` [n,C,H,W] in [-1,1] in rows of `columns`.
Image ContactSheet(const at::Tensor& images, int columns);

}  // namespace wgan

#endif  // COMMON_TRAIN_PICTURES_H_
