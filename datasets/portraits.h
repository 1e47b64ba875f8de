// The `portraits` data set: faces drawn by formula, so that everything trains on a machine without any data. They stand
// in for aligned photographs of faces (CelebA); nothing here is taken from a photograph. No LibTorch.
#ifndef DATASETS_PORTRAITS_H_
#define DATASETS_PORTRAITS_H_

#include <cstdint>

#include "common/io/image.h"

namespace wgan {

// Portrait `k` of the collection `seed` as an RGB image of `size` x `size` pixels (64 by default, at least 16).
//
// A pure function of its arguments: traits (portrait_traits.h) come from RandomStream(seed, "portraits", k), each pixel
// is the blend of about thirty layers with smooth edges, and all arithmetic is IEEE single precision without
// contraction or library functions, so that the bytes are equal on every machine. One size is not the downscaled other
// one. Cost: about 1 ms at 64 x 64.
Image DrawPortrait(uint64_t seed, uint64_t k, int size = 64);

}  // namespace wgan

#endif  // DATASETS_PORTRAITS_H_
