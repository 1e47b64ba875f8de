// Configs and comparisons that the tests of this package share.
#ifndef COMMON_NN_TEST_NETWORKS_H_
#define COMMON_NN_TEST_NETWORKS_H_

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/types/span.h"
#include "common/base/random_stream.h"
#include "common/nn/network.pb.h"

namespace wgan {

// The WGAN-QC networks at `image_size`: Tables 1 to 4 (`blocks` 2), 5 and 6 (`blocks` 1; printed or as in the code).
inline NetworkConfig PaperNetworks(int image_size, int blocks, bool printed = false) {
  NetworkConfig config;
  QcResNetConfig* c = config.mutable_qc_resnet();
  c->set_image_size(image_size);
  c->set_channels(3);
  c->set_base_width(64);
  c->set_max_width(512);
  c->set_blocks_per_stage(blocks);
  c->set_residual_scale(0.1);
  c->set_latent_dim(128);
  c->set_generator_batch_norm(true);
  c->set_printed_variant(printed);
  return config;
}

// The same narrowed to `base_width` and `max_width` maps.
inline NetworkConfig NarrowNetworks(int image_size, int blocks, int base_width, int max_width) {
  NetworkConfig config = PaperNetworks(image_size, blocks);
  config.mutable_qc_resnet()->set_base_width(base_width);
  config.mutable_qc_resnet()->set_max_width(max_width);
  config.mutable_qc_resnet()->set_latent_dim(5);
  return config;
}

// Standard normal numbers, a function of `seed`.
inline at::Tensor NormalTensor(at::IntArrayRef shape, uint64_t seed) {
  at::Tensor tensor = at::empty(shape);
  RandomStream random(seed, "test", 0);
  random.FillNormal(absl::MakeSpan(tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel())));
  return tensor;
}

// max |a - b| / max |b|; infinite where shapes differ.
inline double RelativeError(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  const double scale = std::max(b.abs().max().item<double>(), 1e-300);
  return a.sub(b).abs().max().item<double>() / scale;
}

}  // namespace wgan

#endif  // COMMON_NN_TEST_NETWORKS_H_
