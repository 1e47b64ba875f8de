// Checks of a DatasetConfig before anything is opened. No LibTorch.
#ifndef DATASETS_VALIDATE_H_
#define DATASETS_VALIDATE_H_

#include "absl/status/status.h"
#include "datasets/dataset.pb.h"

namespace wgan {

// kInvalidArgument with field, value and allowed interval if `config` breaks what dataset.proto says. A missing
// `directory` is fine here, since programs fill it in from --data_dir; MakeBatchSource (factory.h) asks for it.
absl::Status ValidateDatasetConfig(const DatasetConfig& config);

}  // namespace wgan

#endif  // DATASETS_VALIDATE_H_
