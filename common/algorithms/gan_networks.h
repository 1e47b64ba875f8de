// The networks of a run, and their generated samples.
#ifndef COMMON_ALGORITHMS_GAN_NETWORKS_H_
#define COMMON_ALGORITHMS_GAN_NETWORKS_H_

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <memory>

#include "common/base/random_stream.h"
#include "common/nn/gp_resnet.h"
#include "common/nn/network.h"
#include "common/nn/network.pb.h"

namespace wgan {

struct GanNetworks {
  std::shared_ptr<Network> critic, generator;
  std::shared_ptr<Network> average;  // of the generator's parameters (common/train/ema.h); null: none is kept
  // The same two where they are the conditional networks of AC-GAN, else null.
  std::shared_ptr<GpResNetCritic> classifier;
  std::shared_ptr<GpResNetGenerator> conditional_generator;
  int64_t latent_dim = 0;
  int64_t classes = 0;

  // G(z), of the given classes where there are any. `latents` [n,latent_dim], `labels` int64 [n].
  at::Tensor Generate(const at::Tensor& latents, const at::Tensor& labels) const;
};

// Freshly initialised ones on `device`. Assumes a valid config.
GanNetworks MakeGanNetworks(const NetworkConfig& config, bool with_average, const RandomStreams& random,
                            at::Device device);

}  // namespace wgan

#endif  // COMMON_ALGORITHMS_GAN_NETWORKS_H_
