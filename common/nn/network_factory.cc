#include "common/nn/network_factory.h"

#include <c10/util/Exception.h>

#include "common/nn/gp_resnet.h"
#include "common/nn/initialize.h"
#include "common/nn/mlp.h"
#include "common/nn/resnet.h"

namespace wgan {
namespace {

// A network whose initial values are its own rule.
template <typename T>
std::shared_ptr<Network> Initialized(const GpResNetConfig& config, RandomStream& random) {
  auto network = std::make_shared<T>(config);
  network->Initialize(random);
  return network;
}

}  // namespace

std::shared_ptr<Network> MakeUninitializedCritic(const NetworkConfig& config) {
  switch (config.architecture_case()) {
    case NetworkConfig::kQcResnet:
      return std::make_shared<QcResNetCritic>(config.qc_resnet());
    case NetworkConfig::kMlp:
      return std::make_shared<MlpCritic>(config.mlp());
    case NetworkConfig::kGpResnet:
      return std::make_shared<GpResNetCritic>(config.gp_resnet());
    case NetworkConfig::ARCHITECTURE_NOT_SET:
      break;
  }
  TORCH_CHECK(false, "the network config was not validated: it names no architecture");
}

std::shared_ptr<Network> MakeUninitializedGenerator(const NetworkConfig& config) {
  switch (config.architecture_case()) {
    case NetworkConfig::kQcResnet:
      return std::make_shared<QcResNetGenerator>(config.qc_resnet());
    case NetworkConfig::kMlp:
      return std::make_shared<MlpGenerator>(config.mlp());
    case NetworkConfig::kGpResnet:
      return std::make_shared<GpResNetGenerator>(config.gp_resnet());
    case NetworkConfig::ARCHITECTURE_NOT_SET:
      break;
  }
  TORCH_CHECK(false, "the network config was not validated: it names no architecture");
}

std::shared_ptr<Network> MakeCritic(const NetworkConfig& config, RandomStream random) {
  if (config.has_gp_resnet()) return Initialized<GpResNetCritic>(config.gp_resnet(), random);
  std::shared_ptr<Network> critic = MakeUninitializedCritic(config);
  Initialize(*critic, Fan::kOut, random);
  return critic;
}

std::shared_ptr<Network> MakeGenerator(const NetworkConfig& config, RandomStream random) {
  if (config.has_gp_resnet()) return Initialized<GpResNetGenerator>(config.gp_resnet(), random);
  std::shared_ptr<Network> generator = MakeUninitializedGenerator(config);
  Initialize(*generator, Fan::kIn, random);
  return generator;
}

}  // namespace wgan
