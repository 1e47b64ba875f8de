#include "datasets/shuffled_batches.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/io/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Image i is one grey pixel of value i; those in `unreadable` are not.
class FakeReader : public ImageReader {
 public:
  FakeReader(int64_t size, std::set<int64_t> unreadable, std::atomic<int>* reads)
      : size_(size), unreadable_(std::move(unreadable)), reads_(reads) {}
  int64_t size() const override { return size_; }
  absl::StatusOr<Image> Read(int64_t index) const override {
    if (reads_ != nullptr) ++*reads_;
    if (unreadable_.count(index) > 0) return absl::DataLossError("torn");
    return Image{1, 1, 1, {static_cast<uint8_t>(index)}};
  }
  int Label(int64_t index) const override { return labelled ? static_cast<int>(index % 10) : -1; }
  std::string Name(int64_t index) const override { return absl::StrCat("image ", index); }
  bool labelled = true;

 private:
  const int64_t size_;
  const std::set<int64_t> unreadable_;
  std::atomic<int>* const reads_;
};

struct Setting {
  int64_t size = 100, batch_size = 8, max_unreadable = 10, cache_bytes = 1 << 20;
  int threads = 0;
  uint64_t seed = 5;
  std::set<int64_t> unreadable = {};
  std::atomic<int>* reads = nullptr;
  PixelValues pixel_values = PixelValues::kCentered;
  bool labelled = true;
};

absl::StatusOr<std::unique_ptr<BatchSource>> Open(const Setting& s) {
  DatasetInfo info;
  info.name = "fake";
  ShuffledBatchesOptions options;
  options.batch_size = s.batch_size;
  options.seed = s.seed;
  options.decode_threads = s.threads;
  options.max_unreadable = s.max_unreadable;
  options.cache_bytes = s.cache_bytes;
  options.pixel_values = s.pixel_values;
  auto reader = std::make_unique<FakeReader>(s.size, s.unreadable, s.reads);
  reader->labelled = s.labelled;
  return ShuffledBatches::Open(std::move(reader), info, options);
}

// The images in a batch: values back from [-1, 1] to 0 ... 255.
std::vector<int> Images(const at::Tensor& batch) {
  std::vector<int> images;
  for (int64_t i = 0; i < batch.numel(); ++i) {
    images.push_back(static_cast<int>(std::lround((batch.data_ptr<float>()[i] + 1) * 127.5)));
  }
  return images;
}

std::vector<int> ImagesOf(BatchSource& source, int64_t first, int64_t count) {
  std::vector<int> images;
  for (int64_t k = first; k < first + count; ++k) {
    const auto batch = source.Batch(k);
    EXPECT_THAT(batch, IsOk());
    for (int image : Images(*batch)) images.push_back(image);
  }
  return images;
}

TEST(ShuffledBatches, BatchIsAFloatTensorInUnitRange) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open({.size = 256, .batch_size = 256}));
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor batch, source->Batch(0));
  EXPECT_EQ(batch.scalar_type(), at::kFloat);
  EXPECT_TRUE(batch.is_contiguous());
  EXPECT_THAT(batch.sizes(), ElementsAre(256, 1, 1, 1));
  EXPECT_THAT(source->sample_shape(), ElementsAre(1, 1, 1));
  EXPECT_EQ(source->info().size, 256);
  EXPECT_EQ(batch.min().item<float>(), -1);
  EXPECT_EQ(batch.max().item<float>(), 1);
}

// 100 images in batches of 8: 12 batches an epoch, 4 images left out, each other one exactly once.
TEST(ShuffledBatches, EveryEpochVisitsEveryImageOnceButTheIncompleteBatch) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open({}));
  std::vector<std::vector<int>> epochs;
  for (int epoch = 0; epoch < 3; ++epoch) {
    const std::vector<int> images = ImagesOf(*source, epoch * 12, 12);
    EXPECT_EQ(std::set<int>(images.begin(), images.end()).size(), 96u);
    const std::vector<int64_t> order = RandomStream(5, "data_order", epoch).Permutation(100);
    EXPECT_EQ(images, std::vector<int>(order.begin(), order.begin() + 96));
    epochs.push_back(images);
  }
  EXPECT_NE(epochs[0], epochs[1]);
  EXPECT_NE(epochs[1], epochs[2]);
}

TEST(ShuffledBatches, BatchSizeThatDividesLeavesNothingOut) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open({.size = 96}));
  const std::vector<int> images = ImagesOf(*source, 0, 12);
  EXPECT_EQ(std::set<int>(images.begin(), images.end()).size(), 96u);
}

TEST(ShuffledBatches, SeedDecidesTheOrder) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto one, Open({.seed = 1}));
  WGAN_ASSERT_OK_AND_ASSIGN(const auto two, Open({.seed = 2}));
  EXPECT_NE(ImagesOf(*one, 0, 2), ImagesOf(*two, 0, 2));
}

std::string DigestOfBatches(int threads, int64_t cache_bytes, const std::vector<int64_t>& order) {
  const auto source =
      Open({.max_unreadable = 20, .cache_bytes = cache_bytes, .threads = threads, .unreadable = {3, 4, 50, 97}});
  EXPECT_THAT(source, IsOk());
  std::map<int64_t, std::string> batches;
  for (int64_t k : order) {
    const auto batch = (*source)->Batch(k);
    EXPECT_THAT(batch, IsOk());
    batches[k].assign(static_cast<const char*>(batch->data_ptr()), batch->nbytes());
  }
  std::string all;
  for (const auto& [k, bytes] : batches) all += bytes;
  return Sha256Hex(all);
}

TEST(ShuffledBatches, BatchesDependNeitherOnThreadsNorOnCacheNorOnTheOrderOfCalls) {
  std::vector<int64_t> rising;
  for (int64_t k = 0; k < 40; ++k) rising.push_back(k);
  const std::vector<int64_t> falling(rising.rbegin(), rising.rend());
  const std::string expected = DigestOfBatches(0, 0, rising);
  for (int threads : {0, 1, 4}) {
    EXPECT_EQ(DigestOfBatches(threads, 1 << 20, rising), expected) << threads;
    EXPECT_EQ(DigestOfBatches(threads, 0, falling), expected) << threads;
  }
}

TEST(ShuffledBatches, BatchesAreNotAliased) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open({.threads = 1}));
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor first, source->Batch(0));
  const at::Tensor copy = first.clone();
  for (int64_t k = 0; k < 5; ++k) WGAN_ASSERT_OK(source->Batch(k));
  EXPECT_TRUE(at::equal(first, copy));
  WGAN_ASSERT_OK_AND_ASSIGN(at::Tensor again, source->Batch(0));
  again.zero_();
  EXPECT_TRUE(at::equal(first, copy));
}

// What the header promises, written down a second time: the image of the next slot whose image can be read.
std::vector<int> ExpectedWithSkips(int64_t epoch, int64_t size, int64_t slots, const std::set<int64_t>& unreadable) {
  const std::vector<int64_t> order = RandomStream(5, "data_order", epoch).Permutation(size);
  std::vector<int> images;
  for (int64_t slot = 0; slot < slots; ++slot) {
    int64_t taken = slot;
    while (unreadable.count(order[taken % size]) > 0) ++taken;
    images.push_back(static_cast<int>(order[taken % size]));
  }
  return images;
}

TEST(ShuffledBatches, UnreadableImageGivesItsSlotToTheNext) {
  const std::set<int64_t> unreadable = {0, 1, 2, 30, 60, 61, 99};
  for (int threads : {0, 4}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open({.threads = threads, .unreadable = unreadable}));
    for (int epoch = 0; epoch < 2; ++epoch) {
      const std::vector<int> images = ImagesOf(*source, epoch * 12, 12);
      EXPECT_EQ(images, ExpectedWithSkips(epoch, 100, 96, unreadable));
    }
    EXPECT_THAT(source->UnreadableSamples(),
                ElementsAre("image 0: torn", "image 1: torn", "image 2: torn", "image 30: torn", "image 60: torn",
                            "image 61: torn", "image 99: torn"));
  }
}

// With 4 images in one batch of 4, the last slot's successor is the first slot.
TEST(ShuffledBatches, AfterTheLastSlotComesTheFirst) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open({.size = 4, .batch_size = 3, .unreadable = {2}}));
  for (int64_t k = 0; k < 20; ++k) EXPECT_EQ(ImagesOf(*source, k, 1), ExpectedWithSkips(k, 4, 3, {2})) << k;
}

TEST(ShuffledBatches, EachUnreadableImageCountsOnce) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open({.max_unreadable = 1, .cache_bytes = 0, .unreadable = {77}}));
  ImagesOf(*source, 0, 60);
  EXPECT_THAT(source->UnreadableSamples(), ElementsAre("image 77: torn"));
}

TEST(ShuffledBatches, BeyondTheLimitIsAnErrorInTheSameBatchWithAnyThreads) {
  std::set<int64_t> errors;
  for (int threads : {0, 1, 4}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const auto source,
                              Open({.max_unreadable = 2, .threads = threads, .unreadable = {90, 91, 92}}));
    int64_t k = 0;
    while (source->Batch(k).ok()) ++k;
    errors.insert(k);
    const absl::Status status = source->Batch(k).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss,
                                 "fake: 3 images could not be read, more than the limit of 2 (max_unreadable); the "
                                 "first: image 90: torn; mend or remove them, or raise the limit"));
    EXPECT_EQ(source->Batch(0).status(), status);  // and from then on
  }
  EXPECT_EQ(errors.size(), 1u);
}

TEST(ShuffledBatches, FewerImagesThanABatch) {
  EXPECT_THAT(Open({.size = 7}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "fake: 7 images are fewer than one batch of 8; lower the batch size or add images"));
}

TEST(ShuffledBatches, NothingReadable) {
  EXPECT_THAT(Open({.size = 3, .batch_size = 2, .unreadable = {0, 1, 2}}),
              StatusIs(absl::StatusCode::kDataLoss, "fake: none of the 3 images could be read; image 0: torn"));
  std::set<int64_t> all;
  for (int64_t i = 0; i < 100; ++i) all.insert(i);
  EXPECT_THAT(Open({.unreadable = all}),
              StatusIs(absl::StatusCode::kDataLoss, "fake: none of the first 11 images could be read; image 0: torn"));
}

TEST(ShuffledBatches, TooFewReadable) {
  EXPECT_THAT(Open({.size = 9, .unreadable = {4, 6}}),
              StatusIs(absl::StatusCode::kDataLoss,
                       "fake: only 7 of 9 images could be read, fewer than one batch of 8; the first that could not: "
                       "image 4: torn"));
}

TEST(ShuffledBatches, OpeningStopsAtTheLimit) {
  EXPECT_THAT(Open({.max_unreadable = 1, .unreadable = {1, 2}}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("2 images could not be read, more than the limit of 1")));
}

TEST(ShuffledBatches, OpeningReadsOneBatchOnly) {
  std::atomic<int> reads{0};
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open({.reads = &reads}));
  EXPECT_EQ(reads, 8);
  EXPECT_THAT(source->UnreadableSamples(), IsEmpty());
}

TEST(ShuffledBatches, CacheReadsEachImageOnceIfAllFit) {
  std::atomic<int> reads{0};
  WGAN_ASSERT_OK_AND_ASSIGN(const auto cached, Open({.size = 16, .unreadable = {15}, .reads = &reads}));
  ImagesOf(*cached, 0, 20);
  EXPECT_LE(reads, 17);  // the first image, which told the size, twice
  reads = 0;
  WGAN_ASSERT_OK_AND_ASSIGN(const auto uncached, Open({.size = 16, .cache_bytes = 100, .reads = &reads}));
  ImagesOf(*uncached, 0, 20);
  EXPECT_EQ(reads, 8 + 160);
}

TEST(ShuffledBatches, FarApartEpochs) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open({.threads = 2}));
  const std::vector<int> early = ImagesOf(*source, 0, 1);
  for (int64_t k : {int64_t{1} << 40, int64_t{12000}, int64_t{5}, int64_t{240}}) ImagesOf(*source, k, 1);
  EXPECT_EQ(ImagesOf(*source, 0, 1), early);
}

// Where an image cannot be read, the label is that of the image that takes its place.
TEST(ShuffledBatchesTest, LabelsBelongToTheImagesOfTheBatch) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open({.threads = 2, .unreadable = {3, 50}}));
  for (int64_t k = 0; k < 12; ++k) {
    WGAN_ASSERT_OK_AND_ASSIGN(const LabelledBatch batch, source->BatchWithLabels(k));
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor samples, source->Batch(k));
    EXPECT_EQ(Images(batch.samples), Images(samples));
    const std::vector<int> images = Images(batch.samples);
    for (size_t i = 0; i < images.size(); ++i) EXPECT_EQ(batch.labels.data_ptr<int64_t>()[i], images[i] % 10);
  }
  WGAN_ASSERT_OK_AND_ASSIGN(const auto unlabelled, Open({.labelled = false}));
  EXPECT_THAT(unlabelled->BatchWithLabels(0),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("no class labels")));
}

// v = 2 (byte / 256 - 0.5) + U[0, 1/128): from v the byte comes back as floor((v + 1) * 128), and what is left over is
// uniform on [0, 1) in units of 1/128. Its mean over n = 256 * 12 values is 1/2 with standard error 1 / sqrt(12 n);
// five of them are allowed. New noise in every epoch.
TEST(ShuffledBatchesTest, DequantizedPixels) {
  const Setting setting = {.size = 256, .batch_size = 256, .pixel_values = PixelValues::kDequantized};
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, Open(setting));
  double sum = 0;
  std::set<float> values;
  for (int64_t k = 0; k < 12; ++k) {
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor batch, source->Batch(k));
    std::set<int> bytes;
    for (int64_t i = 0; i < batch.numel(); ++i) {
      const float v = batch.data_ptr<float>()[i], scaled = (v + 1) * 128;
      bytes.insert(static_cast<int>(std::floor(scaled)));
      sum += scaled - std::floor(scaled);
      values.insert(v);
    }
    EXPECT_EQ(bytes.size(), 256u);
    EXPECT_EQ(*bytes.begin(), 0);
    EXPECT_EQ(*bytes.rbegin(), 255);
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor again, source->Batch(k));
    EXPECT_EQ(Images(batch), Images(again));
  }
  const double n = 256 * 12;
  EXPECT_NEAR(sum / n, 0.5, 5 / std::sqrt(12 * n));
  EXPECT_GT(values.size(), n * 0.99);
}

// Two pixels, black and then white.
class PairReader : public ImageReader {
 public:
  int64_t size() const override { return 64; }
  absl::StatusOr<Image> Read(int64_t) const override { return Image{1, 2, 1, {0, 255}}; }
  std::string Name(int64_t index) const override { return absl::StrCat("pair ", index); }
};

// Which rows of batch `index` are mirrored.
std::vector<bool> Mirrored(int64_t index, bool flip, uint64_t seed, int threads) {
  ShuffledBatchesOptions options;
  options.batch_size = 32;
  options.seed = seed;
  options.decode_threads = threads;
  options.horizontal_flip = flip;
  const auto source = ShuffledBatches::Open(std::make_unique<PairReader>(), DatasetInfo(), options);
  EXPECT_THAT(source, IsOk());
  const at::Tensor batch = *(*source)->Batch(index);
  std::vector<bool> mirrored;
  for (int64_t row = 0; row < 32; ++row) {
    const float* const pixels = batch.data_ptr<float>() + 2 * row;
    EXPECT_EQ(pixels[0], -pixels[1]);
    mirrored.push_back(pixels[0] > 0);
  }
  return mirrored;
}

TEST(ShuffledBatchesTest, FlipsAreAFunctionOfSeedBatchAndRow) {
  const std::vector<bool> first = Mirrored(0, true, 5, 0);
  RandomStream bits(5, "horizontal_flip", 0);
  int64_t count = 0;
  for (int row = 0; row < 32; ++row) {
    EXPECT_EQ(first[row], bits.NextBits() >= uint32_t{1} << 31);
    count += first[row] ? 1 : 0;
  }
  EXPECT_GT(count, 6);  // of 32 coins: beyond this with probability 0.9997
  EXPECT_LT(count, 26);
  EXPECT_EQ(Mirrored(0, true, 5, 3), first);
  EXPECT_NE(Mirrored(1, true, 5, 0), first);
  EXPECT_NE(Mirrored(0, true, 6, 0), first);
  EXPECT_EQ(Mirrored(0, false, 5, 0), std::vector<bool>(32, false));
}

}  // namespace
}  // namespace wgan
