#include "common/nn/gp_resnet.h"

#include <ATen/ATen.h>

#include <cmath>

#include "common/nn/critic_gradient_check.h"
#include "common/nn/module_state.h"
#include "common/nn/network_factory.h"
#include "common/nn/reference_layers.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

NetworkConfig GpResNet(int image_size, int width, int classes, int latent_dim = 128) {
  NetworkConfig config;
  GpResNetConfig* c = config.mutable_gp_resnet();
  c->set_image_size(image_size);
  c->set_channels(3);
  c->set_width(width);
  c->set_latent_dim(latent_dim);
  c->set_classes(classes);
  return config;
}

TEST(GpResNetTest, PaperNetworksHaveTheirParameters) {
  const auto generator = MakeUninitializedGenerator(GpResNet(32, 128, 0));
  EXPECT_EQ(ParameterCount(*generator), 1'204'483);
  EXPECT_EQ(CountBelow(*generator, "linear."), 264'192);
  for (const char* block : {"block_0.", "block_1.", "block_2."}) EXPECT_EQ(CountBelow(*generator, block), 312'192);
  EXPECT_EQ(CountBelow(*generator, "norm."), 256);
  EXPECT_EQ(CountBelow(*generator, "conv."), 3'459);
  const auto critic = MakeUninitializedCritic(GpResNet(32, 128, 0));
  EXPECT_EQ(ParameterCount(*critic), 1'053'825);
  EXPECT_EQ(CountBelow(*critic, "block_0_"), 151'680);
  EXPECT_EQ(CountBelow(*critic, "block_1_"), 311'680);
  EXPECT_EQ(CountBelow(*critic, "block_2_"), 295'168);
  EXPECT_EQ(CountBelow(*critic, "block_3_"), 295'168);
  EXPECT_EQ(CountBelow(*critic, "linear."), 129);
  EXPECT_EQ(ParameterCount(*MakeUninitializedGenerator(GpResNet(32, 128, 10))), 1'218'307);
  EXPECT_EQ(ParameterCount(*MakeUninitializedCritic(GpResNet(32, 128, 10))), 1'055'115);
}

// Layer by layer after the table in gp_resnet.h.
TEST(GpResNetTest, GeneratorIsTheTable) {
  for (const int classes : {0, 3}) {
    auto generator = std::static_pointer_cast<GpResNetGenerator>(
        MakeGenerator(GpResNet(32, 6, classes, 5), RandomStream(1, "generator", 0)));
    generator->to(at::kDouble);
    Perturb(*generator);
    const at::Tensor z = NormalTensor({4, 5}, 2).to(at::kDouble), labels = at::tensor({2, 0, 0, 1}, at::kLong);
    const ReferenceLayers r(*generator);
    at::Tensor x = r.Linear("linear", z).view({4, 6, 4, 4});
    for (int k = 0; k < 3; ++k) {
      const std::string block = "block_" + std::to_string(k);
      at::Tensor y = r.Conv(block + ".conv_0", ReferenceUp(r.Norm(block + ".norm_0", x, {0, 2, 3}, labels).relu()));
      y = r.Conv(block + ".conv_1", r.Norm(block + ".norm_1", y, {0, 2, 3}, labels).relu());
      x = r.Conv(block + ".shortcut", ReferenceUp(x)) + y;
    }
    x = r.Conv("conv", r.Norm("norm", x, {0, 2, 3}).relu()).tanh();
    const at::Tensor images = generator->ForwardOfClass(z, labels);
    EXPECT_EQ(images.sizes(), at::IntArrayRef({4, 3, 32, 32}));
    EXPECT_LT(RelativeError(images, x), 1e-12);
    if (classes == 0) continue;
    EXPECT_TRUE(at::equal(generator->Forward(z), generator->ForwardOfClass(z, at::tensor({0, 1, 2, 0}, at::kLong))));
    // No running statistics: evaluation mode changes nothing.
    generator->eval();
    EXPECT_TRUE(at::equal(generator->ForwardOfClass(z, labels), images));
  }
}

TEST(GpResNetTest, CriticIsTheTable) {
  auto critic = std::static_pointer_cast<GpResNetCritic>(MakeCritic(GpResNet(32, 6, 4), RandomStream(1, "critic", 0)));
  critic->to(at::kDouble);
  Perturb(*critic);
  const at::Tensor images = NormalTensor({3, 3, 32, 32}, 2).to(at::kDouble);
  const ReferenceLayers r(*critic);
  at::Tensor x = r.Conv("block_0_shortcut", ReferencePool(images)) +
                 ReferencePool(r.Conv("block_0_conv_1", r.Conv("block_0_conv_0", images).relu()));
  x = ReferencePool(r.Conv("block_1_shortcut", x)) +
      ReferencePool(r.Conv("block_1_conv_1", r.Conv("block_1_conv_0", x.relu()).relu()));
  for (const std::string block : {"block_2", "block_3"}) {
    x = x + r.Conv(block + "_conv_1", r.Conv(block + "_conv_0", x.relu()).relu());
  }
  EXPECT_EQ(x.sizes(), at::IntArrayRef({3, 6, 8, 8}));
  const at::Tensor features = x.relu().mean({2, 3});
  EXPECT_LT(RelativeError(critic->Forward(images), r.Linear("linear", features).flatten()), 1e-12);
  EXPECT_LT(RelativeError(critic->ClassScores(images), r.Linear("classifier", features)), 1e-12);
}

TEST(GpResNetTest, InitialValues) {
  const auto generator = MakeGenerator(GpResNet(32, 128, 0), RandomStream(4, "generator", 0));
  ExpectUniformAndUnbiased(*generator, "linear", std::sqrt(2.0 / (128 + 2048)));
  ExpectUniformAndUnbiased(*generator, "block_0.conv_0", std::sqrt(4.0 / (2 * 128 * 9)));
  ExpectUniformAndUnbiased(*generator, "block_2.conv_1", std::sqrt(4.0 / (2 * 128 * 9)));
  ExpectUniformAndUnbiased(*generator, "block_1.shortcut", std::sqrt(2.0 / (2 * 128)));
  ExpectUniformAndUnbiased(*generator, "conv", std::sqrt(2.0 / ((128 + 3) * 9)));
  const auto critic = MakeCritic(GpResNet(32, 128, 10), RandomStream(4, "critic", 0));
  ExpectUniformAndUnbiased(*critic, "block_0_conv_0", std::sqrt(4.0 / ((3 + 128) * 9)));
  ExpectUniformAndUnbiased(*critic, "block_0_shortcut", std::sqrt(2.0 / (3 + 128)));
  ExpectUniformAndUnbiased(*critic, "block_3_conv_1", std::sqrt(4.0 / (2 * 128 * 9)));
  ExpectUniformAndUnbiased(*critic, "linear", std::sqrt(2.0 / (128 + 1)));
  ExpectUniformAndUnbiased(*critic, "classifier", std::sqrt(2.0 / (128 + 10)));
}

TEST(GpResNetTest, ClosedFormGradientEqualsAutograd) {
  const auto critic = MakeCritic(GpResNet(16, 6, 0), RandomStream(1, "critic", 0));
  critic->to(at::kDouble);
  Perturb(*critic);
  at::Tensor samples = NormalTensor({12, 3, 16, 16}, 4).to(at::kDouble);
  // The same slopes on both sides of 1: a last layer scaled by the median norm.
  CriticTape tape(*critic->piecewise_linear());
  tape.Forward(samples);
  const double norm = tape.InputGradient(4).flatten(1).norm(2, 1).median().item<double>();
  {
    const at::NoGradGuard no_grad;
    critic->named_parameters()["linear.weight"].div_(norm * 1.0001);
  }
  ExpectTapeEqualsAutograd(*critic, samples);
}

}  // namespace
}  // namespace wgan
