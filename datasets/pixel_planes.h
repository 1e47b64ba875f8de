// From bytes to what networks see. No LibTorch.
#ifndef DATASETS_PIXEL_PLANES_H_
#define DATASETS_PIXEL_PLANES_H_

#include "common/io/image.h"

namespace wgan {

// Interleaved bytes b to planes of floats (b / 255 - 0.5) / 0.5, each operation rounded: the values of ImageToTensor
// (common/io/tensor.h). With `mirrored` each row comes from right to left. `planes` has room for
// channels * height * width values.
void ImageToPlanes(const Image& image, bool mirrored, float* planes);

// The same without vector instructions that not every processor has: for tests.
void ImageToPlanesBaseline(const Image& image, bool mirrored, float* planes);

}  // namespace wgan

#endif  // DATASETS_PIXEL_PLANES_H_
