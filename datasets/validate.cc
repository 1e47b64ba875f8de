#include "datasets/validate.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/config/field_check.h"

namespace wgan {
namespace {

absl::Status ValidatePortraits(const PortraitsConfig& config, int64_t image_size) {
  RETURN_IF_ERROR(CheckInterval("dataset.portraits.num_images", kHasDefault, config.num_images(), 1, 10'000'000));
  return CheckField("dataset.image_size", true, image_size, image_size >= 16, "in [16, 1024] for dataset.portraits");
}

// `source` holds colour images.
absl::Status CheckThreeChannels(absl::string_view source, int64_t channels) {
  return CheckField("dataset.channels", kHasDefault, channels, channels == 3,
                    absl::StrCat("3, since dataset.", source, " gives 3 (RGB)"));
}

}  // namespace

absl::Status ValidateDatasetConfig(const DatasetConfig& config) {
  if (config.has_toy()) {
    return CheckField("dataset.toy.distribution", config.toy().has_distribution(),
                      ToyConfig::Distribution_Name(config.toy().distribution()),
                      config.toy().distribution() != ToyConfig::DISTRIBUTION_UNSPECIFIED,
                      "SWISS_ROLL, EIGHT_GAUSSIANS or TWENTY_FIVE_GAUSSIANS");
  }
  RETURN_IF_ERROR(CheckInterval("dataset.image_size", config.has_image_size(), config.image_size(), 4, 1024));
  RETURN_IF_ERROR(CheckField("dataset.channels", kHasDefault, config.channels(),
                             config.channels() == 1 || config.channels() == 3, "1 or 3"));
  RETURN_IF_ERROR(
      CheckField("dataset.pixel_values", kHasDefault, DatasetConfig::PixelValues_Name(config.pixel_values()),
                 config.pixel_values() != DatasetConfig::PIXEL_VALUES_UNSPECIFIED, "CENTERED or DEQUANTIZED"));
  switch (config.source_case()) {
    case DatasetConfig::kPortraits:
      RETURN_IF_ERROR(CheckThreeChannels("portraits", config.channels()));
      return ValidatePortraits(config.portraits(), config.image_size());
    case DatasetConfig::kImageFolder:
      RETURN_IF_ERROR(CheckThreeChannels("image_folder", config.channels()));
      return CheckAtLeast("dataset.image_folder.max_unreadable", kHasDefault, config.image_folder().max_unreadable(),
                          0);
    case DatasetConfig::kFashionMnist:
    case DatasetConfig::kMnist:
      return absl::OkStatus();
    case DatasetConfig::kCifar10:
      RETURN_IF_ERROR(CheckThreeChannels("cifar10", config.channels()));
      return CheckField("dataset.cifar10.split", kHasDefault, Cifar10Config::Split_Name(config.cifar10().split()),
                        config.cifar10().split() != Cifar10Config::SPLIT_UNSPECIFIED, "TRAIN or TEST");
    case DatasetConfig::kToy:  // above
    case DatasetConfig::SOURCE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "dataset names no source; set one of dataset.portraits, dataset.image_folder, dataset.fashion_mnist, "
      "dataset.mnist, dataset.toy, dataset.cifar10");
}

}  // namespace wgan
