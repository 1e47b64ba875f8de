#include "common/train/caption.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

// Rows of `image` from `top` to `bottom` as '#' and '.'.
std::vector<std::string> Rows(const Image& image, int top, int bottom) {
  std::vector<std::string> rows;
  for (int y = top; y < bottom; ++y) {
    rows.emplace_back();
    for (int x = 0; x < image.width; ++x) rows.back() += image.at(y, x, 0) == 255 ? '#' : '.';
  }
  return rows;
}

Image Grey(int height, int width) {
  Image image = Image::Black(height, width, 3);
  for (uint8_t& value : image.pixels) value = 77;
  return image;
}

TEST(WithCaptionTest, DrawsLettersBelowThePicture) {
  const Image captioned = WithCaption(Grey(2, 18), "a1");
  EXPECT_EQ(captioned.width, 18);
  EXPECT_EQ(captioned.height, 2 + 13);
  EXPECT_EQ(captioned.at(1, 17, 2), 77);
  EXPECT_THAT(Rows(captioned, 5, 12),
              ::testing::ElementsAre("....###....#......",  //
                                     "...#...#..##......",  //
                                     "...#...#...#......",  //
                                     "...#####...#......",  //
                                     "...#...#...#......",  //
                                     "...#...#...#......",  //
                                     "...#...#..###....."));
}

TEST(WithCaptionTest, BreaksLinesBetweenWords) {
  // 6 + 6 * 6 pixels: six letters a line.
  EXPECT_EQ(WithCaption(Grey(2, 42), "abc def").height, 2 + 23);
  EXPECT_EQ(WithCaption(Grey(2, 42), "ab def").height, 2 + 13);
  EXPECT_EQ(WithCaption(Grey(2, 42), "abcdefghijklm").height, 2 + 33);
}

TEST(WithCaptionTest, LeavesTinyPicturesAlone) { EXPECT_EQ(WithCaption(Grey(2, 4), "abc"), Grey(2, 4)); }

TEST(WithCaptionTest, UnknownSignsAreBlanks) {
  EXPECT_EQ(WithCaption(Grey(2, 42), "\xc3\xa9~"), WithCaption(Grey(2, 42), "###"));
}

}  // namespace
}  // namespace wgan
