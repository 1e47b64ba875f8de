#include "common/nn/module_state.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>

#include "common/base/status_matchers.h"
#include "common/nn/layers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// conv.weight [2,1,3,3], conv.bias [2], norm.* [2].
struct Toy : torch::nn::Module {
  Toy() {
    conv = register_module("conv", std::make_shared<ConvLayer>(1, 2, 3, true));
    norm = register_module("norm", std::make_shared<BatchNormLayer>(2));
    conv->weight.detach().fill_(0.25);
    conv->bias.detach().fill_(0.5);
  }
  std::shared_ptr<ConvLayer> conv;
  std::shared_ptr<BatchNormLayer> norm;
};

std::map<std::string, at::Tensor> StateOf(const torch::nn::Module& module) {
  std::map<std::string, at::Tensor> state;
  for (const auto& [name, tensor] : NamedParametersAndBuffers(module)) state[name] = tensor.clone();
  return state;
}

TEST(ModuleStateTest, NamesParametersThenBuffers) {
  Toy toy;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : NamedParametersAndBuffers(toy)) {
    names.push_back(name);
    EXPECT_FALSE(tensor.requires_grad()) << name;
  }
  EXPECT_THAT(names, ElementsAre("conv.weight", "conv.bias", "norm.weight", "norm.bias", "norm.running_mean",
                                 "norm.running_var", "norm.num_batches_tracked"));
  EXPECT_EQ(ParameterCount(toy), 18 + 2 + 2 + 2);
  EXPECT_EQ(BufferCount(toy), 2 + 2 + 1);
}

TEST(ModuleStateTest, TensorsAreTheModulesOwn) {
  Toy toy;
  NamedParametersAndBuffers(toy)[1].second.fill_(3);
  EXPECT_EQ(toy.conv->bias.sum().item<float>(), 6);
  EXPECT_TRUE(toy.conv->bias.requires_grad());
}

TEST(LoadNamedTensorsTest, CopiesEverythingAndConvertsTypes) {
  Toy source, target;
  source.conv->weight.detach().fill_(2);
  source.norm->running_var.fill_(9);
  source.norm->num_batches_tracked.fill_(4);
  std::map<std::string, at::Tensor> state = StateOf(source);
  state["conv.weight"] = state["conv.weight"].to(at::kDouble);
  WGAN_ASSERT_OK(LoadNamedTensors(target, state, /*strict=*/true, "a.safetensors"));
  for (const auto& [name, tensor] : StateOf(target)) EXPECT_TRUE(at::equal(tensor, StateOf(source)[name])) << name;
  EXPECT_EQ(target.conv->weight.scalar_type(), at::kFloat);
  EXPECT_TRUE(target.conv->weight.requires_grad());
}

TEST(LoadNamedTensorsTest, IgnoresDataParallelsPrefix) {
  Toy source, target;
  source.conv->weight.detach().fill_(2);
  std::map<std::string, at::Tensor> state;
  for (const auto& [name, tensor] : StateOf(source)) state["module." + name] = tensor;
  WGAN_ASSERT_OK(LoadNamedTensors(target, state, /*strict=*/true, "a.safetensors"));
  EXPECT_EQ(target.conv->weight.sum().item<float>(), 36);
}

TEST(LoadNamedTensorsTest, NamesWhatDoesNotFitAndChangesNothing) {
  Toy toy;
  std::map<std::string, at::Tensor> state = StateOf(toy);
  state["conv.weight"].fill_(8);
  state["conv.bias"] = at::zeros({3});
  state.erase("norm.running_mean");
  state["fc.weight"] = at::zeros({1});
  EXPECT_THAT(LoadNamedTensors(toy, state, /*strict=*/true, "a.safetensors"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("a.safetensors: "), HasSubstr("wrong shape: conv.bias is [3] instead of [2]"),
                             HasSubstr("missing: norm.running_mean"), HasSubstr("unexpected: fc.weight"))));
  EXPECT_EQ(toy.conv->weight.max().item<float>(), 0.25f);
}

TEST(LoadNamedTensorsTest, StrictnessIsAboutUnexpectedNamesOnly) {
  Toy toy;
  std::map<std::string, at::Tensor> state = StateOf(toy);
  state["fc.weight"] = at::zeros({1});
  WGAN_EXPECT_OK(LoadNamedTensors(toy, state, /*strict=*/false, "a.safetensors"));
  state.erase("conv.bias");
  EXPECT_THAT(LoadNamedTensors(toy, state, /*strict=*/false, "a.safetensors"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("missing: conv.bias")));
}

TEST(LoadNamedTensorsTest, ShortensLongLists) {
  Toy toy;
  EXPECT_THAT(LoadNamedTensors(toy, {}, /*strict=*/true, "empty.safetensors"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("... (7 in all)")));
}

}  // namespace
}  // namespace wgan
