#include "datasets/validate.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"

namespace wgan {
namespace {

absl::Status CheckInterval(absl::string_view field, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("dataset.", field, " is ", value, ", not in [", low, ", ", high, "]"));
}

absl::Status ValidatePortraits(const PortraitsConfig& config, int64_t image_size) {
  RETURN_IF_ERROR(CheckInterval("portraits.num_images", config.num_images(), 1, 10'000'000));
  return CheckInterval("image_size (of portraits)", image_size, 16, 1024);
}

absl::Status ValidateImageFolder(const ImageFolderConfig& config) {
  if (config.max_unreadable() >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("dataset.image_folder.max_unreadable is ", config.max_unreadable(), ", not at least 0"));
}

// `source` holds colour images.
absl::Status CheckThreeChannels(absl::string_view source, int64_t channels) {
  if (channels == 3) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("dataset.channels is ", channels, ", but dataset.", source, " gives 3 (RGB)"));
}

}  // namespace

absl::Status ValidateDatasetConfig(const DatasetConfig& config) {
  if (!config.has_image_size()) {
    return absl::InvalidArgumentError("dataset.image_size is not set; give the images' height in pixels, e.g. 64");
  }
  RETURN_IF_ERROR(CheckInterval("image_size", config.image_size(), 4, 1024));
  if (config.channels() != 1 && config.channels() != 3) {
    return absl::InvalidArgumentError(absl::StrCat("dataset.channels is ", config.channels(), ", not 1 or 3"));
  }
  switch (config.source_case()) {
    case DatasetConfig::kPortraits:
      RETURN_IF_ERROR(CheckThreeChannels("portraits", config.channels()));
      return ValidatePortraits(config.portraits(), config.image_size());
    case DatasetConfig::kImageFolder:
      RETURN_IF_ERROR(CheckThreeChannels("image_folder", config.channels()));
      return ValidateImageFolder(config.image_folder());
    case DatasetConfig::kFashionMnist:
    case DatasetConfig::kMnist:
      return absl::OkStatus();
    case DatasetConfig::SOURCE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "dataset names no source; set one of dataset.portraits, image_folder, fashion_mnist, mnist");
}

}  // namespace wgan
