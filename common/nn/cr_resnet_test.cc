#include "common/nn/cr_resnet.h"

#include <ATen/ATen.h>

#include <cmath>
#include <string>

#include "common/nn/critic_gradient_check.h"
#include "common/nn/module_state.h"
#include "common/nn/network_factory.h"
#include "common/nn/reference_layers.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

NetworkConfig CrResNet(int image_size, int base_width, int generator_max_width, int critic_max_width,
                       int latent_dim = 256) {
  NetworkConfig config;
  CrResNetConfig* c = config.mutable_cr_resnet();
  c->set_image_size(image_size);
  c->set_channels(3);
  c->set_base_width(base_width);
  c->set_generator_max_width(generator_max_width);
  c->set_critic_max_width(critic_max_width);
  c->set_residual_scale(0.1);
  c->set_latent_dim(latent_dim);
  return config;
}

// A block in -> out with h = min(in, out): 9 in h + h + 9 h out + out + [in out if in != out].
TEST(CrResNetTest, PaperNetworksHaveTheirParameters) {
  const auto generator = MakeUninitializedGenerator(CrResNet(64, 64, 512, 1024));
  EXPECT_EQ(ParameterCount(*generator), 9'395'907);
  EXPECT_EQ(CountBelow(*generator, "fc."), 2'105'344);
  EXPECT_EQ(CountBelow(*generator, "resnet.0."), 4'719'616);  // 512 -> 512
  EXPECT_EQ(CountBelow(*generator, "resnet.2."), 1'901'056);  // 512 -> 256
  EXPECT_EQ(CountBelow(*generator, "resnet.4."), 475'392);    // 256 -> 128
  EXPECT_EQ(CountBelow(*generator, "resnet.6."), 118'912);    // 128 -> 64
  EXPECT_EQ(CountBelow(*generator, "resnet.8."), 73'856);     // 64 -> 64
  EXPECT_EQ(CountBelow(*generator, "conv_img."), 1'731);
  const auto critic = MakeUninitializedCritic(CrResNet(64, 64, 512, 1024));
  EXPECT_EQ(ParameterCount(*critic), 10'191'553);
  EXPECT_EQ(CountBelow(*critic, "conv_img."), 1'792);
  EXPECT_EQ(CountBelow(*critic, "resnet.0."), 73'856);     // 64 -> 64
  EXPECT_EQ(CountBelow(*critic, "resnet.2."), 118'976);    // 64 -> 128
  EXPECT_EQ(CountBelow(*critic, "resnet.4."), 475'520);    // 128 -> 256
  EXPECT_EQ(CountBelow(*critic, "resnet.6."), 1'901'312);  // 256 -> 512
  EXPECT_EQ(CountBelow(*critic, "resnet.8."), 7'603'712);  // 512 -> 1024
  EXPECT_EQ(CountBelow(*critic, "fc."), 16'385);
}

at::Tensor Activation(const at::Tensor& x) { return at::where(x > 0, x, 0.2 * x); }

at::Tensor Block(const ReferenceLayers& r, const std::string& name, const at::Tensor& x, bool same_width) {
  const at::Tensor residual = r.Conv(name + ".conv_1", Activation(r.Conv(name + ".conv_0", Activation(x))));
  return (same_width ? x : r.Conv(name + ".conv_s", x)) + 0.1 * residual;
}

// Layer by layer after the table in cr_resnet.h, at 16x16: k = 2, widths of G 4, 8, 10, of D 4, 8, 16.
TEST(CrResNetTest, GeneratorIsTheTable) {
  const auto generator = MakeGenerator(CrResNet(16, 4, 10, 16, 5), RandomStream(1, "generator", 0));
  generator->to(at::kDouble);
  const at::Tensor z = NormalTensor({3, 5}, 2).to(at::kDouble);
  const ReferenceLayers r(*generator);
  at::Tensor x = r.Linear("fc", z).view({3, 10, 4, 4});
  x = ReferenceUp(Block(r, "resnet.0", x, false));
  x = ReferenceUp(Block(r, "resnet.2", x, false));
  x = Block(r, "resnet.4", x, true);
  EXPECT_EQ(x.sizes(), at::IntArrayRef({3, 4, 16, 16}));
  EXPECT_LT(RelativeError(generator->Forward(z).detach(), r.Conv("conv_img", Activation(x)).tanh().detach()), 1e-12);
}

// Sums over 3x3 windows with stride 2, zeros beyond the border, over 9.
at::Tensor Pool(const at::Tensor& x) {
  const at::Tensor padded = at::constant_pad_nd(x, {1, 1, 1, 1});
  return padded.unfold(2, 3, 2).unfold(3, 3, 2).sum({4, 5}) / 9;
}

TEST(CrResNetTest, CriticIsTheTable) {
  const auto critic = MakeCritic(CrResNet(16, 4, 10, 16), RandomStream(1, "critic", 0));
  critic->to(at::kDouble);
  const at::Tensor images = NormalTensor({3, 3, 16, 16}, 2).to(at::kDouble);
  const ReferenceLayers r(*critic);
  at::Tensor x = Block(r, "resnet.0", r.Conv("conv_img", images), true);
  x = Block(r, "resnet.2", Pool(x), false);
  x = Block(r, "resnet.4", Pool(x), false);
  EXPECT_EQ(x.sizes(), at::IntArrayRef({3, 16, 4, 4}));
  const at::Tensor expected = r.Linear("fc", Activation(x).flatten(1)).flatten();
  EXPECT_LT(RelativeError(critic->Forward(images).detach(), expected.detach()), 1e-12);
  EXPECT_THROW(critic->Forward(at::zeros({1, 3, 32, 32}, at::kDouble)), c10::Error);
}

TEST(CrResNetTest, ABlocksOperationListIsItsForward) {
  for (const int64_t out : {3, 5}) {
    CrResNetBlock block(3, out, 0.1, 0.2);
    uint64_t seed = 10;
    for (at::Tensor& parameter : block.parameters()) parameter.detach().copy_(NormalTensor(parameter.sizes(), ++seed));
    PiecewiseLinear list;
    const at::Tensor head = NormalTensor({1, out * 16}, 2);
    list.Linear(list.Flatten(block.AppendTo(list, PiecewiseLinear::kInput)), head, at::Tensor());
    const at::Tensor x = NormalTensor({2, 3, 4, 4}, 3);
    const at::Tensor expected = block.Forward(x).flatten(1).matmul(head.t()).flatten();
    EXPECT_TRUE(at::allclose(list.Evaluate(x), expected, 1e-5, 1e-5));
  }
}

TEST(CrResNetTest, ClosedFormGradientEqualsAutograd) {
  const auto critic = MakeCritic(CrResNet(16, 4, 10, 16), RandomStream(1, "critic", 0));
  critic->to(at::kDouble);
  at::Tensor samples = NormalTensor({12, 3, 16, 16}, 4).to(at::kDouble);
  // Slopes on both sides of 1: a last layer scaled by the median norm.
  CriticTape tape(*critic->piecewise_linear());
  tape.Forward(samples);
  const double norm = tape.InputGradient(4).flatten(1).norm(2, 1).median().item<double>();
  {
    const at::NoGradGuard no_grad;
    critic->named_parameters()["fc.weight"].div_(norm * 1.0001);
  }
  ExpectTapeEqualsAutograd(*critic, samples);
}

// Uniform in +-1 / sqrt(fan_in), weights and biases: deviation 1 / sqrt(3 fan_in).
TEST(CrResNetTest, InitialValues) {
  const auto generator = MakeGenerator(CrResNet(32, 16, 64, 128), RandomStream(4, "generator", 0));
  const auto critic = MakeCritic(CrResNet(32, 16, 64, 128), RandomStream(4, "critic", 0));
  const auto expect = [](const Network& network, const std::string& name, int64_t fan_in) {
    ExpectUniform(network.named_parameters()[name], 1 / std::sqrt(3.0 * fan_in), name);
  };
  expect(*generator, "fc.weight", 256);
  expect(*generator, "fc.bias", 256);
  expect(*generator, "resnet.0.conv_0.weight", 64 * 9);
  expect(*generator, "resnet.2.conv_s.weight", 64);
  expect(*generator, "conv_img.weight", 16 * 9);
  expect(*critic, "conv_img.weight", 3 * 9);
  expect(*critic, "resnet.6.conv_1.weight", 64 * 9);  // 64 -> 128 with 64 between
  expect(*critic, "resnet.6.conv_1.bias", 64 * 9);
  expect(*critic, "fc.weight", 128 * 16);
}

}  // namespace
}  // namespace wgan
