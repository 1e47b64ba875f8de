// The two networks of a run, and the random numbers that go into them.
#ifndef PAPERS_WGANLP_NETWORKS_H_
#define PAPERS_WGANLP_NETWORKS_H_

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <memory>

#include "common/base/random_stream.h"
#include "common/nn/gp_resnet.h"
#include "common/nn/network.h"
#include "common/nn/network.pb.h"

namespace wgan::wganlp {

struct GanNetworks {
  std::shared_ptr<Network> critic, generator;
  // The same two where they are the conditional networks of AC-GAN, else null.
  std::shared_ptr<GpResNetCritic> classifier;
  std::shared_ptr<GpResNetGenerator> conditional_generator;
  int64_t latent_dim = 0;
  int64_t classes = 0;

  // G(z), of the given classes where there are any. `latents` [n,latent_dim], `labels` int64 [n].
  at::Tensor Generate(const at::Tensor& latents, const at::Tensor& labels) const;
};

// Freshly initialised ones on `device`. Assumes a valid config.
GanNetworks MakeGanNetworks(const NetworkConfig& config, const RandomStreams& random, at::Device device);

// z ~ N(0, I) [count, dimension].
at::Tensor NormalTensor(int64_t count, int64_t dimension, RandomStream random);
// Uniform on [low, high), of shape `shape`.
at::Tensor UniformTensor(at::IntArrayRef shape, double low, double high, RandomStream& random);
// Uniform on 0, ..., classes - 1, int64 [count]; undefined where `classes` is 0.
at::Tensor RandomLabels(int64_t count, int64_t classes, RandomStream random);

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_NETWORKS_H_
