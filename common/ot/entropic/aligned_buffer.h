// Memory for the inner loops: aligned to cache lines, kept from one use to the next. Internal to common/ot.
#ifndef COMMON_OT_ENTROPIC_ALIGNED_BUFFER_H_
#define COMMON_OT_ENTROPIC_ALIGNED_BUFFER_H_

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstdint>
#include <memory>
#include <new>

namespace wgan::ot {

// Room for numbers of any trivial type. Resizing keeps nothing and allocates only when the buffer grows. Large buffers
// ask Linux for large pages, with which a pass over a matrix that no cache holds is about a tenth faster.
class AlignedBuffer {
 public:
  // Makes room for `count` numbers of type T, not initialised. Valid until the next call.
  template <typename T>
  T* Resize(int64_t count) {
    const int64_t bytes = (count * static_cast<int64_t>(sizeof(T)) + kAlignment - 1) / kAlignment * kAlignment;
    if (bytes > bytes_) Allocate(bytes);
    return static_cast<T*>(memory_.get());
  }

  int64_t bytes() const { return bytes_; }

 private:
  static constexpr int64_t kAlignment = 64, kPage = int64_t{1} << 21;
  struct Free {
    Free() : alignment(kAlignment) {}
    explicit Free(int64_t memory_alignment) : alignment(memory_alignment) {}
    void operator()(void* memory) const { ::operator delete(memory, std::align_val_t(alignment)); }
    int64_t alignment;
  };

  void Allocate(int64_t bytes) {
    memory_.reset();
    bytes_ = 0;
    const int64_t alignment = bytes >= 2 * kPage ? kPage : kAlignment;
    memory_ = std::unique_ptr<void, Free>(::operator new(bytes, std::align_val_t(alignment)), Free{alignment});
    bytes_ = bytes;
#if defined(__linux__)
    if (alignment == kPage) madvise(memory_.get(), bytes, MADV_HUGEPAGE);  // a wish: its failure changes nothing
#endif
  }

  std::unique_ptr<void, Free> memory_;
  int64_t bytes_ = 0;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_ALIGNED_BUFFER_H_
