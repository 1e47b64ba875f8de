// Denormal results as zeros for as long as an object lives. Internal to common/ot.
#ifndef COMMON_OT_ENTROPIC_FLUSH_DENORMALS_H_
#define COMMON_OT_ENTROPIC_FLUSH_DENORMALS_H_

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace wgan::ot {

// Entries of a kernel that underflow cost a hundred times the others where the processor keeps denormal numbers. Sets
// the calling thread's mode to flush them and puts back what was there before. Without effect where there is no SSE.
class FlushDenormals {
 public:
#if defined(__SSE2__)
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | _MM_FLUSH_ZERO_ON); }
  ~FlushDenormals() { _mm_setcsr(before_); }

 private:
  unsigned before_;

 public:
#else
  FlushDenormals() = default;
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_FLUSH_DENORMALS_H_
