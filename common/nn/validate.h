// Checks a NetworkConfig before anything is built from it.
#ifndef COMMON_NN_VALIDATE_H_
#define COMMON_NN_VALIDATE_H_

#include "absl/status/status.h"
#include "common/nn/network.pb.h"

namespace wgan {

// kInvalidArgument naming the field ("network.qc_resnet.image_size"), its value and the values allowed, for the first
// field of `config` that is not set or outside its range (the ranges are those of network.proto).
absl::Status ValidateNetworkConfig(const NetworkConfig& config);

}  // namespace wgan

#endif  // COMMON_NN_VALIDATE_H_
