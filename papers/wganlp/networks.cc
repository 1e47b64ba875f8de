#include "papers/wganlp/networks.h"

#include <ATen/ATen.h>

#include "absl/types/span.h"
#include "common/nn/network_factory.h"

namespace wgan::wganlp {

at::Tensor GanNetworks::Generate(const at::Tensor& latents, const at::Tensor& labels) const {
  return classes > 0 ? conditional_generator->ForwardOfClass(latents, labels) : generator->Forward(latents);
}

GanNetworks MakeGanNetworks(const NetworkConfig& config, const RandomStreams& random, at::Device device) {
  GanNetworks networks;
  networks.critic = MakeCritic(config, random.Stream("critic_weights", 0));
  networks.generator = MakeGenerator(config, random.Stream("generator_weights", 0));
  networks.critic->to(device);
  networks.generator->to(device);
  networks.latent_dim = config.has_mlp() ? config.mlp().latent_dim() : config.gp_resnet().latent_dim();
  networks.classes = config.has_gp_resnet() ? config.gp_resnet().classes() : 0;
  if (networks.classes == 0) return networks;
  networks.classifier = std::static_pointer_cast<GpResNetCritic>(networks.critic);
  networks.conditional_generator = std::static_pointer_cast<GpResNetGenerator>(networks.generator);
  return networks;
}

at::Tensor NormalTensor(int64_t count, int64_t dimension, RandomStream random) {
  at::Tensor numbers = at::empty({count, dimension}, at::kFloat);
  random.FillNormal(absl::MakeSpan(numbers.mutable_data_ptr<float>(), numbers.numel()));
  return numbers;
}

at::Tensor UniformTensor(at::IntArrayRef shape, double low, double high, RandomStream& random) {
  at::Tensor numbers = at::empty(shape, at::kFloat);
  random.FillUniform(absl::MakeSpan(numbers.mutable_data_ptr<float>(), numbers.numel()));
  return low == 0 && high == 1 ? numbers : numbers.mul_(high - low).add_(low);
}

at::Tensor RandomLabels(int64_t count, int64_t classes, RandomStream random) {
  if (classes == 0) return {};
  at::Tensor labels = at::empty({count}, at::kLong);
  for (int64_t i = 0; i < count; ++i) {
    labels.mutable_data_ptr<int64_t>()[i] = random.Below(static_cast<uint32_t>(classes));
  }
  return labels;
}

}  // namespace wgan::wganlp
