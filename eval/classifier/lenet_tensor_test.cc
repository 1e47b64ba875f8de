#include "eval/classifier/lenet_tensor.h"

#include <ATen/ATen.h>

#include "common/base/status_matchers.h"
#include "common/io/tensor.h"
#include "common/nn/module_state.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

TEST(LeNetTest, ParameterCounts) {
  // 28x28 grey: (25 + 1) 16 + (400 + 1) 32 + (32 * 49 + 1) 128 + 129 * 10 = 416 + 12,832 + 200,832 + 1,290.
  EXPECT_EQ(ParameterCount(LeNet({28, 1, 16, 128, 10})), 215'370);
  // 32x32 colour: (75 + 1) 32 + (800 + 1) 64 + (64 * 64 + 1) 128 + 129 * 10 = 2,432 + 51,264 + 524,416 + 1,290.
  EXPECT_EQ(ParameterCount(LeNet({32, 3, 32, 128, 10})), 579'402);
  // LeNet-5's own widths are of another kind; the smallest: (25 + 1) + (25 + 1) 2 + (2 + 1) + 2 * 2.
  EXPECT_EQ(ParameterCount(LeNet({4, 1, 1, 1, 2})), 85);
}

// testdata/make_lenet_reference.py: the same network in Python PyTorch.
TEST(LeNetTest, AgreesWithPyTorch) {
  WGAN_ASSERT_OK_AND_ASSIGN(const LoadedTensors file, LoadTensors("eval/classifier/testdata/lenet.safetensors"));
  std::map<std::string, at::Tensor> weights = file.tensors;
  const at::Tensor images = weights.at("images"), features = weights.at("features"), logits = weights.at("logits");
  for (const char* name : {"images", "features", "logits"}) weights.erase(name);
  LeNet network({8, 3, 4, 6, 5});
  WGAN_ASSERT_OK(LoadNamedTensors(network, weights, /*strict=*/true, "reference"));
  const at::NoGradGuard no_grad;
  EXPECT_TRUE(at::allclose(network.Features(images), features, 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(network.Logits(features), logits, 1e-5, 1e-6));
  EXPECT_GT(features.max().item<float>(), 0.1);
  EXPECT_EQ(features.min().item<float>(), 0);  // the ReLU matters to the reference
}

}  // namespace
}  // namespace wgan
