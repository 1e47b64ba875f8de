#include "common/nn/inception_v3.h"

#include <torch/torch.h>

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/tensor.h"
#include "common/nn/inception_v3_input.h"
#include "common/nn/inception_v3_layout.h"
#include "common/nn/inception_v3_weights.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

const LoadedTensors& Reference() {
  static const LoadedTensors reference = LoadTensors("common/nn/testdata/inception_v3.safetensors").value();
  return reference;
}

const InceptionV3& Network() {
  static const InceptionV3 network = InceptionV3::FromWeights(HashedInceptionWeights(), "test").value();
  return network;
}

at::Tensor EverySeventh(const at::Tensor& features) { return features.slice(1, 0, features.size(1), 7).contiguous(); }

// The largest difference, relative to the largest feature.
double Difference(const at::Tensor& ours, const at::Tensor& reference) {
  EXPECT_EQ(ours.sizes(), reference.sizes());
  return ((ours - reference).abs().max() / reference.abs().max()).item<double>();
}

TEST(InceptionV3Test, AllLayersEqualTorchFidelity) {
  const auto& tensors = Reference().tensors;
  ASSERT_TRUE(torch::equal(tensors.at("images"), HashedImages("images", {2, 3, 40, 30})));
  WGAN_ASSERT_OK_AND_ASSIGN(const InceptionFeatures features, Network().Forward(tensors.at("images")));
  const std::map<std::string, at::Tensor> layers = {
      {"64", features.after_first_pool},  {"192", features.after_second_pool},
      {"768", features.before_auxiliary}, {"2048", features.pooled},
      {"logits", features.logits},        {"logits_unbiased", features.logits_unbiased}};
  for (const auto& [name, values] : layers) {
    const double difference = Difference(EverySeventh(values), tensors.at("images." + name));
    RecordProperty("difference_" + name, absl::StrCat(difference));
    EXPECT_LT(difference, 1e-5) << name;
  }
}

TEST(InceptionV3Test, ShrinksLargeImagesAsTorchFidelityDoes) {
  WGAN_ASSERT_OK_AND_ASSIGN(const InceptionFeatures features,
                            Network().Forward(HashedImages("single", {1, 3, 331, 300}), InceptionLayer::k2048));
  EXPECT_LT(Difference(EverySeventh(features.pooled), Reference().tensors.at("single.2048")), 1e-5);
  EXPECT_FALSE(features.logits.defined());
}

TEST(InceptionV3Test, InputEqualsTorchFidelityToTheLastBit) {
  const at::Tensor image = HashedImages("single", {1, 3, 331, 300});
  at::Tensor result = torch::empty({kInceptionSize, kInceptionSize, 3});
  InceptionInput(image.const_data_ptr<uint8_t>(), 331, 300, result.mutable_data_ptr<float>());
  const at::Tensor planar = result.permute({2, 0, 1}).contiguous().flatten();
  EXPECT_TRUE(torch::equal(planar.slice(0, 0, planar.numel(), 997), Reference().tensors.at("resized")));
}

TEST(InceptionV3Test, InputByHand) {
  // Two pixels, 28 and 228, widened: output i lies at 2 i / 299; beyond the last pixel its value stays.
  const uint8_t image[6] = {28, 228, 28, 228, 0, 0};
  std::vector<float> result(kInceptionSize * kInceptionSize * 3);
  InceptionInput(image, 1, 2, result.data());
  EXPECT_EQ(result[0], (28 - 128) / 128.0f);
  EXPECT_NEAR(result[3 * 100], (28 + 200 * 200 / 299.0 - 128) / 128, 1e-6);
  EXPECT_EQ(result[3 * 200], (228 - 128) / 128.0f);
  EXPECT_EQ(result[3 * 298 + 2], -1);
}

TEST(InceptionV3Test, ABatchIsItsImages) {
  const at::Tensor images = HashedImages("batch", {3, 3, 20, 20});
  WGAN_ASSERT_OK_AND_ASSIGN(const InceptionFeatures whole, Network().Forward(images, InceptionLayer::k2048));
  for (int64_t i = 0; i < 3; ++i) {
    WGAN_ASSERT_OK_AND_ASSIGN(const InceptionFeatures one,
                              Network().Forward(images.narrow(0, i, 1), InceptionLayer::k2048));
    EXPECT_LT(Difference(one.pooled, whole.pooled.narrow(0, i, 1)), 1e-5);
  }
}

TEST(InceptionV3Test, TakesTheNamesOfTheTorchScriptFile) {
  std::map<std::string, at::Tensor> plain = HashedInceptionWeights(), script;
  for (const InceptionConvolution& layout : InceptionConvolutions()) {
    plain[layout.name + ".bn.weight"].fill_(1);  // that file has no scales
    script[layout.script_name + ".weight"] = plain[layout.name + ".conv.weight"];
    script[layout.script_name + ".beta"] = plain[layout.name + ".bn.bias"];
    script[layout.script_name + ".mean"] = plain[layout.name + ".bn.running_mean"];
    script[layout.script_name + ".var"] = plain[layout.name + ".bn.running_var"];
  }
  script["output.weight"] = plain["fc.weight"];
  script["output.bias"] = plain["fc.bias"];
  const at::Tensor images = HashedImages("images", {1, 3, 8, 8});
  EXPECT_TRUE(torch::equal(InceptionV3::FromWeights(plain, "a")->Forward(images)->logits,
                           InceptionV3::FromWeights(script, "b")->Forward(images)->logits));
}

TEST(InceptionV3Test, LayoutNamesEachConvolutionOnce) {
  std::set<std::string> names, script_names;
  for (const InceptionConvolution& layout : InceptionConvolutions()) {
    names.insert(layout.name);
    script_names.insert(layout.script_name);
  }
  EXPECT_EQ(names.size(), 94u);
  EXPECT_EQ(script_names.size(), 94u);
}

TEST(InceptionV3Test, SaysWhatIsWrongWithWeights) {
  std::map<std::string, at::Tensor> weights = HashedInceptionWeights();
  weights["fc.bias"] = torch::zeros({1000});
  EXPECT_THAT(InceptionV3::FromWeights(weights, "torchvision.pth").status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("torchvision.pth: tensor 'fc.bias' has shape [1000] and should have [1008]")));
  weights.erase("Mixed_7c.branch_pool.bn.bias");
  EXPECT_THAT(InceptionV3::FromWeights(weights, "w").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'Mixed_7c.branch_pool.bn.bias' is missing")));
  EXPECT_THAT(InceptionV3::Load("no/such.pth").status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no/such.pth")));
}

TEST(InceptionV3Test, TakesOnlyBytes) {
  const auto refused = [](const at::Tensor& images) {
    EXPECT_THAT(Network().Forward(images).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bytes in 0..255, uint8 [B,3,H,W]")));
  };
  refused(torch::zeros({1, 3, 8, 8}));
  refused(torch::zeros({1, 1, 8, 8}, torch::kUInt8));
  refused(torch::zeros({3, 8, 8}, torch::kUInt8));
  refused(torch::zeros({0, 3, 8, 8}, torch::kUInt8));
}

// A file that somebody has: --test_env=INCEPTION_WEIGHTS=FILE made by make_inception_reference.py.
TEST(InceptionV3Test, LoadsAFile) {
  const char* path = std::getenv("INCEPTION_WEIGHTS");
  if (path == nullptr) GTEST_SKIP() << "INCEPTION_WEIGHTS names no file of made-up weights";
  WGAN_ASSERT_OK_AND_ASSIGN(const InceptionV3 network, InceptionV3::Load(path));
  const at::Tensor images = HashedImages("images", {1, 3, 8, 8});
  EXPECT_TRUE(torch::equal(network.Forward(images)->logits, Network().Forward(images)->logits));
}

}  // namespace
}  // namespace wgan
