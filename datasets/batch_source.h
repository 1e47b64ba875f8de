// Where training samples come from: one interface for every data set.
#ifndef DATASETS_BATCH_SOURCE_H_
#define DATASETS_BATCH_SOURCE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "datasets/dataset_info.h"

namespace wgan {

// Samples and their classes.
struct LabelledBatch {
  at::Tensor samples;  // as from BatchSource::Batch
  at::Tensor labels;   // int64 [batch_size], 0, 1, ...
};

// Shuffled batches of one data set, for ever: epoch after epoch, the incomplete last batch of each epoch dropped.
// Batch `index` is a pure function of (seed, index) and of the data: not of the number of threads, nor of the order of
// the calls. So a resumed run needs no state from here.
class BatchSource {
 public:
  virtual ~BatchSource() = default;

  virtual const DatasetInfo& info() const = 0;
  virtual std::vector<int64_t> sample_shape() const = 0;  // [C,H,W] for images
  virtual int64_t batch_size() const = 0;

  // Batch `index` >= 0: float32 [batch_size, sample_shape...], images in [-1,1], contiguous, on the CPU, not aliased by
  // later batches. Fastest when indices rise by one (later batches are prepared in the background). An error when more
  // samples were unreadable than the data set's limit allows.
  virtual absl::StatusOr<at::Tensor> Batch(int64_t index) = 0;

  // Batch `index` with its samples' classes; an error also where the data set has none.
  virtual absl::StatusOr<LabelledBatch> BatchWithLabels(int64_t /*index*/) {
    return absl::FailedPreconditionError("these data have no class labels, which conditional training needs");
  }

  // Files that could not be read so far, "path: reason", each once, sorted.
  virtual std::vector<std::string> UnreadableSamples() const { return {}; }
};

}  // namespace wgan

#endif  // DATASETS_BATCH_SOURCE_H_
