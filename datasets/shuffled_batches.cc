#include "datasets/shuffled_batches.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/random_stream.h"
#include "common/base/status_macros.h"
#include "datasets/pixel_planes.h"

namespace wgan {
namespace {

// The bytes' values 2 (b / 256 - 0.5) plus noise, from those of ImageToPlanes, 2 b / 255 - 1.
void Dequantize(absl::Span<float> values, RandomStream random) {
  for (float& value : values) {
    const float byte = std::nearbyint((value + 1) * 127.5f);
    value = 2 * (byte / 256 - 0.5f) + random.Uniform() / 128;
  }
}

constexpr size_t kPermutationsKept = 4;  // batches under way rarely span more than two epochs

}  // namespace

absl::StatusOr<std::unique_ptr<BatchSource>> ShuffledBatches::Open(std::unique_ptr<const ImageReader> reader,
                                                                   DatasetInfo info,
                                                                   const ShuffledBatchesOptions& options) {
  WGAN_CHECK_GE(options.batch_size, 1);
  std::unique_ptr<ShuffledBatches> source(new ShuffledBatches(std::move(reader), std::move(info), options));
  RETURN_IF_ERROR(source->Probe());
  ShuffledBatches* const self = source.get();
  source->prefetcher_ = std::make_unique<Prefetcher<Prepared>>([self](int64_t index) { return self->Prepare(index); },
                                                               options.decode_threads);
  return source;
}

ShuffledBatches::ShuffledBatches(std::unique_ptr<const ImageReader> reader, DatasetInfo info,
                                 const ShuffledBatchesOptions& options)
    : reader_(std::move(reader)), info_(std::move(info)), options_(options) {
  info_.size = reader_->size();
}

// Reads until one batch is full: the earliest moment at which the shape is known and the data shown to be usable.
absl::Status ShuffledBatches::Probe() {
  const int64_t size = reader_->size();
  if (size < options_.batch_size) {
    return absl::InvalidArgumentError(absl::StrCat(info_.name, ": ", size, " images are fewer than one batch of ",
                                                   options_.batch_size, "; lower the batch size or add images"));
  }
  int64_t readable = 0;
  for (int64_t image = 0; image < size && readable < options_.batch_size; ++image) {
    const ReadResult result = Read(image);
    if (result->ok()) {
      if (readable++ == 0) TakeShape(**result);
      continue;
    }
    unreadable_.emplace(image, std::string(result->status().message()));
    if (readable > 0 || image + 1 == size) continue;
    if (!CheckLimit().ok()) return NothingReadable(image + 1);
  }
  if (readable == 0) return NothingReadable(size);
  RETURN_IF_ERROR(CheckLimit());
  if (readable == options_.batch_size) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(info_.name, ": only ", readable, " of ", size,
                                          " images could be read, fewer than one batch of ", options_.batch_size,
                                          "; the first that could not: ", UnreadableSamples().front()));
}

absl::Status ShuffledBatches::NothingReadable(int64_t tried) const {
  const std::string which = tried == reader_->size() ? absl::StrCat("the ", tried) : absl::StrCat("the first ", tried);
  return absl::DataLossError(
      absl::StrCat(info_.name, ": none of ", which, " images could be read; ", UnreadableSamples().front()));
}

// The first readable image decides; Read() holds all others to it.
void ShuffledBatches::TakeShape(const Image& image) {
  channels_ = image.channels;
  height_ = image.height;
  width_ = image.width;
  const int64_t bytes_each = static_cast<int64_t>(image.pixels.size() + sizeof(ReadResult) + sizeof(Image) + 64);
  caching_ = reader_->size() <= options_.cache_bytes / bytes_each;
  if (caching_) cache_.resize(reader_->size());
}

absl::StatusOr<at::Tensor> ShuffledBatches::Batch(int64_t index) {
  ASSIGN_OR_RETURN(Prepared prepared, Take(index));
  return std::move(prepared.batch.samples);
}

absl::StatusOr<LabelledBatch> ShuffledBatches::BatchWithLabels(int64_t index) {
  if (reader_->Label(0) < 0) return BatchSource::BatchWithLabels(index);
  ASSIGN_OR_RETURN(Prepared prepared, Take(index));
  return std::move(prepared.batch);
}

absl::StatusOr<ShuffledBatches::Prepared> ShuffledBatches::Take(int64_t index) {
  WGAN_CHECK_GE(index, 0);
  RETURN_IF_ERROR(CheckLimit());
  Prepared prepared = prefetcher_->Get(index);
  unreadable_.merge(prepared.unreadable);
  RETURN_IF_ERROR(CheckLimit());
  RETURN_IF_ERROR(prepared.status);
  return prepared;
}

ShuffledBatches::Prepared ShuffledBatches::Prepare(int64_t index) const {
  const int64_t size = reader_->size(), batch_size = options_.batch_size;
  const int64_t batches_per_epoch = size / batch_size;
  const Permutation order = EpochPermutation(index / batches_per_epoch);
  const int64_t first_slot = index % batches_per_epoch * batch_size;
  Prepared prepared;
  at::Tensor batch = at::empty({batch_size, channels_, height_, width_}, at::kFloat);
  at::Tensor labels = at::empty({batch_size}, at::kLong);
  float* const values = batch.mutable_data_ptr<float>();
  RandomStream flips(options_.seed, "horizontal_flip", index);
  for (int64_t row = 0; row < batch_size; ++row) {
    const NumberedImage read = ReadSlot(*order, first_slot + row, prepared.unreadable);
    if (read.result == nullptr) {
      prepared.status = absl::DataLossError(absl::StrCat(info_.name, ": too many images cannot be read"));
      return prepared;
    }
    const bool mirrored = options_.horizontal_flip && flips.NextBits() >> 31 != 0;
    ImageToPlanes(**read.result, mirrored, values + row * channels_ * height_ * width_);
    labels.mutable_data_ptr<int64_t>()[row] = reader_->Label(read.image);
  }
  if (options_.pixel_values == PixelValues::kDequantized) {
    Dequantize(absl::MakeSpan(values, batch.numel()), RandomStream(options_.seed, "dequantization", index));
  }
  prepared.batch = {std::move(batch), std::move(labels)};
  return prepared;
}

// The image of `slot` or of the first slot after it that is readable; null if there is none or too much is unreadable.
ShuffledBatches::NumberedImage ShuffledBatches::ReadSlot(const std::vector<int64_t>& order, int64_t slot,
                                                         std::map<int64_t, std::string>& unreadable) const {
  const int64_t size = static_cast<int64_t>(order.size());
  for (int64_t step = 0; step < size; ++step) {
    const int64_t image = order[(slot + step) % size];
    const ReadResult result = Read(image);
    if (result->ok()) return {image, result};
    unreadable.emplace(image, std::string(result->status().message()));
    if (static_cast<int64_t>(unreadable.size()) > options_.max_unreadable) return {};  // Batch() will say so
  }
  return {};
}

ShuffledBatches::ReadResult ShuffledBatches::Read(int64_t image) const {
  if (caching_) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (cache_[image] != nullptr) return cache_[image];
  }
  // Without the lock: decoding is what the threads are for. Two that want one image at once get equal results.
  auto result = std::make_shared<absl::StatusOr<Image>>(reader_->Read(image));
  if (result->ok() && channels_ > 0) {
    WGAN_CHECK((*result)->channels == channels_ && (*result)->height == height_ && (*result)->width == width_)
        << reader_->Name(image);
  }
  if (caching_) {
    std::lock_guard<std::mutex> lock(mutex_);
    cache_[image] = result;
  }
  return result;
}

ShuffledBatches::Permutation ShuffledBatches::EpochPermutation(int64_t epoch) const {
  std::lock_guard<std::mutex> lock(mutex_);
  Permutation& permutation = permutations_[epoch];
  if (permutation == nullptr) {
    RandomStream random(options_.seed, "data_order", epoch);
    permutation = std::make_shared<const std::vector<int64_t>>(random.Permutation(reader_->size()));
  }
  const Permutation result = permutation;
  while (permutations_.size() > kPermutationsKept) {
    const bool first_is_ours = permutations_.begin()->first == epoch;
    permutations_.erase(first_is_ours ? std::prev(permutations_.end()) : permutations_.begin());
  }
  return result;
}

absl::Status ShuffledBatches::CheckLimit() const {
  const int64_t count = static_cast<int64_t>(unreadable_.size());
  if (count <= options_.max_unreadable) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      info_.name, ": ", count, " images could not be read, more than the limit of ", options_.max_unreadable,
      " (max_unreadable); the first: ", UnreadableSamples().front(), "; mend or remove them, or raise the limit"));
}

std::vector<std::string> ShuffledBatches::UnreadableSamples() const {
  std::vector<std::string> lines;
  for (const auto& [image, why] : unreadable_) lines.push_back(absl::StrCat(reader_->Name(image), ": ", why));
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace wgan
