#include "common/nn/validate.h"

#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "common/base/status_matchers.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::HasSubstr;

// Table 1 and 2 of the WGAN-QC supplement.
NetworkConfig PaperConfig() {
  NetworkConfig config;
  QcResNetConfig* c = config.mutable_qc_resnet();
  c->set_image_size(64);
  c->set_channels(3);
  c->set_base_width(64);
  c->set_max_width(512);
  c->set_blocks_per_stage(2);
  c->set_residual_scale(0.1);
  c->set_latent_dim(128);
  c->set_generator_batch_norm(true);
  return config;
}

TEST(ValidateNetworkConfigTest, PaperConfigsAreValid) {
  for (int size : {64, 128, 256}) {
    for (int blocks : {1, 2}) {
      NetworkConfig config = PaperConfig();
      config.mutable_qc_resnet()->set_image_size(size);
      config.mutable_qc_resnet()->set_blocks_per_stage(blocks);
      WGAN_EXPECT_OK(ValidateNetworkConfig(config));
      config.mutable_qc_resnet()->set_printed_variant(blocks == 1);
      WGAN_EXPECT_OK(ValidateNetworkConfig(config));
    }
  }
}

TEST(ValidateNetworkConfigTest, NeedsAnArchitecture) {
  EXPECT_THAT(
      ValidateNetworkConfig(NetworkConfig()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("network names no architecture; set network.qc_resnet")));
}

struct BadCase {
  std::string field, finding;  // "network.qc_resnet.<field> <finding>" must be in the message
  std::function<void(QcResNetConfig*)> spoil;
};

TEST(ValidateNetworkConfigTest, NamesTheBadField) {
  const BadCase cases[] = {
      {"image_size", "is 96; it must be 4 * 2^k: 8, 16, 32, 64, 128, 256, 512 or 1024",
       [](QcResNetConfig* c) { c->set_image_size(96); }},
      {"image_size", "is 4;", [](QcResNetConfig* c) { c->set_image_size(4); }},
      {"image_size", "is 2048;", [](QcResNetConfig* c) { c->set_image_size(2048); }},
      {"image_size", "is -64;", [](QcResNetConfig* c) { c->set_image_size(-64); }},
      {"image_size", "is not set;", [](QcResNetConfig* c) { c->clear_image_size(); }},
      {"channels", "is 2; it must be 1 (grey) or 3 (RGB)", [](QcResNetConfig* c) { c->set_channels(2); }},
      {"channels", "is not set;", [](QcResNetConfig* c) { c->clear_channels(); }},
      {"base_width", "is 0; it must be in [1, 16384]", [](QcResNetConfig* c) { c->set_base_width(0); }},
      {"base_width", "is not set;", [](QcResNetConfig* c) { c->clear_base_width(); }},
      {"max_width", "is 63; it must be between base_width (64) and 16384",
       [](QcResNetConfig* c) { c->set_max_width(63); }},
      {"max_width", "is not set;", [](QcResNetConfig* c) { c->clear_max_width(); }},
      {"blocks_per_stage", "is 3; it must be 1 (resnet1) or 2 (resnet2)",
       [](QcResNetConfig* c) { c->set_blocks_per_stage(3); }},
      {"blocks_per_stage", "is not set;", [](QcResNetConfig* c) { c->clear_blocks_per_stage(); }},
      {"residual_scale", "is 0; it must be in (0, 10]", [](QcResNetConfig* c) { c->set_residual_scale(0); }},
      {"residual_scale", "is nan;", [](QcResNetConfig* c) { c->set_residual_scale(std::nan("")); }},
      {"residual_scale", "is not set;", [](QcResNetConfig* c) { c->clear_residual_scale(); }},
      {"leaky_slope", "is 1; it must be in [0, 1)", [](QcResNetConfig* c) { c->set_leaky_slope(1); }},
      {"leaky_slope", "is -0.2;", [](QcResNetConfig* c) { c->set_leaky_slope(-0.2); }},
      {"latent_dim", "is 0; it must be in [1, 16384]", [](QcResNetConfig* c) { c->set_latent_dim(0); }},
      {"latent_dim", "is not set;", [](QcResNetConfig* c) { c->clear_latent_dim(); }},
      {"generator_batch_norm", "is not set;", [](QcResNetConfig* c) { c->clear_generator_batch_norm(); }},
      {"printed_variant", "is true; it must be false with blocks_per_stage 2",
       [](QcResNetConfig* c) { c->set_printed_variant(true); }},
  };
  for (const BadCase& bad : cases) {
    NetworkConfig config = PaperConfig();
    bad.spoil(config.mutable_qc_resnet());
    EXPECT_THAT(
        ValidateNetworkConfig(config),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("network.qc_resnet." + bad.field + " " + bad.finding)))
        << config.ShortDebugString();
  }
}

// A section of a message each: field, what is said of it, and how to spoil it.
TEST(ValidateNetworkConfigTest, Mlp) {
  NetworkConfig good;
  MlpConfig* c = good.mutable_mlp();
  c->set_sample_dim(2);
  c->set_latent_dim(2);
  c->set_hidden_width(512);
  c->set_hidden_layers(3);
  WGAN_EXPECT_OK(ValidateNetworkConfig(good));
  const std::pair<std::string, std::function<void(MlpConfig*)>> cases[] = {
      {"sample_dim is not set; it must be in [1, 16384]", [](MlpConfig* m) { m->clear_sample_dim(); }},
      {"latent_dim is 0; it must be in [1, 16384]", [](MlpConfig* m) { m->set_latent_dim(0); }},
      {"hidden_width is -1; it must be in [1, 16384]", [](MlpConfig* m) { m->set_hidden_width(-1); }},
      {"hidden_layers is 0; it must be in [1, 100]", [](MlpConfig* m) { m->set_hidden_layers(0); }},
      {"leaky_slope is 1; it must be in [0, 1)", [](MlpConfig* m) { m->set_leaky_slope(1); }}};
  for (const auto& [finding, spoil] : cases) {
    NetworkConfig config = good;
    spoil(config.mutable_mlp());
    EXPECT_THAT(ValidateNetworkConfig(config),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("network.mlp." + finding)));
  }
}

TEST(ValidateNetworkConfigTest, GpResNet) {
  NetworkConfig good;
  GpResNetConfig* c = good.mutable_gp_resnet();
  c->set_image_size(32);
  c->set_channels(3);
  c->set_width(128);
  c->set_latent_dim(128);
  WGAN_EXPECT_OK(ValidateNetworkConfig(good));
  const std::pair<std::string, std::function<void(GpResNetConfig*)>> cases[] = {
      {"image_size is 24; it must be 8 * 2^k", [](GpResNetConfig* m) { m->set_image_size(24); }},
      {"channels is 2; it must be 1 (grey) or 3 (RGB)", [](GpResNetConfig* m) { m->set_channels(2); }},
      {"width is not set; it must be in [1, 16384]", [](GpResNetConfig* m) { m->clear_width(); }},
      {"latent_dim is 0; it must be in [1, 16384]", [](GpResNetConfig* m) { m->set_latent_dim(0); }},
      {"classes is -1; it must be in [0, 1000]", [](GpResNetConfig* m) { m->set_classes(-1); }}};
  for (const auto& [finding, spoil] : cases) {
    NetworkConfig config = good;
    spoil(config.mutable_gp_resnet());
    EXPECT_THAT(ValidateNetworkConfig(config),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("network.gp_resnet." + finding)));
  }
}

TEST(ValidateNetworkConfigTest, GpResNet64) {
  NetworkConfig good;
  GpResNet64Config* c = good.mutable_gp_resnet64();
  c->set_image_size(64);
  c->set_channels(3);
  c->set_base_width(64);
  c->set_max_width(512);
  c->set_latent_dim(128);
  WGAN_EXPECT_OK(ValidateNetworkConfig(good));
  const std::pair<std::string, std::function<void(GpResNet64Config*)>> cases[] = {
      {"image_size is 24; it must be 4 * 2^k", [](GpResNet64Config* m) { m->set_image_size(24); }},
      {"channels is 2; it must be 1 (grey) or 3 (RGB)", [](GpResNet64Config* m) { m->set_channels(2); }},
      {"base_width is 0; it must be in [1, 16384]", [](GpResNet64Config* m) { m->set_base_width(0); }},
      {"max_width is 63; it must be between base_width (64)", [](GpResNet64Config* m) { m->set_max_width(63); }},
      {"latent_dim is not set; it must be in [1, 16384]", [](GpResNet64Config* m) { m->clear_latent_dim(); }}};
  for (const auto& [finding, spoil] : cases) {
    NetworkConfig config = good;
    spoil(config.mutable_gp_resnet64());
    EXPECT_THAT(ValidateNetworkConfig(config),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("network.gp_resnet64." + finding)));
  }
}

TEST(ValidateNetworkConfigTest, CrResNet) {
  NetworkConfig good;
  CrResNetConfig* c = good.mutable_cr_resnet();
  c->set_image_size(64);
  c->set_channels(3);
  c->set_base_width(64);
  c->set_generator_max_width(512);
  c->set_critic_max_width(1024);
  c->set_residual_scale(0.1);
  c->set_latent_dim(256);
  WGAN_EXPECT_OK(ValidateNetworkConfig(good));
  const std::pair<std::string, std::function<void(CrResNetConfig*)>> cases[] = {
      {"image_size is 4; it must be 4 * 2^k", [](CrResNetConfig* m) { m->set_image_size(4); }},
      {"channels is not set; it must be 1 (grey) or 3 (RGB)", [](CrResNetConfig* m) { m->clear_channels(); }},
      {"base_width is not set; it must be in [1, 16384]", [](CrResNetConfig* m) { m->clear_base_width(); }},
      {"generator_max_width is 32; it must be between base_width (64)",
       [](CrResNetConfig* m) { m->set_generator_max_width(32); }},
      {"critic_max_width is not set; it must be between", [](CrResNetConfig* m) { m->clear_critic_max_width(); }},
      {"residual_scale is 0; it must be in (0, 10]", [](CrResNetConfig* m) { m->set_residual_scale(0); }},
      {"leaky_slope is 1; it must be in [0, 1)", [](CrResNetConfig* m) { m->set_leaky_slope(1); }},
      {"latent_dim is 0; it must be in [1, 16384]", [](CrResNetConfig* m) { m->set_latent_dim(0); }}};
  for (const auto& [finding, spoil] : cases) {
    NetworkConfig config = good;
    spoil(config.mutable_cr_resnet());
    EXPECT_THAT(ValidateNetworkConfig(config),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("network.cr_resnet." + finding)));
  }
}

}  // namespace
}  // namespace wgan
