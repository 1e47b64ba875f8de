// The one BatchSource for images: epoch permutations, background decoding, a cache, and a limit on unreadable images.
#ifndef DATASETS_SHUFFLED_BATCHES_H_
#define DATASETS_SHUFFLED_BATCHES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/io/image.h"
#include "datasets/batch_source.h"
#include "datasets/image_reader.h"
#include "datasets/prefetcher.h"

namespace wgan {

// What a batch holds of a byte b of an image.
enum class PixelValues {
  kCentered,     // (b / 255 - 0.5) / 0.5
  kDequantized,  // 2 (b / 256 - 0.5) + U[0, 1/128), the noise of batch k from the stream "dequantization" at index k
};

// How ShuffledBatches treats its reader.
struct ShuffledBatchesOptions {
  int64_t batch_size = 0;      // >= 1
  uint64_t seed = 0;           // of the order
  int decode_threads = 0;      // background threads; 0 decodes in Batch()
  int64_t max_unreadable = 0;  // more unreadable images than this are an error
  PixelValues pixel_values = PixelValues::kCentered;
  // Whether to mirror images: row r of batch k by the top bit of number r of the stream "horizontal_flip" at index k.
  bool horizontal_flip = false;
  int64_t cache_bytes = int64_t{1} << 30;  // images stay in memory, as bytes, if all of them fit into this
};

// Epoch e visits the images in the order RandomStream(seed, "data_order", e).Permutation(N); batch k is made of slots
// (k mod floor(N / B)) * B + {0, ..., B - 1} of epoch floor(k / floor(N / B)), so the last N mod B slots of an epoch
// are dropped and every other image is seen exactly once in it.
//
// A slot whose image cannot be read takes the image of the next slot of the same epoch's permutation whose image can
// (after the last slot comes the first). So one unreadable image makes one other image appear twice in that epoch, and
// the batch stays a pure function of (seed, k).
//
// An unreadable image is reported by the first Batch() call that met it; when more than `max_unreadable` were reported,
// that call and all later ones return kDataLoss. Batch() is for one caller at a time.
class ShuffledBatches : public BatchSource {
 public:
  // Fails before training if no batch can be filled: fewer images than `batch_size` (kInvalidArgument), or, after
  // reading images in the order 0, 1, ... until a batch of them was readable, too few of those (kDataLoss: none
  // readable, more than `max_unreadable` unreadable, or fewer readable than a batch). `info` is what info() returns,
  // its `size` set from the reader; its `name` begins error messages. Assumes that every readable image has one shape.
  static absl::StatusOr<std::unique_ptr<BatchSource>> Open(std::unique_ptr<const ImageReader> reader, DatasetInfo info,
                                                           const ShuffledBatchesOptions& options);

  const DatasetInfo& info() const override { return info_; }
  std::vector<int64_t> sample_shape() const override { return {channels_, height_, width_}; }
  int64_t batch_size() const override { return options_.batch_size; }
  absl::StatusOr<at::Tensor> Batch(int64_t index) override;
  absl::StatusOr<LabelledBatch> BatchWithLabels(int64_t index) override;
  std::vector<std::string> UnreadableSamples() const override;

 private:
  // What a background thread hands over.
  struct Prepared {
    LabelledBatch batch;                        // undefined if `status` is not OK
    std::map<int64_t, std::string> unreadable;  // those met on the way: image, reason
    absl::Status status;
  };
  // An image that was read, or why it could not be.
  using ReadResult = std::shared_ptr<const absl::StatusOr<Image>>;
  using Permutation = std::shared_ptr<const std::vector<int64_t>>;

  ShuffledBatches(std::unique_ptr<const ImageReader> reader, DatasetInfo info, const ShuffledBatchesOptions& options);
  absl::Status Probe();
  absl::Status NothingReadable(int64_t tried) const;
  void TakeShape(const Image& image);
  absl::StatusOr<Prepared> Take(int64_t index);
  Prepared Prepare(int64_t index) const;
  // An image's number and what reading it gave; null where no image could be read.
  struct NumberedImage {
    int64_t image = 0;
    ReadResult result;
  };
  NumberedImage ReadSlot(const std::vector<int64_t>& order, int64_t slot,
                         std::map<int64_t, std::string>& unreadable) const;
  ReadResult Read(int64_t image) const;
  Permutation EpochPermutation(int64_t epoch) const;
  absl::Status CheckLimit() const;

  const std::unique_ptr<const ImageReader> reader_;
  DatasetInfo info_;
  const ShuffledBatchesOptions options_;
  int64_t channels_ = 0, height_ = 0, width_ = 0;
  bool caching_ = false;
  std::map<int64_t, std::string> unreadable_;  // reported ones: image, reason

  mutable std::mutex mutex_;  // guards what the background threads share, below
  mutable std::vector<ReadResult> cache_;
  mutable std::map<int64_t, Permutation> permutations_;  // of the epochs last used

  std::unique_ptr<Prefetcher<Prepared>> prefetcher_;  // last: its threads use all of the above
};

}  // namespace wgan

#endif  // DATASETS_SHUFFLED_BATCHES_H_
