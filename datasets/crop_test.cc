#include "datasets/crop.h"

#include <string>
#include <vector>

#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/image.h"
#include "common/io/image_codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

// Each pixel holds its row and its column.
Image Coordinates(int height, int width) {
  Image image = Image::Black(height, width, 3);
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      image.at(row, column, 0) = static_cast<uint8_t>(row);
      image.at(row, column, 1) = static_cast<uint8_t>(column);
    }
  }
  return image;
}

TEST(Crop, CelebaWindowIsRows55To162AndColumns35To142) {
  // At 108 x 108 nothing is resized, so the window's pixels come out as they are.
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image,
                            CropAndResize(Coordinates(218, 178), ImageFolderConfig::CELEBA_CROP108_64, 108));
  EXPECT_EQ(image.at(0, 0, 0), 55);
  EXPECT_EQ(image.at(0, 0, 1), 35);
  EXPECT_EQ(image.at(107, 107, 0), 162);
  EXPECT_EQ(image.at(107, 107, 1), 142);
}

TEST(Crop, CelebaResizesTo64) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image,
                            CropAndResize(Coordinates(218, 178), ImageFolderConfig::CELEBA_CROP108_64, 64));
  EXPECT_EQ(image.height, 64);
  EXPECT_EQ(image.width, 64);
  // The middle of the window, between rows 108 and 109, falls between output rows 31 and 32.
  EXPECT_NEAR((image.at(31, 0, 0) + image.at(32, 0, 0)) / 2.0, 108.5, 0.51);
}

TEST(Crop, CelebaRefusesOtherSizes) {
  EXPECT_THAT(
      CropAndResize(Coordinates(178, 218), ImageFolderConfig::CELEBA_CROP108_64, 64),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "the crop celeba_crop108_64 is for aligned CelebA images, 178 wide and 218 high; this one is 218 "
               "wide and 178 high (--crop=center_square takes any size)"));
}

TEST(Crop, CenterSquareTakesTheMiddle) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Image wide, CropAndResize(Coordinates(4, 9), ImageFolderConfig::CENTER_SQUARE, 4));
  EXPECT_EQ(wide.at(0, 0, 1), 2);  // 5 columns too many: 2 left, 3 right
  EXPECT_EQ(wide.at(3, 3, 1), 5);
  WGAN_ASSERT_OK_AND_ASSIGN(const Image high, CropAndResize(Coordinates(10, 4), ImageFolderConfig::CENTER_SQUARE, 4));
  EXPECT_EQ(high.at(0, 0, 0), 3);
}

TEST(Crop, GreyWidensToThreeEqualChannels) {
  const Image grey{2, 2, 1, {1, 2, 3, 4}};
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image, CropAndResize(grey, ImageFolderConfig::CENTER_SQUARE, 2));
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}));
}

TEST(Crop, DefaultDependsOnTheSize) {
  EXPECT_EQ(DefaultCrop(218, 178), ImageFolderConfig::CELEBA_CROP108_64);
  EXPECT_EQ(DefaultCrop(178, 218), ImageFolderConfig::CENTER_SQUARE);
  EXPECT_EQ(DefaultCrop(96, 96), ImageFolderConfig::CENTER_SQUARE);
}

TEST(Crop, NamesAndBack) {
  EXPECT_EQ(CropName(ImageFolderConfig::CELEBA_CROP108_64, 64), "celeba_crop108_64");
  EXPECT_EQ(CropName(ImageFolderConfig::CELEBA_CROP108_64, 32), "celeba_crop108_32");
  for (Crop crop : {ImageFolderConfig::CELEBA_CROP108_64, ImageFolderConfig::CENTER_SQUARE}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const Crop parsed, ParseCrop(CropName(crop, 64)));
    EXPECT_EQ(parsed, crop);
  }
  EXPECT_THAT(ParseCrop("centre"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("there is no crop 'centre'; the crops are celeba_crop108_64, center_square, ")));
}

// Rows and columns by hand: (218 - s) / 2 and (178 - s) / 2 for those in the middle.
TEST(Crop, CelebaWindowsByName) {
  const struct {
    const char* name;
    ImageWindow window;
  } kCases[] = {
      {"celeba_crop108_64", {55, 35, 108, 108}}, {"celeba_crop140", {39, 19, 140, 140}},
      {"celeba_crop148", {35, 15, 148, 148}},    {"celeba_crop160", {29, 9, 160, 160}},
      {"celeba_crop128", {45, 25, 128, 128}},    {"celeba_cx89_cy121", {121 - 64, 89 - 64, 128, 128}},
  };
  for (const auto& c : kCases) {
    WGAN_ASSERT_OK_AND_ASSIGN(const Crop crop, ParseCrop(c.name));
    WGAN_ASSERT_OK_AND_ASSIGN(const ImageWindow window, CropWindow(crop, 218, 178));
    EXPECT_EQ(window, c.window) << c.name;
    EXPECT_THAT(CropWindow(crop, 217, 178), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("178 wide")));
  }
}

TEST(Crop, NamesSayCropAndSize) {
  EXPECT_EQ(CropName(ImageFolderConfig::CELEBA_CROP108_64, 64), "celeba_crop108_64");
  EXPECT_EQ(CropName(ImageFolderConfig::CELEBA_CROP140, 128), "celeba_crop140_128");
  EXPECT_EQ(CropName(ImageFolderConfig::CELEBA_CX89_CY121, 64), "celeba_cx89_cy121_64");
  EXPECT_EQ(CropName(ImageFolderConfig::RESIZE_CENTER, 64), "resize_center");
}

TEST(Crop, ResizeCenterKeepsTheShorterSide) {
  // 6 columns too many: the middle 4 of 10.
  WGAN_ASSERT_OK_AND_ASSIGN(const Image wide, CropAndResize(Coordinates(4, 10), ImageFolderConfig::RESIZE_CENTER, 4));
  EXPECT_EQ(wide.at(0, 0, 1), 3);
  // 3 rows too many: half of it is 1.5, which goes to the even 2.
  WGAN_ASSERT_OK_AND_ASSIGN(const Image high, CropAndResize(Coordinates(7, 4), ImageFolderConfig::RESIZE_CENTER, 4));
  EXPECT_EQ(high.at(0, 0, 0), 2);
  // 1 too many: 0.5 goes to 0.
  WGAN_ASSERT_OK_AND_ASSIGN(const Image five, CropAndResize(Coordinates(5, 4), ImageFolderConfig::RESIZE_CENTER, 4));
  EXPECT_EQ(five.at(0, 0, 0), 0);
}

TEST(Crop, ResizeCenterRefusesWhatBecomesHuge) {
  EXPECT_THAT(CropAndResize(Image::Black(1, 1 << 20, 1), ImageFolderConfig::RESIZE_CENTER, 64),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("too long for the crop resize_center")));
}

TEST(Crop, DecodingThePartIsTheSame) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes,
                            ReadFile("datasets/testdata/photographs/celeba/img_align_celeba/000002.jpg"));
  WGAN_ASSERT_OK_AND_ASSIGN(const Image whole, DecodeImage(bytes));
  for (int value = 1; value < ImageFolderConfig::Crop_ARRAYSIZE; ++value) {
    const Crop crop = static_cast<Crop>(value);
    WGAN_ASSERT_OK_AND_ASSIGN(const Image expected, CropAndResize(whole, crop, 64));
    WGAN_ASSERT_OK_AND_ASSIGN(const Image image, DecodeCropAndResize(bytes, crop, 64));
    EXPECT_EQ(image, expected) << CropName(crop, 64);
  }
}

}  // namespace
}  // namespace wgan
