#include "common/algorithms/gan_networks.h"

#include "common/nn/network_factory.h"

namespace wgan {

at::Tensor GanNetworks::Generate(const at::Tensor& latents, const at::Tensor& labels) const {
  return classes > 0 ? conditional_generator->ForwardOfClass(latents, labels) : generator->Forward(latents);
}

GanNetworks MakeGanNetworks(const NetworkConfig& config, bool with_average, const RandomStreams& random,
                            at::Device device) {
  GanNetworks networks;
  networks.critic = MakeCritic(config, random.Stream("critic_weights", 0));
  networks.generator = MakeGenerator(config, random.Stream("generator_weights", 0));
  networks.critic->to(device);
  networks.generator->to(device);
  if (with_average) {
    networks.average = MakeUninitializedGenerator(config);
    networks.average->to(device);
  }
  networks.latent_dim = LatentDimension(config);
  networks.classes = config.has_gp_resnet() ? config.gp_resnet().classes() : 0;
  if (networks.classes == 0) return networks;
  networks.classifier = std::static_pointer_cast<GpResNetCritic>(networks.critic);
  networks.conditional_generator = std::static_pointer_cast<GpResNetGenerator>(networks.generator);
  return networks;
}

}  // namespace wgan
