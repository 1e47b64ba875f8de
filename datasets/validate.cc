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

// Of an IdxConfig, UspsConfig or Cifar10Config.
template <typename Config>
absl::Status CheckSplit(absl::string_view field, const Config& config) {
  return CheckField(field, kHasDefault, Config::Split_Name(config.split()), config.split() != Config::SPLIT_UNSPECIFIED,
                    "TRAIN or TEST");
}

// What all photographs have in common; `source` is the name of `config`'s field.
template <typename Config>
absl::Status ValidatePhotographs(absl::string_view source, const Config& config, int64_t channels) {
  RETURN_IF_ERROR(CheckThreeChannels(source, channels));
  return CheckAtLeast(absl::StrCat("dataset.", source, ".max_unreadable"), kHasDefault, config.max_unreadable(), 0);
}

template <typename Config>
absl::Status CheckCrop(absl::string_view source, const Config& config) {
  return CheckField(absl::StrCat("dataset.", source, ".crop"), kHasDefault, ImageFolderConfig::Crop_Name(config.crop()),
                    config.crop() != ImageFolderConfig::CROP_UNSPECIFIED, "one of the crops of crop.h");
}

absl::Status ValidateHdf5(const Hdf5Config& config) {
  RETURN_IF_ERROR(CheckField("dataset.hdf5.images", kHasDefault, config.images(), !config.images().empty(), "a name"));
  return CheckField("dataset.hdf5.labels", kHasDefault, config.labels(), !config.labels().empty(), "a name");
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
      return CheckSplit("dataset.fashion_mnist.split", config.fashion_mnist());
    case DatasetConfig::kMnist:
      return CheckSplit("dataset.mnist.split", config.mnist());
    case DatasetConfig::kCifar10:
      RETURN_IF_ERROR(CheckThreeChannels("cifar10", config.channels()));
      return CheckSplit("dataset.cifar10.split", config.cifar10());
    case DatasetConfig::kMnist5K:
    case DatasetConfig::kUciDigits:
      return absl::OkStatus();
    case DatasetConfig::kUsps:
      return CheckSplit("dataset.usps.split", config.usps());
    case DatasetConfig::kHdf5:
      return ValidateHdf5(config.hdf5());
    case DatasetConfig::kCeleba:
      RETURN_IF_ERROR(ValidatePhotographs("celeba", config.celeba(), config.channels()));
      RETURN_IF_ERROR(CheckCrop("celeba", config.celeba()));
      return CheckField("dataset.celeba.split", kHasDefault, CelebaConfig::Split_Name(config.celeba().split()),
                        config.celeba().split() != CelebaConfig::SPLIT_UNSPECIFIED, "ALL, TRAIN, VALID or TEST");
    case DatasetConfig::kCelebaHq:
      return ValidatePhotographs("celeba_hq", config.celeba_hq(), config.channels());
    case DatasetConfig::kLsun:
      RETURN_IF_ERROR(ValidatePhotographs("lsun", config.lsun(), config.channels()));
      return CheckCrop("lsun", config.lsun());
    case DatasetConfig::kImagenetDog:
      RETURN_IF_ERROR(ValidatePhotographs("imagenet_dog", config.imagenet_dog(), config.channels()));
      return CheckCrop("imagenet_dog", config.imagenet_dog());
    case DatasetConfig::kToy:  // above
    case DatasetConfig::SOURCE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "dataset names no source; set one of dataset.portraits, dataset.image_folder, dataset.fashion_mnist, "
      "dataset.mnist, dataset.toy, dataset.cifar10, dataset.mnist_5k, dataset.uci_digits, dataset.usps, dataset.hdf5, "
      "dataset.celeba, dataset.celeba_hq, dataset.lsun, dataset.imagenet_dog");
}

}  // namespace wgan
