#include "datasets/validate.h"

#include <string>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

absl::Status Validate(const std::string& text) {
  DatasetConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return ValidateDatasetConfig(config);
}

TEST(ValidateDatasetConfig, AcceptsEverySource) {
  WGAN_EXPECT_OK(Validate("image_size: 64 portraits {}"));
  WGAN_EXPECT_OK(Validate("image_size: 64 image_folder { crop: CELEBA_CROP108_64 max_unreadable: 0 }"));
  WGAN_EXPECT_OK(Validate("image_size: 32 channels: 1 fashion_mnist { directory: 'x' }"));
  WGAN_EXPECT_OK(Validate("image_size: 32 pixel_values: DEQUANTIZED cifar10 { split: TEST }"));
  WGAN_EXPECT_OK(Validate("toy { distribution: SWISS_ROLL }"));
  WGAN_EXPECT_OK(Validate("image_size: 28 mnist { directory: 'x' }"));
  WGAN_EXPECT_OK(Validate("image_size: 28 channels: 1 mnist_5k { directory: 'x' }"));
  WGAN_EXPECT_OK(Validate("image_size: 8 channels: 1 uci_digits { directory: 'x' }"));
  WGAN_EXPECT_OK(Validate("image_size: 16 channels: 1 usps { split: TEST }"));
  WGAN_EXPECT_OK(Validate("image_size: 64 hdf5 { file: 'x' }"));
}

struct BadCase {
  std::string config, message;
};
class ValidateDatasetConfigBad : public testing::TestWithParam<BadCase> {};

TEST_P(ValidateDatasetConfigBad, NamesFieldAndInterval) {
  EXPECT_THAT(Validate(GetParam().config),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    All, ValidateDatasetConfigBad,
    testing::Values(BadCase{"portraits {}", "dataset.image_size is not set; it must be in [4, 1024]"},
                    BadCase{"image_size: 3 mnist {}", "dataset.image_size is 3; it must be in [4, 1024]"},
                    BadCase{"image_size: 1025 image_folder {}", "dataset.image_size is 1025; it must be in [4, 1024]"},
                    BadCase{"image_size: 64 channels: 2 mnist {}", "dataset.channels is 2; it must be 1 or 3"},
                    BadCase{"image_size: 64", "dataset names no source; set one of dataset.portraits"},
                    BadCase{"image_size: 64 channels: 1 portraits {}",
                            "dataset.channels is 1; it must be 3, since dataset.portraits gives 3 (RGB)"},
                    BadCase{"image_size: 64 channels: 1 image_folder {}",
                            "dataset.channels is 1; it must be 3, since dataset.image_folder gives 3 (RGB)"},
                    BadCase{"image_size: 32 channels: 1 cifar10 {}",
                            "dataset.channels is 1; it must be 3, since dataset.cifar10 gives 3 (RGB)"},
                    BadCase{"image_size: 32 cifar10 { split: SPLIT_UNSPECIFIED }",
                            "dataset.cifar10.split is SPLIT_UNSPECIFIED; it must be TRAIN or TEST"},
                    BadCase{"image_size: 32 pixel_values: PIXEL_VALUES_UNSPECIFIED mnist {}",
                            "dataset.pixel_values is PIXEL_VALUES_UNSPECIFIED; it must be CENTERED or DEQUANTIZED"},
                    BadCase{"image_size: 16 usps { split: SPLIT_UNSPECIFIED }",
                            "dataset.usps.split is SPLIT_UNSPECIFIED; it must be TRAIN or TEST"},
                    BadCase{"image_size: 16 hdf5 { images: '' }", "dataset.hdf5.images is ; it must be a name"},
                    BadCase{"toy {}", "dataset.toy.distribution is not set; it must be SWISS_ROLL, EIGHT_GAUSSIANS"},
                    BadCase{"image_size: 8 portraits {}",
                            "dataset.image_size is 8; it must be in [16, 1024] for dataset.portraits"},
                    BadCase{"image_size: 64 portraits { num_images: 0 }",
                            "dataset.portraits.num_images is 0; it must be in [1, 10000000]"},
                    BadCase{"image_size: 64 celeba { split: SPLIT_UNSPECIFIED }",
                            "dataset.celeba.split is SPLIT_UNSPECIFIED; it must be ALL, TRAIN, VALID or TEST"},
                    BadCase{"image_size: 64 celeba { crop: CROP_UNSPECIFIED }",
                            "dataset.celeba.crop is CROP_UNSPECIFIED; it must be one of the crops of crop.h"},
                    BadCase{"image_size: 64 lsun { crop: CROP_UNSPECIFIED }",
                            "dataset.lsun.crop is CROP_UNSPECIFIED; it must be one of the crops of crop.h"},
                    BadCase{"image_size: 64 imagenet_dog { crop: CROP_UNSPECIFIED }",
                            "dataset.imagenet_dog.crop is CROP_UNSPECIFIED; it must be one of the crops of crop.h"},
                    BadCase{"image_size: 64 celeba_hq { max_unreadable: -2 }",
                            "dataset.celeba_hq.max_unreadable is -2; it must be >= 0"},
                    BadCase{"image_size: 2048 lsun {}", "dataset.image_size is 2048; it must be in [4, 1024]"},
                    BadCase{"image_size: 64 channels: 1 celeba {}",
                            "dataset.channels is 1; it must be 3, since dataset.celeba gives 3 (RGB)"},
                    BadCase{"image_size: 64 image_folder { max_unreadable: -1 }",
                            "dataset.image_folder.max_unreadable is -1; it must be >= 0"}));

}  // namespace
}  // namespace wgan
