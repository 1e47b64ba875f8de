#include "common/nn/gp_resnet.h"

#include <ATen/ATen.h>

#include <cmath>

#include "common/nn/critic_gradient_check.h"
#include "common/nn/module_state.h"
#include "common/nn/network_factory.h"
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

int64_t CountBelow(const Network& network, const std::string& prefix) {
  int64_t count = 0;
  for (const auto& item : network.named_parameters()) {
    if (item.key().rfind(prefix, 0) == 0) count += item.value().numel();
  }
  return count;
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

// Layer by layer after the table in gp_resnet.h, with the parameters of `network`.
class Reference {
 public:
  explicit Reference(const Network& network) : parameters_(network.named_parameters()) {}
  at::Tensor Conv(const std::string& name, const at::Tensor& x) const {
    const at::Tensor weight = parameters_[name + ".weight"];
    return at::conv2d(x, weight, parameters_[name + ".bias"], 1, weight.size(2) / 2);
  }
  at::Tensor Linear(const std::string& name, const at::Tensor& x) const {
    return at::linear(x, parameters_[name + ".weight"], parameters_[name + ".bias"]);
  }
  // (x - mean) / sqrt(biased variance + 1e-5), scaled and shifted, class by class where there are classes.
  at::Tensor Norm(const std::string& name, const at::Tensor& x, const at::Tensor& labels) const {
    const at::Tensor mean = x.mean({0, 2, 3}, true), variance = (x - mean).square().mean({0, 2, 3}, true);
    at::Tensor scale = parameters_[name + ".weight"], offset = parameters_[name + ".bias"];
    if (scale.dim() == 2) {
      scale = scale.index({labels});
      offset = offset.index({labels});
    } else {
      scale = scale.unsqueeze(0);
      offset = offset.unsqueeze(0);
    }
    return (x - mean) / (variance + 1e-5).sqrt() * scale.unsqueeze(2).unsqueeze(3) + offset.unsqueeze(2).unsqueeze(3);
  }

 private:
  const torch::OrderedDict<std::string, at::Tensor> parameters_;
};

at::Tensor Up(const at::Tensor& x) { return x.repeat_interleave(2, 2).repeat_interleave(2, 3); }
at::Tensor Pool(const at::Tensor& x) {
  return x.view({x.size(0), x.size(1), x.size(2) / 2, 2, x.size(3) / 2, 2}).mean({3, 5});
}

// Random numbers instead of the zeros and ones that norms and biases start from, so that a mix-up shows.
void Perturb(Network& network) {
  const at::NoGradGuard no_grad;
  uint64_t seed = 50;
  for (at::Tensor& parameter : network.parameters()) {
    parameter.add_(NormalTensor(parameter.sizes(), ++seed).to(parameter.dtype()), 0.1);
  }
}

TEST(GpResNetTest, GeneratorIsTheTable) {
  for (const int classes : {0, 3}) {
    auto generator = std::static_pointer_cast<GpResNetGenerator>(
        MakeGenerator(GpResNet(32, 6, classes, 5), RandomStream(1, "generator", 0)));
    generator->to(at::kDouble);
    Perturb(*generator);
    const at::Tensor z = NormalTensor({4, 5}, 2).to(at::kDouble), labels = at::tensor({2, 0, 0, 1}, at::kLong);
    const Reference r(*generator);
    at::Tensor x = r.Linear("linear", z).view({4, 6, 4, 4});
    for (int k = 0; k < 3; ++k) {
      const std::string block = "block_" + std::to_string(k);
      at::Tensor y = r.Conv(block + ".conv_0", Up(r.Norm(block + ".norm_0", x, labels).relu()));
      y = r.Conv(block + ".conv_1", r.Norm(block + ".norm_1", y, labels).relu());
      x = r.Conv(block + ".shortcut", Up(x)) + y;
    }
    x = r.Conv("conv", r.Norm("norm", x, labels).relu()).tanh();
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
  const Reference r(*critic);
  at::Tensor x = r.Conv("block_0_shortcut", Pool(images)) +
                 Pool(r.Conv("block_0_conv_1", r.Conv("block_0_conv_0", images).relu()));
  x = Pool(r.Conv("block_1_shortcut", x)) + Pool(r.Conv("block_1_conv_1", r.Conv("block_1_conv_0", x.relu()).relu()));
  for (const std::string block : {"block_2", "block_3"}) {
    x = x + r.Conv(block + "_conv_1", r.Conv(block + "_conv_0", x.relu()).relu());
  }
  EXPECT_EQ(x.sizes(), at::IntArrayRef({3, 6, 8, 8}));
  const at::Tensor features = x.relu().mean({2, 3});
  EXPECT_LT(RelativeError(critic->Forward(images), r.Linear("linear", features).flatten()), 1e-12);
  EXPECT_LT(RelativeError(critic->ClassScores(images), r.Linear("classifier", features)), 1e-12);
}

// n numbers uniform in +-sqrt(3) sd have sample deviation within 5 * 0.45 / sqrt(n) of sd, relatively (kurtosis 1.8),
// but for one seed in a million.
void ExpectUniform(const Network& network, const std::string& name, double deviation) {
  const at::Tensor weight = network.named_parameters()[name + ".weight"];
  EXPECT_NEAR(weight.std().item<double>() / deviation, 1, 5 * 0.45 / std::sqrt(weight.numel())) << name;
  EXPECT_LE(weight.abs().max().item<double>(), std::sqrt(3.0) * deviation * (1 + 1e-6)) << name;
  EXPECT_EQ(network.named_parameters()[name + ".bias"].abs().max().item<double>(), 0) << name;
}

TEST(GpResNetTest, InitialValues) {
  const auto generator = MakeGenerator(GpResNet(32, 128, 0), RandomStream(4, "generator", 0));
  ExpectUniform(*generator, "linear", std::sqrt(2.0 / (128 + 2048)));
  ExpectUniform(*generator, "block_0.conv_0", std::sqrt(4.0 / (2 * 128 * 9)));
  ExpectUniform(*generator, "block_2.conv_1", std::sqrt(4.0 / (2 * 128 * 9)));
  ExpectUniform(*generator, "block_1.shortcut", std::sqrt(2.0 / (2 * 128)));
  ExpectUniform(*generator, "conv", std::sqrt(2.0 / ((128 + 3) * 9)));
  const auto critic = MakeCritic(GpResNet(32, 128, 10), RandomStream(4, "critic", 0));
  ExpectUniform(*critic, "block_0_conv_0", std::sqrt(4.0 / ((3 + 128) * 9)));
  ExpectUniform(*critic, "block_0_shortcut", std::sqrt(2.0 / (3 + 128)));
  ExpectUniform(*critic, "block_3_conv_1", std::sqrt(4.0 / (2 * 128 * 9)));
  ExpectUniform(*critic, "linear", std::sqrt(2.0 / (128 + 1)));
  ExpectUniform(*critic, "classifier", std::sqrt(2.0 / (128 + 10)));
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
