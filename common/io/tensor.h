// at::Tensor in and out of the plain types of this package: named tensors <-> safetensors, image batches <-> Image.
#ifndef COMMON_IO_TENSOR_H_
#define COMMON_IO_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/io/image.h"
#include "common/io/safetensors.h"

namespace wgan {

// Tensors under their dotted names ("resnet.0.conv_0.weight"), in no particular order.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

// Writes `tensors` (any device, any strides; float32, float64, int64, int32, uint8, bool) as one safetensors file,
// atomically and with checksum.
absl::Status SaveTensors(const std::string& path, const NamedTensors& tensors,
                         const std::map<std::string, std::string>& metadata = {});

// The tensors of a safetensors file as contiguous CPU tensors that own their memory.
struct LoadedTensors {
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};
absl::StatusOr<LoadedTensors> LoadTensors(const std::string& path, bool require_checksum = false);

// An image as a float tensor [C,H,W] in [-1,1]: (v / 255 - 0.5) / 0.5.
at::Tensor ImageToTensor(const Image& image);

// Numbers in [-1,1] (those outside are clamped) as bytes on the CPU: torchvision's rounding,
// floor((t + 1) / 2 * 255 + 0.5). What is no number becomes 0.
at::Tensor ToBytes(const at::Tensor& values);

// A batch [N,C,H,W], C 1 or 3, as 8-bit images, rounded so.
std::vector<Image> TensorToImages(const at::Tensor& batch);

}  // namespace wgan

#endif  // COMMON_IO_TENSOR_H_
