// Numbers side by side, for inner loops that are written once and compiled for several instruction sets. Internal to
// common/ot; only for inclusion in .cc files.
//
// A body is a WGAN_INLINE function template over the number of lanes, inlined into one wrapper for each instruction set
// (__attribute__((target(...)))), where it becomes instructions of that set. No vector is passed by value between
// functions that are not inlined, so no calling convention is at stake.
#ifndef COMMON_OT_LANES_H_
#define COMMON_OT_LANES_H_

#include <cstdint>

#define WGAN_INLINE [[gnu::always_inline]] inline

namespace wgan::ot {

// kLanes numbers of each kind; Mask is what a comparison gives: -1 or 0 in each lane.
template <int kLanes>
struct Lanes;
#define WGAN_DEFINE_LANES(lanes)                                   \
  template <>                                                      \
  struct Lanes<lanes> {                                            \
    typedef double Double __attribute__((vector_size(lanes * 8))); \
    typedef float Float __attribute__((vector_size(lanes * 4)));   \
    typedef int64_t Mask __attribute__((vector_size(lanes * 8)));  \
  }
WGAN_DEFINE_LANES(2);
WGAN_DEFINE_LANES(4);
WGAN_DEFINE_LANES(8);
WGAN_DEFINE_LANES(16);
#undef WGAN_DEFINE_LANES

// Reads kLanes elements from `source`, float or double, as doubles.
template <int kLanes>
WGAN_INLINE void Load(const double* source, typename Lanes<kLanes>::Double& lanes) {
  __builtin_memcpy(&lanes, source, sizeof(lanes));
}
template <int kLanes>
WGAN_INLINE void Load(const float* source, typename Lanes<kLanes>::Double& lanes) {
  typename Lanes<kLanes>::Float narrow;
  __builtin_memcpy(&narrow, source, sizeof(narrow));
  lanes = __builtin_convertvector(narrow, typename Lanes<kLanes>::Double);
}

}  // namespace wgan::ot

#endif  // COMMON_OT_LANES_H_
