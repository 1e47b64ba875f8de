// Initial parameters: He et al., "Delving deep into rectifiers" (ICCV 2015), for convolutions; PyTorch's default
// elsewhere.
#ifndef COMMON_NN_INITIALIZE_H_
#define COMMON_NN_INITIALIZE_H_

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "common/base/random_stream.h"
#include "common/nn/layers.h"

namespace wgan {

// What the variance of a convolution's weights is divided by: k * k times its input or its output channels.
enum class Fan { kIn, kOut };

// Fills every ConvLayer, LinearLayer and BatchNormLayer in `module` from `random`:
//   convolution weight  normal, mean 0, std sqrt(2 / fan) (Kaiming's gain for ReLU, whatever the leaky slope);
//   its bias, linear    uniform in +-1 / sqrt(fan_in), fan_in = in * k * k (the library default, which the paper
//   keeps); batch norm          weight 1, bias 0; running statistics untouched.
// The numbers depend on `random` and the order of the parameters only, not on memory layout or threads. Assumes float
// parameters on the CPU.
void Initialize(torch::nn::Module& module, Fan fan, RandomStream random);

// Convolution and linear weights and biases all uniform in +-1 / sqrt(fan_in): the library default throughout, which
// CRGAN's released code keeps. Otherwise as Initialize.
void InitializeByDefault(torch::nn::Module& module, RandomStream random);

// The rule of WGAN-GP's released code: weights uniform with mean 0 and standard deviation sqrt(gain / (fan_in +
// fan_out)), fan = channels * k * k; biases, where there are any, 0. `gain` of a convolution: kGainMain or kGainGlorot;
// of a linear layer it is kGainGlorot. Assume no_grad and float parameters on the CPU.
inline constexpr double kGainMain = 4, kGainGlorot = 2;
void InitializeGlorot(ConvLayer& layer, double gain, RandomStream& random);
void InitializeGlorot(LinearLayer& layer, RandomStream& random);

// Fills `parameter` with numbers uniform in [-half_width, half_width), drawn in row-major order; does nothing if it is
// undefined. Assumes no_grad and float parameters on the CPU.
void FillUniform(at::Tensor& parameter, double half_width, RandomStream& random);

}  // namespace wgan

#endif  // COMMON_NN_INITIALIZE_H_
