#include "common/io/image_grid.h"

#include <algorithm>
#include <vector>

#include "common/base/check.h"
#include "common/io/image.h"

namespace wgan {
namespace {

// Copies `image` into `grid` with its upper left corner at (`top`, `left`).
void Paste(const Image& image, int top, int left, Image& grid) {
  const size_t row_size = static_cast<size_t>(image.width) * image.channels;
  for (int row = 0; row < image.height; ++row) {
    std::copy_n(image.pixels.begin() + row * row_size, row_size, grid.pixels.begin() + grid.Index(top + row, left, 0));
  }
}

}  // namespace

Image MakeImageGrid(const std::vector<Image>& images, int columns, int padding) {
  WGAN_CHECK(!images.empty() && columns >= 1 && padding >= 0);
  const int count = static_cast<int>(images.size());
  const int used_columns = std::min(columns, count);
  const int rows = (count + used_columns - 1) / used_columns;
  const Image& first = images.front();
  const int cell_height = first.height + padding, cell_width = first.width + padding;
  Image grid = Image::Black(rows * cell_height + padding, used_columns * cell_width + padding, first.channels);
  for (int i = 0; i < count; ++i) {
    const Image& image = images[i];
    WGAN_CHECK(image.height == first.height && image.width == first.width && image.channels == first.channels)
        << "image " << i << " has another shape than image 0";
    Paste(image, i / used_columns * cell_height + padding, i % used_columns * cell_width + padding, grid);
  }
  return grid;
}

}  // namespace wgan
