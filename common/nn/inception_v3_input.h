// Images as the 2015 Inception network takes them. No LibTorch.
#ifndef COMMON_NN_INCEPTION_V3_INPUT_H_
#define COMMON_NN_INCEPTION_V3_INPUT_H_

#include <cstdint>

namespace wgan {

inline constexpr int64_t kInceptionSize = 299;

// Resizes an image of bytes [3,height,width] to 299 x 299 as TensorFlow 1's resize_bilinear does and maps v to
// (v - 128) / 128, into `result` [299,299,3]. Output pixel i reads at i * height / 299, without the half pixel by which
// other programs move it, and blends with the next pixel; nothing is averaged when shrinking. In float, operation by
// operation: equal to the last bit to torch-fidelity on a CPU. Assumes height, width >= 1.
void InceptionInput(const uint8_t* image, int64_t height, int64_t width, float* result);

}  // namespace wgan

#endif  // COMMON_NN_INCEPTION_V3_INPUT_H_
