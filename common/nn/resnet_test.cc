#include "common/nn/resnet.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status_matchers.h"
#include "common/io/tensor.h"
#include "common/nn/module_state.h"
#include "common/nn/network_factory.h"
#include "common/nn/test_networks.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::ElementsAre;

struct Counts {
  int size, blocks;
  bool printed;
  int64_t critic, generator, buffers;
};

// Tables 1 to 6, counted from the layer formulas (P(in,out) below) and by instantiating the authors' modules. Buffers
// where such a count was written down: running means and variances and one counter for each batch normalisation.
TEST(QcResNetTest, ParametersOfEveryTable) {
  const Counts cases[] = {
      {64, 2, false, 22'933'441, 24'004'675, 29'080},   // Tables 1 and 2
      {128, 2, false, 32'372'673, 33'445'955, 33'180},  // Tables 3 and 4
      {256, 1, false, 21'458'113, 22'528'579, 27'540},  // Tables 5 and 6 as in the authors' code
      {256, 1, true, 21'384'257, 22'454'595, -1},       // and as printed
      {64, 1, false, 12'018'881, 13'087'299, -1},
      {128, 1, false, 16'738'497, 17'807'939, -1},
      {64, 1, true, 12'018'881 - 73'856, 13'087'299 - 73'984, -1},  // less the block 64 -> 64
      {128, 1, true, 16'738'497 - 73'856, 17'807'939 - 73'984, -1},
  };
  for (const Counts& c : cases) {
    SCOPED_TRACE(testing::Message() << c.size << " blocks " << c.blocks << " printed " << c.printed);
    const NetworkConfig config = PaperNetworks(c.size, c.blocks, c.printed);
    const auto critic = MakeUninitializedCritic(config), generator = MakeUninitializedGenerator(config);
    EXPECT_EQ(ParameterCount(*critic), c.critic);
    EXPECT_EQ(BufferCount(*critic), 0);
    EXPECT_EQ(ParameterCount(*generator), c.generator);
    if (c.buffers >= 0) {
      EXPECT_EQ(BufferCount(*generator), c.buffers);
    }
  }
}

// 9 in h + 9 h out + [in out if in != out] + (critic: h + out) or (generator: 2 h + 2 out + [2 out if in != out]),
// h = min(in, out).
TEST(QcResNetTest, ParametersOfEveryBlock) {
  struct {
    int64_t in, out, critic;
  } critic[] = {{64, 64, 73'856},      {64, 128, 118'976},    {128, 128, 295'168},  {128, 256, 475'520},
                {256, 256, 1'180'160}, {256, 512, 1'901'312}, {512, 512, 4'719'616}};
  for (const auto& c : critic) EXPECT_EQ(ParameterCount(QcResNetBlock(c.in, c.out, false, 0.1, 0.2)), c.critic);
  struct {
    int64_t in, out, generator;
  } generator[] = {{64, 64, 73'984},      {128, 64, 119'168},    {128, 128, 295'424},  {256, 128, 475'904},
                   {256, 256, 1'180'672}, {512, 256, 1'902'080}, {512, 512, 4'720'640}};
  for (const auto& g : generator) EXPECT_EQ(ParameterCount(QcResNetBlock(g.in, g.out, true, 0.1, 0.2)), g.generator);
}

// Rows of Tables 1, 2 and 5.
TEST(QcResNetTest, StagesOfTheTables) {
  using Stage = std::vector<BlockWidths>;
  const NetworkConfig two = PaperNetworks(64, 2), one = PaperNetworks(256, 1), printed = PaperNetworks(256, 1, true);
  EXPECT_THAT(CriticStages(two.qc_resnet()),
              ElementsAre(Stage{{64, 64}, {64, 128}}, Stage{{128, 128}, {128, 256}}, Stage{{256, 256}, {256, 512}},
                          Stage{{512, 512}, {512, 512}}, Stage{{512, 512}, {512, 512}}));
  EXPECT_THAT(GeneratorStages(two.qc_resnet()),
              ElementsAre(Stage{{512, 512}, {512, 512}}, Stage{{512, 512}, {512, 512}}, Stage{{512, 256}, {256, 256}},
                          Stage{{256, 128}, {128, 128}}, Stage{{128, 64}, {64, 64}}));
  EXPECT_THAT(CriticStages(one.qc_resnet()),
              ElementsAre(Stage{{64, 64}, {64, 128}}, Stage{{128, 256}}, Stage{{256, 512}}, Stage{{512, 512}},
                          Stage{{512, 512}}, Stage{{512, 512}}, Stage{{512, 512}}));
  EXPECT_THAT(CriticStages(printed.qc_resnet()).front(), ElementsAre(BlockWidths{64, 128}));
  EXPECT_THAT(GeneratorStages(printed.qc_resnet()).back(), ElementsAre(BlockWidths{128, 64}));
}

// LeakyReLU(x + 0.1 * 0): a residual branch of zeros leaves the activation of the shortcut.
TEST(QcResNetTest, ABlockOfZerosIsALeakyRelu) {
  QcResNetBlock block(8, 8, false, 0.1, 0.2);
  for (at::Tensor& parameter : block.parameters()) parameter.detach().zero_();
  const at::Tensor x = NormalTensor({2, 8, 5, 5}, 1);
  EXPECT_TRUE(at::equal(block.Forward(x), at::leaky_relu(x, 0.2)));
}

// Where the blocks have no batch normalisation, one description of a block must say what the other says.
TEST(QcResNetTest, ABlocksOperationListIsItsForward) {
  for (int64_t out : {3, 5}) {
    QcResNetBlock block(3, out, false, 0.1, 0.2);
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

TEST(QcResNetTest, CriticValueOfARowIsItsOwn) {
  at::NoGradGuard no_grad;
  const auto critic = MakeCritic(NarrowNetworks(16, 2, 4, 16), RandomStream(1, "critic", 0));
  critic->to(at::kDouble);
  const at::Tensor x = NormalTensor({4, 3, 16, 16}, 1).to(at::kDouble);
  const at::Tensor together = critic->Forward(x);
  ASSERT_EQ(together.sizes(), at::IntArrayRef({4}));
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(critic->Forward(x.narrow(0, i, 1)).item<double>(), together[i].item<double>(), 1e-12);
  }
  EXPECT_GT(together.std().item<double>(), 1e-3);
}

TEST(QcResNetTest, CriticRefusesAnotherShape) {
  const auto critic = MakeUninitializedCritic(NarrowNetworks(16, 2, 4, 16));
  EXPECT_THROW(critic->Forward(at::zeros({1, 3, 32, 32})), c10::Error);
  EXPECT_THROW(critic->Forward(at::zeros({1, 1, 16, 16})), c10::Error);
}

TEST(QcResNetTest, GeneratorMakesImagesInsideTheOpenInterval) {
  at::NoGradGuard no_grad;
  for (bool batch_norm : {true, false}) {
    NetworkConfig config = NarrowNetworks(32, 1, 4, 16);
    config.mutable_qc_resnet()->set_generator_batch_norm(batch_norm);
    const auto generator = MakeGenerator(config, RandomStream(1, "generator", 0));
    const at::Tensor images = generator->Forward(NormalTensor({6, 5}, 2));
    ASSERT_EQ(images.sizes(), at::IntArrayRef({6, 3, 32, 32}));
    EXPECT_LT(images.abs().max().item<float>(), 1);
    EXPECT_GT(images.std().item<float>(), 0.01);
    EXPECT_EQ(BufferCount(*generator) > 0, batch_norm);
  }
}

// Latents as the authors' code shapes them, [B,latent_dim,1,1], mean the same.
TEST(QcResNetTest, GeneratorFlattensLatents) {
  at::NoGradGuard no_grad;
  const auto generator = MakeGenerator(NarrowNetworks(16, 1, 4, 16), RandomStream(1, "generator", 0));
  generator->eval();
  const at::Tensor z = NormalTensor({2, 5}, 3);
  EXPECT_TRUE(at::equal(generator->Forward(z), generator->Forward(z.view({2, 5, 1, 1}))));
}

// Against PyTorch's own modules in float64: testdata/make_qc_resnet_reference.py.
class QcResNetReferenceTest : public testing::TestWithParam<const char*> {
 protected:
  static constexpr double kTolerance = 1e-10;  // relative to the largest number; float64 rounding is about 1e-15

  void SetUp() override {
    WGAN_ASSERT_OK_AND_ASSIGN(LoadedTensors file,
                              LoadTensors(std::string("common/nn/testdata/qc_resnet_") + GetParam() + ".safetensors"));
    reference_ = std::move(file.tensors);
    const std::string name = GetParam();
    const bool two = name == "two_blocks_16";
    config_ = NarrowNetworks(name == "one_block_32" ? 32 : 16, two ? 2 : 1, 2, name == "printed_16" ? 6 : 4);
    config_.mutable_qc_resnet()->set_channels(two ? 3 : 1);
    config_.mutable_qc_resnet()->set_printed_variant(name == "printed_16");
  }

  std::map<std::string, at::Tensor> WithPrefix(const std::string& prefix) const {
    std::map<std::string, at::Tensor> found;
    for (const auto& [name, tensor] : reference_) {
      if (name.rfind(prefix, 0) == 0) found[name.substr(prefix.size())] = tensor;
    }
    return found;
  }
  at::Tensor Double(const std::string& name) const { return reference_.at(name).to(at::kDouble); }

  NetworkConfig config_;
  std::map<std::string, at::Tensor> reference_;
};

TEST_P(QcResNetReferenceTest, Critic) {
  const auto critic = MakeUninitializedCritic(config_);
  critic->to(at::kDouble);
  WGAN_ASSERT_OK(LoadNamedTensors(*critic, WithPrefix("critic."), /*strict=*/true, GetParam()));
  const at::Tensor x = Double("x").requires_grad_();
  const at::Tensor value = critic->Forward(x);
  EXPECT_LT(RelativeError(value.detach(), reference_.at("value")), kTolerance);

  const at::Tensor gradient = torch::autograd::grad({value.sum()}, {x}, {}, true, /*create_graph=*/true)[0];
  EXPECT_LT(RelativeError(gradient.detach(), reference_.at("input_gradient")), kTolerance);
  for (const auto& [kind, loss] :
       {std::pair("value_gradient.", value.sum()), std::pair("penalty_gradient.", gradient.square().sum())}) {
    critic->zero_grad();
    loss.backward({}, /*retain_graph=*/true);
    for (const auto& item : critic->named_parameters()) {
      const at::Tensor expected = reference_.at(kind + item.key());
      const at::Tensor actual = item->grad().defined() ? item->grad() : at::zeros_like(expected);
      EXPECT_LT(RelativeError(actual, expected), kTolerance) << kind << item.key();
    }
  }
}

TEST_P(QcResNetReferenceTest, Generator) {
  at::NoGradGuard no_grad;
  const auto generator = MakeUninitializedGenerator(config_);
  generator->to(at::kDouble);
  WGAN_ASSERT_OK(LoadNamedTensors(*generator, WithPrefix("generator."), /*strict=*/true, GetParam()));
  EXPECT_LT(RelativeError(generator->Forward(Double("z")), reference_.at("image_train")), kTolerance);
  const std::map<std::string, at::Tensor> after = WithPrefix("after.");
  for (const auto& item : generator->named_buffers()) {
    EXPECT_LT(RelativeError(item->to(at::kDouble), after.at(item.key()).to(at::kDouble)), kTolerance) << item.key();
  }
  generator->eval();
  EXPECT_LT(RelativeError(generator->Forward(Double("z")), reference_.at("image_eval")), kTolerance);
}

INSTANTIATE_TEST_SUITE_P(Files, QcResNetReferenceTest, testing::Values("two_blocks_16", "one_block_32", "printed_16"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace wgan
