#include "datasets/factory.h"

#include <utility>

#include "common/base/status_macros.h"
#include "datasets/decoded_cache.h"
#include "datasets/open_images.h"
#include "datasets/shuffled_batches.h"
#include "datasets/toy_source.h"
#include "datasets/validate.h"

namespace wgan {
namespace {

PixelValues PixelValuesOf(const DatasetConfig& config) {
  return config.pixel_values() == DatasetConfig::DEQUANTIZED ? PixelValues::kDequantized : PixelValues::kCentered;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BatchSource>> MakeBatchSource(const DatasetConfig& config, int64_t batch_size,
                                                             uint64_t seed, int decode_threads) {
  RETURN_IF_ERROR(ValidateDatasetConfig(config));
  if (config.has_toy()) return std::make_unique<ToySource>(config.toy(), batch_size, seed);
  ASSIGN_OR_RETURN(OpenedImages opened, OpenImages(config));
  ShuffledBatchesOptions options;
  if (!config.cache_dir().empty()) {
    const DecodedCacheOptions cache{config.cache_dir(), config.image_size(), config.image_size(), config.channels(),
                                    decode_threads};
    ASSIGN_OR_RETURN(opened, OpenDecodedCache(std::move(opened), cache));
    options.cache_bytes = 0;  // the file is mapped: the system keeps what fits
  }
  options.batch_size = batch_size;
  options.seed = seed;
  options.decode_threads = decode_threads;
  options.max_unreadable = opened.max_unreadable;
  options.pixel_values = PixelValuesOf(config);
  options.horizontal_flip = config.horizontal_flip();
  absl::StatusOr<std::unique_ptr<BatchSource>> batches =
      ShuffledBatches::Open(std::move(opened.reader), std::move(opened.info), options);
  if (batches.ok() || !config.has_image_folder()) return batches;
  return Annotate(batches.status(), config.image_folder().directory());
}

}  // namespace wgan
