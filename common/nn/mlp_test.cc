#include "common/nn/mlp.h"

#include <ATen/ATen.h>

#include "common/nn/critic_gradient_check.h"
#include "common/nn/module_state.h"
#include "common/nn/network_factory.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

NetworkConfig Mlp(int width, int layers, int latent_dim = 2) {
  NetworkConfig config;
  MlpConfig* c = config.mutable_mlp();
  c->set_sample_dim(2);
  c->set_latent_dim(latent_dim);
  c->set_hidden_width(width);
  c->set_hidden_layers(layers);
  return config;
}

// WGAN-LP Section 6: 1,536 + 262,656 + 262,656 and 1,026 or 513.
TEST(MlpTest, PaperNetworksHaveTheirParameters) {
  EXPECT_EQ(ParameterCount(*MakeUninitializedGenerator(Mlp(512, 3))), 527'874);
  EXPECT_EQ(ParameterCount(*MakeUninitializedCritic(Mlp(512, 3))), 527'361);
}

// A critic 2-2-1 worked by hand with the default slope 0.01: hidden (1*3 - 2*1 + 0.5, -3 + 1 - 1) = (1.5, -3), after
// the ReLU (1.5, -0.03), result 2 * 1.5 + 10 * -0.03 + 0.25 = 2.95.
TEST(MlpTest, CriticByHand) {
  const auto critic = MakeUninitializedCritic(Mlp(2, 1));
  const at::NoGradGuard no_grad;
  const auto set = [&](const std::string& name, std::initializer_list<float> values) {
    at::Tensor parameter = *critic->named_parameters().find(name);
    parameter.copy_(at::tensor(at::ArrayRef<float>(values)).view(parameter.sizes()));
  };
  set("layers.0.weight", {1, -2, -1, 1});
  set("layers.0.bias", {0.5, -1});
  set("layers.1.weight", {2, 10});
  set("layers.1.bias", {0.25});
  const at::Tensor f = critic->Forward(at::tensor({3.f, 1.f}).view({1, 2}));
  EXPECT_EQ(f.sizes(), at::IntArrayRef({1}));
  EXPECT_NEAR(f.item<double>(), 2.95, 1e-6);
}

TEST(MlpTest, GeneratorIsTheSameCompositionWithoutFinalActivation) {
  const auto generator = MakeGenerator(Mlp(7, 3, 5), RandomStream(2, "generator", 0));
  const at::Tensor z = NormalTensor({4, 5}, 3);
  at::Tensor x = z;
  for (int i = 0; i <= 3; ++i) {
    const std::string name = "layers." + std::to_string(i);
    const auto parameters = generator->named_parameters();
    x = at::matmul(x, parameters[name + ".weight"].t()) + parameters[name + ".bias"];
    if (i < 3) x = at::where(x.gt(0), x, 0.01 * x);
  }
  EXPECT_LT(RelativeError(generator->Forward(z), x), 1e-5);
}

// Uniform in +-1/sqrt(fan_in): at this start the paper's critic has input gradients of norm about 0.035 (ten draws of
// another implementation: 0.022 to 0.051), so that the first two-sided penalty is about 0.93 and the first one-sided 0.
TEST(MlpTest, InitialCriticIsFlat) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const auto critic = MakeCritic(Mlp(512, 3), RandomStream(seed, "critic", 0));
    const double largest = critic->named_parameters()["layers.1.weight"].abs().max().item<double>();
    EXPECT_LE(largest, 1 / std::sqrt(512.0) + 1e-7);
    EXPECT_GT(largest, 0.999 / std::sqrt(512.0));
    EXPECT_LE(critic->named_parameters()["layers.1.bias"].abs().max().item<double>(), 1 / std::sqrt(512.0) + 1e-7);
    CriticTape tape(*critic->piecewise_linear());
    tape.Forward(NormalTensor({256, 2}, seed));
    const double norm = tape.InputGradient(256).norm(2, 1).mean().item<double>();
    EXPECT_GT(norm, 0.015);
    EXPECT_LT(norm, 0.07);
  }
}

TEST(MlpTest, ClosedFormGradientEqualsAutograd) {
  const auto critic = MakeCritic(Mlp(24, 3), RandomStream(1, "critic", 0));
  critic->to(at::kDouble);
  {
    const at::NoGradGuard no_grad;
    for (at::Tensor& parameter : critic->parameters()) parameter.mul_(2.1);
  }
  ExpectTapeEqualsAutograd(*critic, NormalTensor({36, 2}, 4).to(at::kDouble));
}

}  // namespace
}  // namespace wgan
