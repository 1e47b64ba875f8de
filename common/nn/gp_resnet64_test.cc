#include "common/nn/gp_resnet64.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <string>

#include "common/nn/module_state.h"
#include "common/nn/network_factory.h"
#include "common/nn/reference_layers.h"
#include "common/nn/test_networks.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

NetworkConfig GpResNet64(int image_size, int base_width, int max_width, int latent_dim = 128) {
  NetworkConfig config;
  GpResNet64Config* c = config.mutable_gp_resnet64();
  c->set_image_size(image_size);
  c->set_channels(3);
  c->set_base_width(base_width);
  c->set_max_width(max_width);
  c->set_latent_dim(latent_dim);
  return config;
}

// Up in -> out: 9 in out + (9 out^2 + out) + (in out + out) + 2 in + 2 out. Down in -> out: 9 in^2 + (9 in out + out) +
// (in out + out) + 4 in. An up-block in -> out has as many as a down-block out -> in.
TEST(GpResNet64Test, ReleasedNetworksHaveTheirParameters) {
  const auto generator = MakeUninitializedGenerator(GpResNet64(64, 64, 512));
  EXPECT_EQ(ParameterCount(*generator), 8'540'483);
  EXPECT_EQ(CountBelow(*generator, "linear."), 1'056'768);
  EXPECT_EQ(CountBelow(*generator, "block_0."), 4'983'808);  // 512 -> 512
  EXPECT_EQ(CountBelow(*generator, "block_1."), 1'902'592);  // 512 -> 256
  EXPECT_EQ(CountBelow(*generator, "block_2."), 476'160);    // 256 -> 128
  EXPECT_EQ(CountBelow(*generator, "block_3."), 119'296);    // 128 -> 64
  EXPECT_EQ(CountBelow(*generator, "norm."), 128);
  EXPECT_EQ(CountBelow(*generator, "conv."), 1'731);
  EXPECT_EQ(BufferCount(*generator), 0);
  const auto critic = MakeUninitializedCritic(GpResNet64(64, 64, 512));
  EXPECT_EQ(ParameterCount(*critic), 7'491'841);
  EXPECT_EQ(CountBelow(*critic, "conv."), 1'792);
  EXPECT_EQ(CountBelow(*critic, "block_0."), 119'296);    // 64 -> 128
  EXPECT_EQ(CountBelow(*critic, "block_1."), 476'160);    // 128 -> 256
  EXPECT_EQ(CountBelow(*critic, "block_2."), 1'902'592);  // 256 -> 512
  EXPECT_EQ(CountBelow(*critic, "block_3."), 4'983'808);  // 512 -> 512
  EXPECT_EQ(CountBelow(*critic, "linear."), 8'193);
  EXPECT_EQ(critic->piecewise_linear(), nullptr);
}

// Layer by layer after the table in gp_resnet64.h, at 16x16: k = 2, widths 4, 8, 10.
TEST(GpResNet64Test, GeneratorIsTheTable) {
  const auto generator = MakeGenerator(GpResNet64(16, 4, 10, 5), RandomStream(1, "generator", 0));
  generator->to(at::kDouble);
  Perturb(*generator);
  const at::Tensor z = NormalTensor({3, 5}, 2).to(at::kDouble);
  const ReferenceLayers r(*generator);
  at::Tensor x = r.Linear("linear", z).view({3, 10, 4, 4});
  for (const std::string block : {"block_0", "block_1"}) {
    at::Tensor y = r.Conv(block + ".conv_0", ReferenceUp(r.Norm(block + ".norm_0", x, {0, 2, 3}).relu()));
    y = r.Conv(block + ".conv_1", r.Norm(block + ".norm_1", y, {0, 2, 3}).relu());
    x = r.Conv(block + ".shortcut", ReferenceUp(x)) + y;
  }
  EXPECT_EQ(x.sizes(), at::IntArrayRef({3, 4, 16, 16}));
  x = r.Conv("conv", r.Norm("norm", x, {0, 2, 3}).relu()).tanh();
  const at::Tensor images = generator->Forward(z);
  EXPECT_LT(RelativeError(images, x), 1e-12);
  // No running statistics: evaluation mode changes nothing.
  generator->eval();
  EXPECT_TRUE(at::equal(generator->Forward(z), images));
}

at::Tensor ReferenceCritic(const ReferenceLayers& r, const at::Tensor& images) {
  at::Tensor x = r.Conv("conv", images);
  for (const std::string block : {"block_0", "block_1"}) {
    at::Tensor y = r.Conv(block + ".conv_0", r.Norm(block + ".norm_0", x, {1, 2, 3}).relu());
    y = r.Conv(block + ".conv_1", r.Norm(block + ".norm_1", y, {1, 2, 3}).relu());
    x = r.Conv(block + ".shortcut", ReferencePool(x)) + ReferencePool(y);
  }
  return r.Linear("linear", x.flatten(1)).flatten();
}

// Values, and the double backward through the norms that a gradient penalty needs.
TEST(GpResNet64Test, CriticIsTheTable) {
  const auto critic = MakeCritic(GpResNet64(16, 4, 10), RandomStream(1, "critic", 0));
  critic->to(at::kDouble);
  Perturb(*critic);
  const ReferenceLayers r(*critic);
  std::vector<at::Tensor> gradients[2];
  at::Tensor values[2];
  for (const bool reference : {false, true}) {
    const at::Tensor x = NormalTensor({3, 3, 16, 16}, 2).to(at::kDouble).requires_grad_();
    values[reference] = reference ? ReferenceCritic(r, x) : critic->Forward(x);
    const at::Tensor slope = torch::autograd::grad({values[reference].sum()}, {x}, {}, true, /*create_graph=*/true)[0];
    gradients[reference] =
        torch::autograd::grad({slope.flatten(1).norm(2, 1).sub(1).square().sum()}, critic->parameters(), {}, {}, false,
                              /*allow_unused=*/true);
  }
  EXPECT_LT(RelativeError(values[0].detach(), values[1].detach()), 1e-12);
  for (size_t i = 0; i < gradients[0].size(); ++i) {
    const bool used = gradients[1][i].defined() && gradients[1][i].abs().max().item<double>() > 0;
    if (used) {
      EXPECT_LT(RelativeError(gradients[0][i], gradients[1][i]), 1e-9) << i;
    }
  }
  // A row's value depends on that row alone.
  const at::Tensor x = NormalTensor({3, 3, 16, 16}, 2).to(at::kDouble);
  EXPECT_NEAR(critic->Forward(x.narrow(0, 1, 1)).item<double>(), values[0][1].item<double>(), 1e-12);
  EXPECT_THROW(critic->Forward(at::zeros({1, 3, 32, 32}, at::kDouble)), c10::Error);
}

TEST(GpResNet64Test, InitialValues) {
  const auto generator = MakeGenerator(GpResNet64(32, 16, 64), RandomStream(4, "generator", 0));
  ExpectUniformAndUnbiased(*generator, "linear", std::sqrt(2.0 / (128 + 1024)));
  ExpectUniformAndUnbiased(*generator, "block_0.conv_0", std::sqrt(4.0 / (128 * 9)));  // 64 -> 64
  ExpectUniformAndUnbiased(*generator, "block_1.conv_0", std::sqrt(4.0 / (96 * 9)));   // 64 -> 32
  ExpectUniformAndUnbiased(*generator, "block_1.shortcut", std::sqrt(2.0 / 96));
  ExpectUniformAndUnbiased(*generator, "conv", std::sqrt(4.0 / ((16 + 3) * 9)));
  const auto critic = MakeCritic(GpResNet64(32, 16, 64), RandomStream(4, "critic", 0));
  ExpectUniformAndUnbiased(*critic, "conv", std::sqrt(2.0 / ((16 + 3) * 9)));
  ExpectUniformAndUnbiased(*critic, "block_1.conv_1", std::sqrt(4.0 / (96 * 9)));  // 32 -> 64
  ExpectUniformAndUnbiased(*critic, "block_1.shortcut", std::sqrt(2.0 / 96));
  ExpectUniformAndUnbiased(*critic, "linear", std::sqrt(2.0 / (1024 + 1)));
  EXPECT_EQ(critic->named_parameters()["block_0.norm_1.weight"].min().item<double>(), 1);
}

}  // namespace
}  // namespace wgan
