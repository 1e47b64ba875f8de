#include "common/nn/mlp.h"

#include <ATen/ops/leaky_relu.h>
#include <c10/util/Exception.h>

#include <string>

namespace wgan {
namespace {

// The linear layers of a network from `in` to `out` numbers, registered in a container "layers" of `network`.
std::vector<std::shared_ptr<LinearLayer>> RegisterLayers(const MlpConfig& config, int64_t in, int64_t out,
                                                         torch::nn::Module& network) {
  const auto container = network.register_module("layers", std::make_shared<ContainerLayer>());
  std::vector<std::shared_ptr<LinearLayer>> layers;
  for (int i = 0; i <= config.hidden_layers(); ++i) {
    const int64_t width = i == config.hidden_layers() ? out : config.hidden_width();
    layers.push_back(container->register_module(std::to_string(i), std::make_shared<LinearLayer>(in, width)));
    in = width;
  }
  return layers;
}

}  // namespace

MlpCritic::MlpCritic(const MlpConfig& config) : sample_dim_(config.sample_dim()) {
  ValueIndex x = PiecewiseLinear::kInput;
  for (const auto& layer : RegisterLayers(config, config.sample_dim(), 1, *this)) {
    if (x != PiecewiseLinear::kInput) x = operations_.LeakyRelu(x, config.leaky_slope());
    x = operations_.Linear(x, layer->weight, layer->bias);
  }
}

at::Tensor MlpCritic::Forward(const at::Tensor& points) {
  TORCH_CHECK(points.dim() == 2 && points.size(1) == sample_dim_, "the critic takes [B,", sample_dim_, "], not ",
              points.sizes());
  return operations_.Evaluate(points);
}

MlpGenerator::MlpGenerator(const MlpConfig& config)
    : leaky_slope_(config.leaky_slope()),
      layers_(RegisterLayers(config, config.latent_dim(), config.sample_dim(), *this)) {}

at::Tensor MlpGenerator::Forward(const at::Tensor& latents) {
  at::Tensor x = layers_.front()->Forward(latents);
  for (size_t i = 1; i < layers_.size(); ++i) x = layers_[i]->Forward(at::leaky_relu(x, leaky_slope_));
  return x;
}

}  // namespace wgan
