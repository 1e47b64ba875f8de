// From a DatasetConfig to batches: the one place that knows every data set.
#ifndef DATASETS_FACTORY_H_
#define DATASETS_FACTORY_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "datasets/batch_source.h"
#include "datasets/dataset.pb.h"

namespace wgan {

// The batches of `config`, [batch_size, channels, image_size, image_size] in an order that `seed` decides, or of toys
// [batch_size, 2].
// `decode_threads` >= 0 background threads prepare batches; their number changes no value. `batch_size` >= 1.
//
// Everything that is wrong with config or data as a whole comes out here, before training: see ValidateDatasetConfig,
// OpenImageFolder and its like, OpenDecodedCache and ShuffledBatches::Open. Opening reads at least one batch of images.
absl::StatusOr<std::unique_ptr<BatchSource>> MakeBatchSource(const DatasetConfig& config, int64_t batch_size,
                                                             uint64_t seed, int decode_threads);

}  // namespace wgan

#endif  // DATASETS_FACTORY_H_
