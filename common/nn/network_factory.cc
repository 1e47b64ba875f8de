#include "common/nn/network_factory.h"

#include <c10/util/Exception.h>

#include "common/nn/cr_resnet.h"
#include "common/nn/gp_resnet.h"
#include "common/nn/gp_resnet64.h"
#include "common/nn/initialize.h"
#include "common/nn/mlp.h"
#include "common/nn/resnet.h"

namespace wgan {
namespace {

// A network whose initial values are its own rule.
template <typename T, typename Config>
std::shared_ptr<Network> Initialized(const Config& config, RandomStream& random) {
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
    case NetworkConfig::kGpResnet64:
      return std::make_shared<GpResNet64Critic>(config.gp_resnet64());
    case NetworkConfig::kCrResnet:
      return std::make_shared<CrResNetCritic>(config.cr_resnet());
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
    case NetworkConfig::kGpResnet64:
      return std::make_shared<GpResNet64Generator>(config.gp_resnet64());
    case NetworkConfig::kCrResnet:
      return std::make_shared<CrResNetGenerator>(config.cr_resnet());
    case NetworkConfig::ARCHITECTURE_NOT_SET:
      break;
  }
  TORCH_CHECK(false, "the network config was not validated: it names no architecture");
}

std::shared_ptr<Network> MakeCritic(const NetworkConfig& config, RandomStream random) {
  if (config.has_gp_resnet()) return Initialized<GpResNetCritic>(config.gp_resnet(), random);
  if (config.has_gp_resnet64()) return Initialized<GpResNet64Critic>(config.gp_resnet64(), random);
  std::shared_ptr<Network> critic = MakeUninitializedCritic(config);
  if (config.has_cr_resnet()) {
    InitializeByDefault(*critic, random);
  } else {
    Initialize(*critic, Fan::kOut, random);
  }
  return critic;
}

std::shared_ptr<Network> MakeGenerator(const NetworkConfig& config, RandomStream random) {
  if (config.has_gp_resnet()) return Initialized<GpResNetGenerator>(config.gp_resnet(), random);
  if (config.has_gp_resnet64()) return Initialized<GpResNet64Generator>(config.gp_resnet64(), random);
  std::shared_ptr<Network> generator = MakeUninitializedGenerator(config);
  if (config.has_cr_resnet()) {
    InitializeByDefault(*generator, random);
  } else {
    Initialize(*generator, Fan::kIn, random);
  }
  return generator;
}

int64_t LatentDimension(const NetworkConfig& config) {
  switch (config.architecture_case()) {
    case NetworkConfig::kQcResnet:
      return config.qc_resnet().latent_dim();
    case NetworkConfig::kMlp:
      return config.mlp().latent_dim();
    case NetworkConfig::kGpResnet:
      return config.gp_resnet().latent_dim();
    case NetworkConfig::kGpResnet64:
      return config.gp_resnet64().latent_dim();
    case NetworkConfig::kCrResnet:
      return config.cr_resnet().latent_dim();
    case NetworkConfig::ARCHITECTURE_NOT_SET:
      break;
  }
  TORCH_CHECK(false, "the network config was not validated: it names no architecture");
}

}  // namespace wgan
