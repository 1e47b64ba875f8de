#include "datasets/open_images.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/io/sha256.h"
#include "datasets/celeba.h"
#include "datasets/cifar10.h"
#include "datasets/digits_csv.h"
#include "datasets/hdf5_images.h"
#include "datasets/idx.h"
#include "datasets/image_folder.h"
#include "datasets/imagenet_dog.h"
#include "datasets/lsun.h"
#include "datasets/portrait_traits.h"
#include "datasets/portraits.h"
#include "datasets/usps.h"
#include "datasets/validate.h"

namespace wgan {
namespace {

class PortraitsReader : public ImageReader {
 public:
  PortraitsReader(const PortraitsConfig& config, int image_size) : config_(config), image_size_(image_size) {}

  int64_t size() const override { return config_.num_images(); }
  absl::StatusOr<Image> Read(int64_t index) const override {
    return DrawPortrait(config_.collection(), static_cast<uint64_t>(index), image_size_);
  }
  // Ours, so that what needs classes can be tried without data.
  int Label(int64_t index) const override {
    return PortraitClass(DrawTraits(config_.collection(), static_cast<uint64_t>(index)));
  }
  std::string Name(int64_t index) const override { return absl::StrCat("portrait ", index); }

 private:
  const PortraitsConfig config_;
  const int image_size_;
};

// Covers the config and, through the bytes of the first portraits, the program that draws them.
std::string DigestOfPortraits(const PortraitsConfig& config, int image_size) {
  std::string text = absl::StrCat("portraits ", config.collection(), " ", config.num_images(), " ", image_size, "\n");
  for (uint64_t k = 0; k < 16; ++k) {
    const Image image = DrawPortrait(config.collection(), k, image_size);
    text.append(image.pixels.begin(), image.pixels.end());
  }
  return absl::StrCat("sha256:", Sha256Hex(text));
}

OpenedImages OpenPortraits(const PortraitsConfig& config, int image_size) {
  OpenedImages opened;
  opened.info.name = "portraits";
  opened.info.description = absl::StrCat(config.num_images(), " drawn faces at ", image_size, "x", image_size,
                                         ", a stand-in: no photographs, and not the paper's data");
  opened.info.stand_in = true;
  opened.info.digest = DigestOfPortraits(config, image_size);
  opened.reader = std::make_unique<PortraitsReader>(config, image_size);
  return opened;
}

absl::StatusOr<OpenedImages> OpenIdx(const std::string& name, const IdxConfig& files, const DatasetConfig& config) {
  return OpenIdxImages(name, files.directory(), config.image_size(), config.channels(), files.split());
}

}  // namespace

absl::StatusOr<OpenedImages> OpenImages(const DatasetConfig& config) {
  RETURN_IF_ERROR(ValidateDatasetConfig(config));
  switch (config.source_case()) {
    case DatasetConfig::kPortraits:
      return OpenPortraits(config.portraits(), config.image_size());
    case DatasetConfig::kImageFolder:
      return OpenImageFolder(config.image_folder(), config.image_size());
    case DatasetConfig::kFashionMnist:
      return OpenIdx("fashion_mnist", config.fashion_mnist(), config);
    case DatasetConfig::kMnist:
      return OpenIdx("mnist", config.mnist(), config);
    case DatasetConfig::kCifar10:
      return OpenCifar10(config.cifar10(), config.image_size());
    case DatasetConfig::kCeleba:
      return OpenCeleba(config.celeba(), config.image_size());
    case DatasetConfig::kCelebaHq:
      return OpenCelebaHq(config.celeba_hq(), config.image_size());
    case DatasetConfig::kLsun:
      return OpenLsun(config.lsun(), config.image_size());
    case DatasetConfig::kImagenetDog:
      return OpenImageNetDog(config.imagenet_dog(), config.image_size());
    case DatasetConfig::kMnist5K:
      return OpenDigits(kMnist5k, config.mnist_5k(), config.image_size(), config.channels());
    case DatasetConfig::kUciDigits:
      return OpenDigits(kUciDigits, config.uci_digits(), config.image_size(), config.channels());
    case DatasetConfig::kUsps:
      return OpenUsps(config.usps(), config.image_size(), config.channels());
    case DatasetConfig::kHdf5:
      return OpenHdf5Images(config.hdf5(), config.image_size(), config.channels());
    case DatasetConfig::kToy:
    case DatasetConfig::SOURCE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("dataset.toy has points, no images");
}

}  // namespace wgan
