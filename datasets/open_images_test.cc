#include "datasets/open_images.h"

#include <string>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

DatasetConfig Parse(const std::string& text) {
  DatasetConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

struct Source {
  std::string config, name;
  int64_t size;
  int label_of_2;
};
class OpenImagesTest : public testing::TestWithParam<Source> {};

// testdata/make_small_data.py writes the files of these.
TEST_P(OpenImagesTest, OpensResizesAndLabels) {
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenImages(Parse("image_size: 20 " + GetParam().config)));
  EXPECT_EQ(opened.info.name, GetParam().name);
  EXPECT_EQ(opened.reader->size(), GetParam().size);
  EXPECT_EQ(opened.info.digest.substr(0, 7), "sha256:");
  EXPECT_EQ(opened.reader->Label(2), GetParam().label_of_2);
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image, opened.reader->Read(2));
  EXPECT_EQ(image.height, 20);
  EXPECT_EQ(image.width, 20);
  EXPECT_EQ(image.channels, GetParam().config.find("channels: 1") == std::string::npos ? 3 : 1);
}

INSTANTIATE_TEST_SUITE_P(
    Sources, OpenImagesTest,
    testing::Values(Source{"mnist { directory: 'datasets/testdata/mnist_idx' split: TEST } channels: 1", "mnist", 5, 2},
                    Source{"mnist_5k { directory: 'datasets/testdata/digits' } channels: 1", "mnist_5k", 12, 2},
                    Source{"uci_digits { directory: 'datasets/testdata/digits' }", "uci_digits", 12, 2},
                    Source{"usps { directory: 'datasets/testdata/usps_hdf5' } channels: 1", "usps", 12, 6},
                    Source{"usps { directory: 'datasets/testdata/usps_libsvm' split: TEST }", "usps", 5, 2},
                    Source{"hdf5 { file: 'datasets/testdata/imgs_nchw.h5' }", "hdf5", 7, 2},
                    Source{"cifar10 { directory: 'datasets/testdata' }", "cifar10_copy", 10, 2}),
    [](const auto& info) { return info.param.name + std::to_string(info.index); });

TEST(OpenImages, RefusesPointsAndBadConfigs) {
  EXPECT_THAT(OpenImages(Parse("toy { distribution: SWISS_ROLL }")),
              StatusIs(absl::StatusCode::kInvalidArgument, "dataset.toy has points, no images"));
  EXPECT_THAT(OpenImages(Parse("image_size: 3 usps {}")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("dataset.image_size is 3")));
}

}  // namespace
}  // namespace wgan
