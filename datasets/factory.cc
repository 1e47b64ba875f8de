#include "datasets/factory.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/io/sha256.h"
#include "datasets/cifar10.h"
#include "datasets/idx.h"
#include "datasets/image_folder.h"
#include "datasets/image_reader.h"
#include "datasets/portraits.h"
#include "datasets/shuffled_batches.h"
#include "datasets/toy_source.h"
#include "datasets/validate.h"

namespace wgan {
namespace {

PixelValues PixelValuesOf(const DatasetConfig& config) {
  return config.pixel_values() == DatasetConfig::DEQUANTIZED ? PixelValues::kDequantized : PixelValues::kCentered;
}

class PortraitsReader : public ImageReader {
 public:
  PortraitsReader(const PortraitsConfig& config, int image_size) : config_(config), image_size_(image_size) {}

  int64_t size() const override { return config_.num_images(); }
  absl::StatusOr<Image> Read(int64_t index) const override {
    return DrawPortrait(config_.collection(), static_cast<uint64_t>(index), image_size_);
  }
  // Made up, so that class-conditional training can be tried without data: says nothing about the picture.
  int Label(int64_t index) const override { return static_cast<int>(index % 10); }
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

absl::StatusOr<OpenedImages> OpenImages(const DatasetConfig& config) {
  switch (config.source_case()) {
    case DatasetConfig::kPortraits:
      return OpenPortraits(config.portraits(), config.image_size());
    case DatasetConfig::kImageFolder:
      return OpenImageFolder(config.image_folder(), config.image_size());
    case DatasetConfig::kFashionMnist:
      return OpenIdxImages("fashion_mnist", config.fashion_mnist().directory(), config.image_size(), config.channels());
    case DatasetConfig::kMnist:
      return OpenIdxImages("mnist", config.mnist().directory(), config.image_size(), config.channels());
    case DatasetConfig::kCifar10:
      return OpenCifar10(config.cifar10(), config.image_size());
    case DatasetConfig::kToy:  // MakeBatchSource knows it
    case DatasetConfig::SOURCE_NOT_SET:
      break;
  }
  WGAN_CHECK(false) << "ValidateDatasetConfig lets no config without a source through";
  return OpenedImages();
}

}  // namespace

absl::StatusOr<std::unique_ptr<BatchSource>> MakeBatchSource(const DatasetConfig& config, int64_t batch_size,
                                                             uint64_t seed, int decode_threads) {
  RETURN_IF_ERROR(ValidateDatasetConfig(config));
  if (config.has_toy()) return std::make_unique<ToySource>(config.toy(), batch_size, seed);
  ASSIGN_OR_RETURN(OpenedImages opened, OpenImages(config));
  ShuffledBatchesOptions options;
  options.batch_size = batch_size;
  options.seed = seed;
  options.decode_threads = decode_threads;
  options.max_unreadable = opened.max_unreadable;
  options.pixel_values = PixelValuesOf(config);
  absl::StatusOr<std::unique_ptr<BatchSource>> batches =
      ShuffledBatches::Open(std::move(opened.reader), std::move(opened.info), options);
  if (batches.ok() || !config.has_image_folder()) return batches;
  return Annotate(batches.status(), config.image_folder().directory());
}

}  // namespace wgan
