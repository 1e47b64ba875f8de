// The whole critic objective and its parameter gradient against an independent implementation in Python, in float64:
// testdata/make_critic_reference.py.
#include <ATen/ATen.h>

#include <map>
#include <string>
#include <utility>

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "common/io/tensor.h"
#include "common/nn/module_state.h"
#include "gtest/gtest.h"
#include "papers/wganqc/algorithm.h"

namespace wgan::wganqc {
namespace {

constexpr double kTolerance = 1e-9;  // relative to the largest number of a tensor

double RelativeError(const at::Tensor& value, const at::Tensor& expected) {
  return ((value.detach() - expected).abs().max() / expected.abs().max()).item<double>();
}

class CriticReferenceTest : public testing::TestWithParam<WganQcConfig::CriticGradient> {
 protected:
  void SetUp() override {
    WGAN_ASSERT_OK_AND_ASSIGN(LoadedTensors file, LoadTensors("papers/wganqc/testdata/critic_reference.safetensors"));
    reference_ = std::move(file.tensors);
    WGAN_ASSERT_OK(ParseTextProto(R"(
      network { qc_resnet { image_size: 16 channels: 3 base_width: 3 max_width: 6 blocks_per_stage: 2
                            residual_scale: 0.1 latent_dim: 5 generator_batch_norm: true } }
      critic_optimizer { adam { learning_rate: 1e-4 beta1: 0.5 beta2: 0.999 } }
      generator_optimizer { adam { learning_rate: 1e-4 beta1: 0.5 beta2: 0.999 } }
      generator_ema { decay: 0.9 start_iteration: 3 buffers: FROZEN_AT_COPY })",
                                  "reference", &config_));
    config_.set_gamma(Number("gamma"));
    config_.set_critic_gradient(GetParam());
  }

  at::Tensor Double(const std::string& name) const { return reference_.at(name).to(at::kDouble); }
  double Number(const std::string& name) const { return reference_.at(name).item<double>(); }
  std::map<std::string, at::Tensor> WithPrefix(const std::string& prefix) const {
    std::map<std::string, at::Tensor> found;
    for (const auto& [name, tensor] : reference_) {
      if (name.rfind(prefix, 0) == 0) found[name.substr(prefix.size())] = tensor;
    }
    return found;
  }

  // The fixed batch, whose duals and matching are the file's.
  WganQc::Round Round() const {
    WganQc::Round round;
    round.real = Double("y");
    round.fake = Double("x");
    round.targets = {Double("h_real"), Double("h_fake"),
                     MatchedDistances(round.real, round.fake, reference_.at("sigma")), Number("k"), config_.gamma()};
    return round;
  }

  std::map<std::string, at::Tensor> reference_;
  WganQcConfig config_;
};

TEST_P(CriticReferenceTest, LossOtrAndEveryParameterGradient) {
  WganQc algorithm(config_, RandomStreams(1), at::kCPU);
  Network& critic = algorithm.critic();
  critic.to(at::kDouble);
  WGAN_ASSERT_OK(LoadNamedTensors(critic, WithPrefix("critic."), /*strict=*/true, "the reference"));
  const WganQc::CriticEvaluation evaluation = algorithm.AccumulateCriticGradient(Round());

  EXPECT_LT(RelativeError(evaluation.real, reference_.at("critic_real")), kTolerance);
  EXPECT_LT(RelativeError(evaluation.fake, reference_.at("critic_fake")), kTolerance);
  const CriticLoss& loss = evaluation.loss;
  EXPECT_LT(RelativeError(loss.regression_real + loss.regression_fake, reference_.at("regression")), kTolerance);
  const double weight = RegularizerWeight(CostScale(0, 3 * 16 * 16), config_.gamma());
  EXPECT_LT(RelativeError(weight * loss.regularizer, reference_.at("otr")), kTolerance);
  EXPECT_LT(RelativeError(loss.total, reference_.at("total")), kTolerance);

  const std::map<std::string, at::Tensor> expected = WithPrefix("gradient.");
  EXPECT_EQ(critic.named_parameters().size(), expected.size());
  for (const auto& item : critic.named_parameters()) {
    EXPECT_LT(RelativeError(item.value().grad(), expected.at(item.key())), kTolerance) << item.key();
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, CriticReferenceTest,
                         testing::Values(WganQcConfig::AUTOGRAD, WganQcConfig::CLOSED_FORM),
                         [](const auto& info) { return WganQcConfig::CriticGradient_Name(info.param); });

}  // namespace
}  // namespace wgan::wganqc
