#include "common/io/image_grid.h"

#include <vector>

#include "common/io/image.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

// Three 1 x 2 images in rows of two, one pixel of padding; the fourth cell stays black. By hand:
//   . . . . . . .
//   . 1 2 . 3 4 .
//   . . . . . . .
//   . 5 6 . . . .
//   . . . . . . .
TEST(MakeImageGridTest, LaidOutByHand) {
  const Image grid = MakeImageGrid({{1, 2, 1, {1, 2}}, {1, 2, 1, {3, 4}}, {1, 2, 1, {5, 6}}}, 2, 1);
  EXPECT_EQ(grid, (Image{5, 7, 1, {0, 0, 0, 0, 0, 0, 0,  //
                                   0, 1, 2, 0, 3, 4, 0,  //
                                   0, 0, 0, 0, 0, 0, 0,  //
                                   0, 5, 6, 0, 0, 0, 0,  //
                                   0, 0, 0, 0, 0, 0, 0}}));
}

TEST(MakeImageGridTest, ColoursStayTogether) {
  const Image a = {2, 1, 3, {1, 2, 3, 4, 5, 6}}, b = {2, 1, 3, {7, 8, 9, 10, 11, 12}};
  EXPECT_EQ(MakeImageGrid({a, b}, 2, 0), (Image{2, 2, 3, {1, 2, 3, 7, 8, 9, 4, 5, 6, 10, 11, 12}}));
  EXPECT_EQ(MakeImageGrid({a, b}, 1, 0), (Image{4, 1, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}));
}

// The shapes of torchvision.utils.make_grid(torch.zeros(n, 3, 64, 64), nrow=8) by its formula: 66 pixels a cell,
// plus 2.
TEST(MakeImageGridTest, SizesOfTorchvision) {
  const Image image = Image::Black(64, 64, 3);
  const auto size = [&](int n) {
    const Image grid = MakeImageGrid(std::vector<Image>(n, image), 8);
    return std::vector<int>{grid.channels, grid.height, grid.width};
  };
  EXPECT_EQ(size(64), (std::vector<int>{3, 530, 530}));
  EXPECT_EQ(size(10), (std::vector<int>{3, 134, 530}));
  EXPECT_EQ(size(3), (std::vector<int>{3, 68, 200}));
}

TEST(MakeImageGridDeathTest, ShapesMustAgree) {
  EXPECT_DEATH(MakeImageGrid({Image::Black(1, 2, 1), Image::Black(2, 1, 1)}, 2), "image 1 has another shape");
  EXPECT_DEATH(MakeImageGrid({}, 2), "CHECK failed");
}

}  // namespace
}  // namespace wgan
