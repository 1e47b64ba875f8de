#include "common/nn/validate.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/config/field_check.h"

namespace wgan {
namespace {

constexpr int kSmallestMap = 4;      // the networks' coarsest feature maps are 4x4
constexpr int kLargestImage = 1024;  // far above the papers' 256; stops a mistyped size before it fills the memory
constexpr int kLargestWidth = 1 << 14;

bool IsImageSize(int size) {
  if (size < 2 * kSmallestMap || size > kLargestImage) return false;
  return (size & (size - 1)) == 0;
}

// What all networks of images have; `Config` is one of their messages.
template <typename Config>
absl::Status ValidateImage(const Config& c, const std::string& field, const std::string& sizes) {
  RETURN_IF_ERROR(
      CheckField(field + ".image_size", c.has_image_size(), c.image_size(), IsImageSize(c.image_size()), sizes));
  RETURN_IF_ERROR(CheckField(field + ".channels", c.has_channels(), c.channels(),
                             c.channels() == 1 || c.channels() == 3, "1 (grey) or 3 (RGB)"));
  return CheckInterval(field + ".latent_dim", c.has_latent_dim(), c.latent_dim(), 1, kLargestWidth);
}

const char kFromFour[] = "4 * 2^k: 8, 16, 32, 64, 128, 256, 512 or 1024";

absl::Status CheckMaxWidth(const std::string& field, bool is_set, int width, int base_width) {
  return CheckField(field, is_set, width, width >= base_width && width <= kLargestWidth,
                    absl::StrCat("between base_width (", base_width, ") and ", kLargestWidth));
}

absl::Status CheckResidualScale(const std::string& field, bool is_set, double scale) {
  return CheckField(field, is_set, scale, scale > 0 && scale <= 10, "in (0, 10], 0.1 in the paper");
}

absl::Status ValidateQcResNet(const QcResNetConfig& c, const std::string& field) {
  RETURN_IF_ERROR(ValidateImage(c, field, kFromFour));
  RETURN_IF_ERROR(CheckInterval(field + ".base_width", c.has_base_width(), c.base_width(), 1, kLargestWidth));
  RETURN_IF_ERROR(CheckMaxWidth(field + ".max_width", c.has_max_width(), c.max_width(), c.base_width()));
  RETURN_IF_ERROR(CheckField(field + ".blocks_per_stage", c.has_blocks_per_stage(), c.blocks_per_stage(),
                             c.blocks_per_stage() == 1 || c.blocks_per_stage() == 2, "1 (resnet1) or 2 (resnet2)"));
  RETURN_IF_ERROR(CheckResidualScale(field + ".residual_scale", c.has_residual_scale(), c.residual_scale()));
  RETURN_IF_ERROR(CheckBelowOne(field + ".leaky_slope", kHasDefault, c.leaky_slope()));
  RETURN_IF_ERROR(CheckField(field + ".generator_batch_norm", c.has_generator_batch_norm(), c.generator_batch_norm(),
                             true, "true (the paper) or false"));
  return CheckField(field + ".printed_variant", kHasDefault, "true", !c.printed_variant() || c.blocks_per_stage() == 1,
                    "false with blocks_per_stage 2");
}

absl::Status ValidateMlp(const MlpConfig& c, const std::string& field) {
  constexpr int kMostLayers = 100;
  RETURN_IF_ERROR(CheckInterval(field + ".sample_dim", c.has_sample_dim(), c.sample_dim(), 1, kLargestWidth));
  RETURN_IF_ERROR(CheckInterval(field + ".latent_dim", c.has_latent_dim(), c.latent_dim(), 1, kLargestWidth));
  RETURN_IF_ERROR(CheckInterval(field + ".hidden_width", c.has_hidden_width(), c.hidden_width(), 1, kLargestWidth));
  RETURN_IF_ERROR(CheckInterval(field + ".hidden_layers", c.has_hidden_layers(), c.hidden_layers(), 1, kMostLayers));
  return CheckBelowOne(field + ".leaky_slope", kHasDefault, c.leaky_slope());
}

absl::Status ValidateGpResNet(const GpResNetConfig& c, const std::string& field) {
  constexpr int kMostClasses = 1000;
  RETURN_IF_ERROR(ValidateImage(c, field, "8 * 2^k: 8, 16, 32, 64, 128, 256, 512 or 1024"));
  RETURN_IF_ERROR(CheckInterval(field + ".width", c.has_width(), c.width(), 1, kLargestWidth));
  return CheckInterval(field + ".classes", kHasDefault, c.classes(), 0, kMostClasses);
}

absl::Status ValidateGpResNet64(const GpResNet64Config& c, const std::string& field) {
  RETURN_IF_ERROR(ValidateImage(c, field, kFromFour));
  RETURN_IF_ERROR(CheckInterval(field + ".base_width", c.has_base_width(), c.base_width(), 1, kLargestWidth));
  return CheckMaxWidth(field + ".max_width", c.has_max_width(), c.max_width(), c.base_width());
}

absl::Status ValidateCrResNet(const CrResNetConfig& c, const std::string& field) {
  RETURN_IF_ERROR(ValidateImage(c, field, kFromFour));
  RETURN_IF_ERROR(CheckInterval(field + ".base_width", c.has_base_width(), c.base_width(), 1, kLargestWidth));
  RETURN_IF_ERROR(CheckMaxWidth(field + ".generator_max_width", c.has_generator_max_width(), c.generator_max_width(),
                                c.base_width()));
  RETURN_IF_ERROR(
      CheckMaxWidth(field + ".critic_max_width", c.has_critic_max_width(), c.critic_max_width(), c.base_width()));
  RETURN_IF_ERROR(CheckResidualScale(field + ".residual_scale", c.has_residual_scale(), c.residual_scale()));
  return CheckBelowOne(field + ".leaky_slope", kHasDefault, c.leaky_slope());
}

}  // namespace

absl::Status ValidateNetworkConfig(const NetworkConfig& config) {
  switch (config.architecture_case()) {
    case NetworkConfig::kQcResnet:
      return ValidateQcResNet(config.qc_resnet(), "network.qc_resnet");
    case NetworkConfig::kMlp:
      return ValidateMlp(config.mlp(), "network.mlp");
    case NetworkConfig::kGpResnet:
      return ValidateGpResNet(config.gp_resnet(), "network.gp_resnet");
    case NetworkConfig::kGpResnet64:
      return ValidateGpResNet64(config.gp_resnet64(), "network.gp_resnet64");
    case NetworkConfig::kCrResnet:
      return ValidateCrResNet(config.cr_resnet(), "network.cr_resnet");
    case NetworkConfig::ARCHITECTURE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "network names no architecture; set network.qc_resnet, network.mlp, network.gp_resnet, network.gp_resnet64 or "
      "network.cr_resnet");
}

}  // namespace wgan
