#include "datasets/factory.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "common/io/sha256.h"
#include "common/io/tensor.h"
#include "datasets/portraits.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

DatasetConfig Parse(const std::string& text) {
  DatasetConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

// `count` JPEGs of 178 x 218 as img_align_celeba has them.
std::string CelebaFolder(int count) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder = absl::StrCat(testing::TempDir(), "/", test->test_suite_name(), ".", test->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/img_align_celeba");
  for (int k = 1; k <= count; ++k) {
    Image image = Image::Black(218, 178, 3);
    const Image portrait = DrawPortrait(0, k, 178);
    std::copy(portrait.pixels.begin(), portrait.pixels.end(), image.pixels.begin() + 20 * 178 * 3);
    const std::string name = absl::StrCat("/img_align_celeba/", 100000 + k, ".jpg");
    EXPECT_THAT(WriteFileAtomically(folder + name, *EncodeJpeg(image, 90)), IsOk());
  }
  return folder;
}

DatasetConfig FolderConfig(const std::string& folder) {
  DatasetConfig config = Parse("image_size: 64 image_folder {}");
  config.mutable_image_folder()->set_directory(folder);
  return config;
}

std::string DigestOfBatches(BatchSource& source, int64_t count) {
  std::string bytes;
  for (int64_t k = 0; k < count; ++k) {
    const auto batch = source.Batch(k);
    EXPECT_THAT(batch, IsOk());
    bytes.append(static_cast<const char*>(batch->data_ptr()), batch->nbytes());
  }
  return Sha256Hex(bytes);
}

TEST(MakeBatchSource, PortraitsSayThatTheyAreAStandIn) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, MakeBatchSource(Parse("image_size: 32 portraits {}"), 4, 1, 0));
  EXPECT_EQ(source->info().name, "portraits");
  EXPECT_TRUE(source->info().stand_in);
  EXPECT_EQ(source->info().size, 20000);
  EXPECT_EQ(source->info().description,
            "20000 drawn faces at 32x32, a stand-in: no photographs, and not the paper's data");
  EXPECT_THAT(source->sample_shape(), ElementsAre(3, 32, 32));
  EXPECT_EQ(source->batch_size(), 4);
}

// With one portrait there is no order to know, and the values are those of ImageToTensor.
TEST(MakeBatchSource, PortraitBatchHoldsThePortrait) {
  WGAN_ASSERT_OK_AND_ASSIGN(
      const auto source, MakeBatchSource(Parse("image_size: 32 portraits { num_images: 1 collection: 9 }"), 1, 1, 0));
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor batch, source->Batch(5));
  EXPECT_TRUE(at::equal(batch[0], ImageToTensor(DrawPortrait(9, 0, 32))));
}

TEST(MakeBatchSource, PortraitsDigestDependsOnTheCollectionNotOnTheSeed) {
  const auto digest = [](const std::string& config, uint64_t seed) {
    return (*MakeBatchSource(Parse(config), 2, seed, 0))->info().digest;
  };
  const std::string expected = digest("image_size: 32 portraits {}", 1);
  EXPECT_EQ(digest("image_size: 32 portraits {}", 2), expected);
  EXPECT_NE(digest("image_size: 32 portraits { collection: 1 }", 1), expected);
  EXPECT_NE(digest("image_size: 32 portraits { num_images: 9 }", 1), expected);
  EXPECT_NE(digest("image_size: 16 portraits {}", 1), expected);
}

TEST(MakeBatchSource, CelebaFolderIsTheSameWithAnyNumberOfThreads) {
  const std::string folder = CelebaFolder(20);
  std::set<std::string> digests;
  for (int threads : {0, 1, 4}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const auto source, MakeBatchSource(FolderConfig(folder), 6, 3, threads));
    EXPECT_EQ(source->info().crop, "celeba_crop108_64");
    digests.insert(DigestOfBatches(*source, 9));
  }
  EXPECT_EQ(digests.size(), 1u);
  WGAN_ASSERT_OK_AND_ASSIGN(const auto other, MakeBatchSource(FolderConfig(folder), 6, 4, 0));
  EXPECT_EQ(digests.count(DigestOfBatches(*other, 9)), 0u);
}

TEST(MakeBatchSource, TornJpegIsNamedCountedAndSkipped) {
  const std::string folder = CelebaFolder(12);
  const std::string path = folder + "/img_align_celeba/100007.jpg";
  const std::string bytes = *ReadFile(path);
  WGAN_ASSERT_OK(WriteFileAtomically(path, bytes.substr(0, bytes.size() * 2 / 3)));
  std::set<std::string> digests;
  for (int threads : {0, 4}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const auto source, MakeBatchSource(FolderConfig(folder), 4, 3, threads));
    digests.insert(DigestOfBatches(*source, 9));
    ASSERT_EQ(source->UnreadableSamples().size(), 1u);
    EXPECT_THAT(source->UnreadableSamples()[0], HasSubstr("img_align_celeba/100007.jpg: "));
  }
  EXPECT_EQ(digests.size(), 1u);
  DatasetConfig strict = FolderConfig(folder);
  strict.mutable_image_folder()->set_max_unreadable(0);
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, MakeBatchSource(strict, 4, 3, 0));
  absl::Status status;
  for (int64_t k = 0; k < 3 && status.ok(); ++k) status = source->Batch(k).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss,
                               HasSubstr("image_folder: 1 images could not be read, more than the limit of 0 "
                                         "(max_unreadable); the first: img_align_celeba/100007.jpg: ")));
}

TEST(MakeBatchSource, NamedCropForOtherImagesFailsBeforeTraining) {
  const std::string folder = CelebaFolder(0);
  for (int k = 0; k < 3; ++k) {
    WGAN_ASSERT_OK(WriteFileAtomically(absl::StrCat(folder, "/", k, ".png"), *EncodePng(DrawPortrait(0, k, 96))));
  }
  DatasetConfig config = FolderConfig(folder);
  config.mutable_image_folder()->set_crop(ImageFolderConfig::CELEBA_CROP108_64);
  EXPECT_THAT(MakeBatchSource(config, 2, 1, 0),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("none of the 3 images could be read; 0.png: the crop celeba_crop108_64 is for")));
}

TEST(MakeBatchSource, FewerImagesThanABatch) {
  const std::string folder = CelebaFolder(3);
  EXPECT_THAT(MakeBatchSource(FolderConfig(folder), 64, 1, 0),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       folder + ": image_folder: 3 images are fewer than one batch of 64; lower the batch size or add "
                                "images"));
}

TEST(MakeBatchSource, FashionMnist) {
  const DatasetConfig config =
      Parse("image_size: 32 channels: 1 fashion_mnist { directory: 'testdata/fashion_mnist_64' }");
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, MakeBatchSource(config, 16, 1, 2));
  EXPECT_EQ(source->info().name, "fashion_mnist");
  EXPECT_FALSE(source->info().stand_in);
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor batch, source->Batch(0));
  EXPECT_THAT(batch.sizes(), ElementsAre(16, 1, 32, 32));
}

TEST(MakeBatchSource, RefusesABadConfig) {
  EXPECT_THAT(MakeBatchSource(Parse("image_size: 64"), 4, 1, 0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("names no source")));
}

TEST(MakeBatchSource, ToysNeedNoImageSize) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, MakeBatchSource(Parse("toy { distribution: SWISS_ROLL }"), 16, 3, 2));
  EXPECT_THAT(source->sample_shape(), ElementsAre(2));
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor batch, source->Batch(0));
  EXPECT_EQ(batch.sizes(), at::IntArrayRef({16, 2}));
}

TEST(MakeBatchSource, Cifar10WithLabelsAndNoise) {
  const std::string folder = testing::TempDir() + "/cifar10_factory";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::string records;
  for (char label = 0; label < 4; ++label) records += std::string(1, label) + std::string(3072, 16 * label);
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/test_batch.bin", records));
  DatasetConfig config = Parse("image_size: 32 pixel_values: DEQUANTIZED cifar10 { split: TEST }");
  config.mutable_cifar10()->set_directory(folder);
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, MakeBatchSource(config, 4, 3, 0));
  WGAN_ASSERT_OK_AND_ASSIGN(const LabelledBatch batch, source->BatchWithLabels(0));
  EXPECT_EQ(batch.samples.sizes(), at::IntArrayRef({4, 3, 32, 32}));
  for (int i = 0; i < 4; ++i) {
    const double low = 2 * (16 * batch.labels.data_ptr<int64_t>()[i] / 256.0 - 0.5);
    const float* pixels = batch.samples.data_ptr<float>() + 3072 * i;
    EXPECT_GE(*std::min_element(pixels, pixels + 3072), low - 1e-6);
    EXPECT_LT(*std::max_element(pixels, pixels + 3072), low + 1 / 128.0 + 1e-6);
    EXPECT_NE(pixels[0], pixels[1]);
  }
}

// The formats of the real data sets, with and without a cache: the same batches.
TEST(MakeBatchSource, PhotographsFromTheCacheAreTheSame) {
  const std::string photographs = "datasets/testdata/photographs/", cache = testing::TempDir() + "/cache";
  std::filesystem::remove_all(cache);
  const struct {
    std::string text;
    int64_t size;
  } kCases[] = {
      {"celeba { directory: '" + photographs + "celeba' split: ALL crop: CELEBA_CROP140 }", 3},
      {"celeba_hq { directory: '" + photographs + "celeba_hq' }", 2},
      {"lsun { directory: '" + photographs + "lsun' }", 3},
      {"imagenet_dog { directory: '" + photographs + "imagenet_dog' }", 3},
  };
  for (const auto& c : kCases) {
    DatasetConfig config = Parse("image_size: 32 horizontal_flip: true " + c.text);
    WGAN_ASSERT_OK_AND_ASSIGN(const auto plain, MakeBatchSource(config, 2, 1, 0));
    config.set_cache_dir(cache);
    WGAN_ASSERT_OK_AND_ASSIGN(const auto made, MakeBatchSource(config, 2, 1, 2));
    WGAN_ASSERT_OK_AND_ASSIGN(const auto found, MakeBatchSource(config, 2, 1, 0));
    EXPECT_EQ(plain->info().size, c.size);
    EXPECT_EQ(found->info().digest, plain->info().digest);
    const std::string expected = DigestOfBatches(*plain, 6);
    EXPECT_EQ(DigestOfBatches(*made, 6), expected) << c.text;
    EXPECT_EQ(DigestOfBatches(*found, 6), expected) << c.text;
  }
  WGAN_ASSERT_OK_AND_ASSIGN(const auto files, ListDirectory(cache));
  EXPECT_EQ(files.size(), 4);
}

TEST(MakeBatchSource, DogsHaveTheirBreedsAsLabels) {
  const DatasetConfig config =
      Parse("image_size: 32 imagenet_dog { directory: 'datasets/testdata/photographs/imagenet_dog' }");
  WGAN_ASSERT_OK_AND_ASSIGN(const auto source, MakeBatchSource(config, 3, 1, 0));
  WGAN_ASSERT_OK_AND_ASSIGN(const LabelledBatch batch, source->BatchWithLabels(0));
  std::set<int64_t> labels;
  for (int i = 0; i < 3; ++i) labels.insert(batch.labels.data_ptr<int64_t>()[i]);
  EXPECT_THAT(labels, ElementsAre(0, 100, 117));
}

}  // namespace
}  // namespace wgan
