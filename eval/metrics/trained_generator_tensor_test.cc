#include "eval/metrics/trained_generator_tensor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>

#include <memory>
#include <string>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/tensor.h"
#include "common/nn/module_state.h"
#include "common/nn/network_factory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

constexpr char kConfig[] = R"(
  training { iterations: 7 }
  gradient_penalty { weight: 10 }
  network { gp_resnet { image_size: 16 channels: 1 width: 4 latent_dim: 8 classes: 0 } })";

NetworkConfig SmallNetwork() {
  NetworkConfig config;
  config.mutable_gp_resnet()->set_image_size(16);
  config.mutable_gp_resnet()->set_channels(1);
  config.mutable_gp_resnet()->set_width(4);
  config.mutable_gp_resnet()->set_latent_dim(8);
  return config;
}

class TrainedGeneratorTest : public testing::Test {
 protected:
  void SetUp() override {
    run_ = JoinPath(testing::TempDir(), testing::UnitTest::GetInstance()->current_test_info()->name());
    WGAN_ASSERT_OK(CreateDirectories(JoinPath(run_, "checkpoints")));
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(run_, "config.textproto"), kConfig));
  }

  // The weights that `seed` initialises, as those of `iteration`.
  std::shared_ptr<Network> Save(uint64_t seed, int64_t iteration) {
    std::shared_ptr<Network> network = MakeGenerator(SmallNetwork(), RandomStream(seed, "generator", 0));
    const std::string name = "checkpoints/netG_00000" + std::to_string(iteration) + ".safetensors";
    EXPECT_TRUE(SaveTensors(JoinPath(run_, name), NamedParametersAndBuffers(*network)).ok());
    return network;
  }

  std::string run_;
};

TEST_F(TrainedGeneratorTest, IsTheNewestOfTheRun) {
  EXPECT_TRUE(IsRunDirectory(run_));
  EXPECT_FALSE(IsRunDirectory(testing::TempDir()));
  Save(1, 2);
  const std::shared_ptr<Network> network = Save(2, 7);
  WGAN_ASSERT_OK_AND_ASSIGN(const TrainedGenerator generator, TrainedGenerator::Load(run_));
  EXPECT_EQ(generator.iteration(), 7);
  EXPECT_EQ(generator.latent_dimension(), 8);
  const at::Tensor latents = at::randn({5, 8});
  EXPECT_TRUE(at::equal(generator.Generate(latents), network->Forward(latents)));
}

TEST_F(TrainedGeneratorTest, ImagesDoNotDependOnTheirNumberOrOrder) {
  Save(1, 7);
  WGAN_ASSERT_OK_AND_ASSIGN(const TrainedGenerator generator, TrainedGenerator::Load(run_));
  const GeneratedImages few(generator, 3, 5), many(generator, 230, 5), others(generator, 3, 6);
  const Image second = few.Read(2).value();
  EXPECT_EQ(second.width, 16);
  EXPECT_EQ(second.channels, 3);  // grey is widened, as in all data sets
  EXPECT_NE(many.Read(102)->pixels, second.pixels);
  EXPECT_EQ(many.Read(2)->pixels, second.pixels);
  EXPECT_NE(others.Read(2)->pixels, second.pixels);
}

TEST_F(TrainedGeneratorTest, SaysWhatIsMissing) {
  EXPECT_THAT(TrainedGenerator::Load(run_), StatusIs(absl::StatusCode::kNotFound, HasSubstr("no netG_")));
  Save(1, 7);
  NetworkConfig wider = SmallNetwork();
  wider.mutable_gp_resnet()->set_width(6);
  WGAN_ASSERT_OK(
      WriteFileAtomically(JoinPath(run_, "config.textproto"), "network { " + wider.ShortDebugString() + "}"));
  EXPECT_THAT(TrainedGenerator::Load(run_), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("netG_000007")));
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(run_, "config.textproto"), "network { mlp { } }"));
  EXPECT_FALSE(TrainedGenerator::Load(run_).ok());
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(run_, "config.textproto"), "training { iterations: 7 }"));
  EXPECT_THAT(TrainedGenerator::Load(run_), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is no config")));
}

}  // namespace
}  // namespace wgan
