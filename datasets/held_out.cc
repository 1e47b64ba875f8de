#include "datasets/held_out.h"

#include "absl/status/status.h"

namespace wgan {
namespace {

// Sets the split TEST of a Cifar10Config or an IdxConfig.
template <typename Config>
absl::Status TakeTest(Config& config) {
  if (config.split() == Config::TEST) {
    return absl::InvalidArgumentError("no images are held out where the test images are trained on");
  }
  config.set_split(Config::TEST);
  return absl::OkStatus();
}

}  // namespace

DatasetConfig WithDirectory(DatasetConfig dataset, const std::string& directory) {
  switch (dataset.source_case()) {
    case DatasetConfig::kImageFolder:
      dataset.mutable_image_folder()->set_directory(directory);
      break;
    case DatasetConfig::kFashionMnist:
      dataset.mutable_fashion_mnist()->set_directory(directory);
      break;
    case DatasetConfig::kMnist:
      dataset.mutable_mnist()->set_directory(directory);
      break;
    case DatasetConfig::kCifar10:
      dataset.mutable_cifar10()->set_directory(directory);
      break;
    case DatasetConfig::kMnist5K:
      dataset.mutable_mnist_5k()->set_directory(directory);
      break;
    case DatasetConfig::kUciDigits:
      dataset.mutable_uci_digits()->set_directory(directory);
      break;
    case DatasetConfig::kUsps:
      dataset.mutable_usps()->set_directory(directory);
      break;
    case DatasetConfig::kHdf5:
      dataset.mutable_hdf5()->set_file(directory);
      break;
    case DatasetConfig::kCeleba:
      dataset.mutable_celeba()->set_directory(directory);
      break;
    case DatasetConfig::kCelebaHq:
      dataset.mutable_celeba_hq()->set_directory(directory);
      break;
    case DatasetConfig::kLsun:
      dataset.mutable_lsun()->set_directory(directory);
      break;
    case DatasetConfig::kImagenetDog:
      dataset.mutable_imagenet_dog()->set_directory(directory);
      break;
    case DatasetConfig::kPortraits:
    case DatasetConfig::kToy:
    case DatasetConfig::SOURCE_NOT_SET:
      break;
  }
  return dataset;
}

DatasetConfig OrPortraits(DatasetConfig dataset, bool has_directory) {
  // Selecting a member of the oneof that is set already keeps its fields.
  if (!has_directory && !dataset.has_toy()) dataset.mutable_portraits();
  return dataset;
}

absl::StatusOr<DatasetConfig> HeldOut(DatasetConfig dataset) {
  absl::Status status;
  switch (dataset.source_case()) {
    case DatasetConfig::kPortraits:
      dataset.mutable_portraits()->set_collection(dataset.portraits().collection() + 1);
      break;
    case DatasetConfig::kFashionMnist:
      status = TakeTest(*dataset.mutable_fashion_mnist());
      break;
    case DatasetConfig::kMnist:
      status = TakeTest(*dataset.mutable_mnist());
      break;
    case DatasetConfig::kCifar10:
      status = TakeTest(*dataset.mutable_cifar10());
      break;
    case DatasetConfig::kUsps:
      status = TakeTest(*dataset.mutable_usps());
      break;
    case DatasetConfig::kMnist5K:
    case DatasetConfig::kUciDigits:
    case DatasetConfig::kHdf5:
    case DatasetConfig::kCeleba:
    case DatasetConfig::kCelebaHq:
    case DatasetConfig::kLsun:
    case DatasetConfig::kImagenetDog:
    case DatasetConfig::kImageFolder:
    case DatasetConfig::kToy:
    case DatasetConfig::SOURCE_NOT_SET:
      return absl::InvalidArgumentError(
          "this data set has no held-out images; cifar10, mnist, fashion_mnist, usps and portraits have");
  }
  if (!status.ok()) return status;
  return dataset;
}

}  // namespace wgan
