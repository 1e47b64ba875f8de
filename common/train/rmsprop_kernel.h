// The arithmetic of RMSprop on a CPU in one pass over memory.
#ifndef COMMON_TRAIN_RMSPROP_KERNEL_H_
#define COMMON_TRAIN_RMSPROP_KERNEL_H_

#include <cstdint>

namespace wgan {

// For each of the `n` elements: s <- alpha s + (1 - alpha) g^2, p <- p - learning_rate * g / (sqrt(s) + epsilon). T is
// float or double, and all arithmetic is in T. The same bits on every processor. The arrays must not overlap.
template <typename T>
void RmsPropUpdate(T* p, const T* g, T* s, int64_t n, T learning_rate, T alpha, T epsilon);

}  // namespace wgan

#endif  // COMMON_TRAIN_RMSPROP_KERNEL_H_
