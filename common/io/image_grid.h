// Contact sheets of equally large images, laid out as torchvision.utils.make_grid does. No LibTorch.
#ifndef COMMON_IO_IMAGE_GRID_H_
#define COMMON_IO_IMAGE_GRID_H_

#include <vector>

#include "common/io/image.h"

namespace wgan {

// `images` in rows of `columns` (of fewer, if there are fewer images), with `padding` black pixels around and between
// them (torchvision: nrow = columns, padding 2). Missing cells of the last row stay black. With x columns and y rows of
// H x W images the grid has y (H + padding) + padding rows and x (W + padding) + padding columns. Unlike torchvision,
// grey stays grey and a single image gets its padding too.
// Assumes at least one image, all of one shape, columns >= 1, padding >= 0.
Image MakeImageGrid(const std::vector<Image>& images, int columns, int padding = 2);

}  // namespace wgan

#endif  // COMMON_IO_IMAGE_GRID_H_
