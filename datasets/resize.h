// Antialiased bilinear resizing, equal to the last bit to Pillow's Image.resize(size, Image.BILINEAR). No LibTorch.
#ifndef DATASETS_RESIZE_H_
#define DATASETS_RESIZE_H_

#include "common/io/image.h"

namespace wgan {

// `image` at `height` x `width`, by a triangle filter applied along rows and along columns. Output pixel i of m
// from n input pixels has its centre at c = (i + 1/2) n / m; input pixel j gets the weight
// max(0, 1 - |j + 1/2 - c| / max(1, n / m)), normalised to sum 1: plain bilinear interpolation when enlarging, an
// average over the covered area when shrinking. Weights are rounded to 22 fractional bits and each of the two passes
// rounds to bytes, half up; the direction that shrinks more comes first, rows if equal (so in Pillow 13; older ones
// always took rows first, the same for squares). These are Pillow's choices, kept so that images agree with what other
// tools prepare. Assumes height, width >= 1 and a non-empty image.
Image ResizeBilinear(const Image& image, int height, int width);

// The same without vector instructions that not every processor has: for tests.
Image ResizeBilinearBaseline(const Image& image, int height, int width);

}  // namespace wgan

#endif  // DATASETS_RESIZE_H_
