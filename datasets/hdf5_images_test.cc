#include "datasets/hdf5_images.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

// testdata/make_small_data.py: 7 images of 6x6, (11 k + 5 row + 3 column + 60 channel) mod 256; the file in NCHW also
// has classes, k mod 3.
Hdf5Config Config(const std::string& layout) {
  Hdf5Config config;
  config.set_file(absl::StrCat("datasets/testdata/imgs_", layout, ".h5"));
  return config;
}

TEST(OpenHdf5Images, BothLayoutsGiveTheSameImages) {
  for (const char* layout : {"nhwc", "nchw"}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenHdf5Images(Config(layout), 6, 3));
    EXPECT_EQ(opened.info.name, "hdf5");
    EXPECT_EQ(opened.info.size, 7);
    for (int k = 6; k >= 0; --k) {
      WGAN_ASSERT_OK_AND_ASSIGN(const Image image, opened.reader->Read(k));
      ASSERT_EQ(image.height, 6);
      ASSERT_EQ(image.channels, 3);
      for (int i = 0; i < 6 * 6 * 3; ++i) {
        const int row = i / 18, column = i / 3 % 6, channel = i % 3;
        ASSERT_EQ(image.at(row, column, channel), (11 * k + 5 * row + 3 * column + 60 * channel) % 256) << layout;
      }
    }
  }
}

TEST(OpenHdf5Images, ClassesWhereThereAreAny) {
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages labelled, OpenHdf5Images(Config("nchw"), 4, 3));
  EXPECT_EQ(labelled.reader->Label(5), 2);
  EXPECT_EQ(labelled.reader->Read(0)->height, 4);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages unlabelled, OpenHdf5Images(Config("nhwc"), 4, 3));
  EXPECT_EQ(unlabelled.reader->Label(5), -1);
  EXPECT_NE(unlabelled.info.digest, labelled.info.digest);
}

TEST(OpenHdf5Images, Errors) {
  const auto fails = [](const Hdf5Config& config, int channels, absl::StatusCode code, const std::string& why) {
    EXPECT_THAT(OpenHdf5Images(config, 6, channels), StatusIs(code, HasSubstr(why)));
  };
  fails(Hdf5Config(), 3, absl::StatusCode::kInvalidArgument, "--data_dir=FILE.h5");
  Hdf5Config config = Config("nhwc");
  fails(config, 1, absl::StatusCode::kInvalidArgument, "its images have 3 channels; set dataset.channels to 3");
  config.set_layout(Hdf5Config::NCHW);
  fails(config, 3, absl::StatusCode::kInvalidArgument,
        "its shape is [7, 6, 6, 3]; [N, C, S, S], C 1 or 3, was expected");
  config.set_layout(Hdf5Config::NHWC);
  WGAN_EXPECT_OK(OpenHdf5Images(config, 6, 3));
  config.set_images("pictures");
  fails(config, 3, absl::StatusCode::kNotFound, "the file has no 'pictures'");
  config = Config("nchw");
  config.set_images("labels");
  fails(config, 3, absl::StatusCode::kInvalidArgument, "its shape is [7]; [N, S, S, C] or [N, C, S, S], C 1 or 3");
  config = Config("nchw");
  config.set_labels("imgs");
  fails(config, 3, absl::StatusCode::kDataLoss, "array 'imgs' is no array of 7 integers");
}

}  // namespace
}  // namespace wgan
