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
  WGAN_EXPECT_OK(Validate("image_size: 28 mnist { directory: 'x' }"));
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
    testing::Values(BadCase{"portraits {}", "dataset.image_size is not set"},
                    BadCase{"image_size: 3 mnist {}", "dataset.image_size is 3, not in [4, 1024]"},
                    BadCase{"image_size: 1025 image_folder {}", "dataset.image_size is 1025, not in [4, 1024]"},
                    BadCase{"image_size: 64 channels: 2 mnist {}", "dataset.channels is 2, not 1 or 3"},
                    BadCase{"image_size: 64", "dataset names no source; set one of dataset.portraits"},
                    BadCase{"image_size: 64 channels: 1 portraits {}", "dataset.portraits gives 3 (RGB)"},
                    BadCase{"image_size: 64 channels: 1 image_folder {}", "dataset.image_folder gives 3 (RGB)"},
                    BadCase{"image_size: 8 portraits {}", "image_size (of portraits) is 8, not in [16, 1024]"},
                    BadCase{"image_size: 64 portraits { num_images: 0 }",
                            "dataset.portraits.num_images is 0, not in [1, 10000000]"},
                    BadCase{"image_size: 64 image_folder { max_unreadable: -1 }",
                            "dataset.image_folder.max_unreadable is -1, not at least 0"}));

}  // namespace
}  // namespace wgan
