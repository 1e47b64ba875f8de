#include "common/nn/validate.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"

namespace wgan {
namespace {

constexpr int kSmallestMap = 4;      // the networks' coarsest feature maps are 4x4
constexpr int kLargestImage = 1024;  // far above the papers' 256; stops a mistyped size before it fills the memory
constexpr int kLargestWidth = 1 << 14;

template <typename Value>
absl::Status Check(bool ok, absl::string_view field, bool present, Value value, absl::string_view allowed) {
  if (ok && present) return absl::OkStatus();
  if (!present)
    return absl::InvalidArgumentError(absl::StrCat("qc_resnet.", field, " is missing: set it to ", allowed));
  return absl::InvalidArgumentError(absl::StrCat("qc_resnet.", field, " is ", value, ": it must be ", allowed));
}

bool IsImageSize(int size) {
  if (size < 2 * kSmallestMap || size > kLargestImage) return false;
  return (size & (size - 1)) == 0;
}

absl::Status ValidateSizes(const QcResNetConfig& c) {
  RETURN_IF_ERROR(Check(IsImageSize(c.image_size()), "image_size", c.has_image_size(), c.image_size(),
                        "4 * 2^k: 8, 16, 32, 64, 128, 256, 512 or 1024"));
  RETURN_IF_ERROR(
      Check(c.channels() == 1 || c.channels() == 3, "channels", c.has_channels(), c.channels(), "1 (grey) or 3 (RGB)"));
  RETURN_IF_ERROR(Check(c.base_width() >= 1 && c.base_width() <= kLargestWidth, "base_width", c.has_base_width(),
                        c.base_width(), absl::StrCat("between 1 and ", kLargestWidth)));
  RETURN_IF_ERROR(Check(c.max_width() >= c.base_width() && c.max_width() <= kLargestWidth, "max_width",
                        c.has_max_width(), c.max_width(),
                        absl::StrCat("between base_width (", c.base_width(), ") and ", kLargestWidth)));
  return Check(c.latent_dim() >= 1 && c.latent_dim() <= kLargestWidth, "latent_dim", c.has_latent_dim(), c.latent_dim(),
               absl::StrCat("between 1 and ", kLargestWidth));
}

absl::Status ValidateQcResNet(const QcResNetConfig& c) {
  RETURN_IF_ERROR(ValidateSizes(c));
  RETURN_IF_ERROR(Check(c.blocks_per_stage() == 1 || c.blocks_per_stage() == 2, "blocks_per_stage",
                        c.has_blocks_per_stage(), c.blocks_per_stage(), "1 (resnet1) or 2 (resnet2)"));
  // The comparisons are written so that NaN fails them.
  RETURN_IF_ERROR(Check(c.residual_scale() > 0 && c.residual_scale() <= 10, "residual_scale", c.has_residual_scale(),
                        c.residual_scale(), "in (0, 10], 0.1 in the paper"));
  RETURN_IF_ERROR(
      Check(c.leaky_slope() >= 0 && c.leaky_slope() < 1, "leaky_slope", true, c.leaky_slope(), "in [0, 1)"));
  RETURN_IF_ERROR(Check(true, "generator_batch_norm", c.has_generator_batch_norm(), c.generator_batch_norm(),
                        "true (the paper) or false"));
  return Check(!c.printed_variant() || c.blocks_per_stage() == 1, "printed_variant", true,
               "true with blocks_per_stage 2", "false there, or blocks_per_stage 1");
}

}  // namespace

absl::Status ValidateNetworkConfig(const NetworkConfig& config) {
  switch (config.architecture_case()) {
    case NetworkConfig::kQcResnet:
      return ValidateQcResNet(config.qc_resnet());
    case NetworkConfig::ARCHITECTURE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("the network config names no architecture: set qc_resnet { ... }");
}

}  // namespace wgan
