// Networks from their configs.
#ifndef COMMON_NN_NETWORK_FACTORY_H_
#define COMMON_NN_NETWORK_FACTORY_H_

#include <cstdint>
#include <memory>

#include "common/base/random_stream.h"
#include "common/nn/network.h"
#include "common/nn/network.pb.h"

namespace wgan {

// A critic / generator for `config` (assumed valid: validate.h) in float on the CPU, in training mode, its initial
// parameters a function of `random` alone. QC-ResNet: Kaiming with fan_out in the critic, fan_in in the generator.
// MLP and CR-ResNet: uniform in +-1 / sqrt(fan_in), biases too. GP-ResNets: see gp_resnet.h, gp_resnet64.h.
std::shared_ptr<Network> MakeCritic(const NetworkConfig& config, RandomStream random);
std::shared_ptr<Network> MakeGenerator(const NetworkConfig& config, RandomStream random);

// The same with uninitialised convolution and linear parameters: to be loaded, copied into or counted.
std::shared_ptr<Network> MakeUninitializedCritic(const NetworkConfig& config);
std::shared_ptr<Network> MakeUninitializedGenerator(const NetworkConfig& config);

// The dimension of the generator's noise.
int64_t LatentDimension(const NetworkConfig& config);

}  // namespace wgan

#endif  // COMMON_NN_NETWORK_FACTORY_H_
