// How this process deals with the memory that it frees.
#ifndef COMMON_BASE_HEAP_H_
#define COMMON_BASE_HEAP_H_

namespace wgan {

// Keeps freed memory for the next allocation instead of giving it back to the system at once. A training step frees and
// allocates the same large tensors again; without this, the pages of each must be mapped and cleared anew, up to a
// tenth of a step. Call at the start of main. The process then stays as large as it ever was.
void KeepFreedMemory();

}  // namespace wgan

#endif  // COMMON_BASE_HEAP_H_
