// Test helper: Inception weights by formula, the same that testdata/make_inception_reference.py makes.
#ifndef COMMON_NN_INCEPTION_V3_WEIGHTS_H_
#define COMMON_NN_INCEPTION_V3_WEIGHTS_H_

#include <ATen/core/Tensor.h>
#include <torch/torch.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/nn/inception_v3_layout.h"

namespace wgan {

inline uint32_t Fnv1a(const std::string& text) {
  uint32_t value = 2166136261u;
  for (char byte : text) value = (value ^ static_cast<uint8_t>(byte)) * 16777619u;
  return value;
}

// Number `index` of the sequence called by `hash`: a multiple of 2^-24 in [0, 1).
inline float HashedUniform(uint32_t hash, uint32_t index) {
  uint32_t x = hash + index;
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  x ^= x >> 16;
  return static_cast<float>(x >> 8) * 0x1p-24f;
}

inline at::Tensor HashedTensor(const std::string& name, std::vector<int64_t> shape) {
  float low = -0.1f, high = 0.1f;
  if (absl::EndsWith(name, "running_var")) low = 0.5f, high = 1.5f;
  if (absl::EndsWith(name, "bn.weight")) low = 0.8f, high = 1.2f;
  if (shape.size() > 1) {
    int64_t fan_in = 1;
    for (size_t k = 1; k < shape.size(); ++k) fan_in *= shape[k];
    high = static_cast<float>(std::sqrt(6.0 / static_cast<double>(fan_in)));
    low = -high;
  }
  at::Tensor tensor = torch::empty(shape);
  float* values = tensor.mutable_data_ptr<float>();
  const uint32_t hash = Fnv1a(name);
  for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = low + (high - low) * HashedUniform(hash, i);
  return tensor;
}

// All tensors under the names of pt_inception-2015-12-05-6726825d.pth.
inline std::map<std::string, at::Tensor> HashedInceptionWeights() {
  std::map<std::string, at::Tensor> weights;
  const auto add = [&weights](const std::string& name, std::vector<int64_t> shape) {
    weights[name] = HashedTensor(name, std::move(shape));
  };
  for (const InceptionConvolution& layout : InceptionConvolutions()) {
    add(layout.name + ".conv.weight", {layout.out, layout.in, layout.height, layout.width});
    for (const char* part : {".bn.weight", ".bn.bias", ".bn.running_mean", ".bn.running_var"}) {
      add(layout.name + part, {layout.out});
    }
  }
  add("fc.weight", {1008, 2048});
  add("fc.bias", {1008});
  return weights;
}

// uint8 images by formula.
inline at::Tensor HashedImages(const std::string& name, std::vector<int64_t> shape) {
  at::Tensor images = torch::empty(shape, torch::kUInt8);
  const uint32_t hash = Fnv1a(name);
  for (int64_t i = 0; i < images.numel(); ++i) {
    images.mutable_data_ptr<uint8_t>()[i] = static_cast<uint8_t>(HashedUniform(hash, i) * 256);
  }
  return images;
}

}  // namespace wgan

#endif  // COMMON_NN_INCEPTION_V3_WEIGHTS_H_
