#include "common/train/rmsprop_kernel.h"

#include <cmath>

// Five passes of library calls over half a million parameters take as long as a layer's matrix product; this takes a
// fifth of that. The body is compiled once for each instruction set, and the loader picks one.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WGAN_ALL_INSTRUCTION_SETS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WGAN_ALL_INSTRUCTION_SETS
#endif

namespace wgan {
namespace {

template <typename T>
[[gnu::always_inline]] inline void Update(T* __restrict p, const T* __restrict g, T* __restrict s, int64_t n,
                                          T learning_rate, T alpha, T epsilon) {
  for (int64_t i = 0; i < n; ++i) {
    s[i] = alpha * s[i] + (1 - alpha) * (g[i] * g[i]);
    p[i] -= learning_rate * (g[i] / (std::sqrt(s[i]) + epsilon));
  }
}

WGAN_ALL_INSTRUCTION_SETS
void UpdateFloat(float* p, const float* g, float* s, int64_t n, float learning_rate, float alpha, float epsilon) {
  Update(p, g, s, n, learning_rate, alpha, epsilon);
}

WGAN_ALL_INSTRUCTION_SETS
void UpdateDouble(double* p, const double* g, double* s, int64_t n, double learning_rate, double alpha,
                  double epsilon) {
  Update(p, g, s, n, learning_rate, alpha, epsilon);
}

}  // namespace

template <>
void RmsPropUpdate<float>(float* p, const float* g, float* s, int64_t n, float learning_rate, float alpha,
                          float epsilon) {
  UpdateFloat(p, g, s, n, learning_rate, alpha, epsilon);
}

template <>
void RmsPropUpdate<double>(double* p, const double* g, double* s, int64_t n, double learning_rate, double alpha,
                           double epsilon) {
  UpdateDouble(p, g, s, n, learning_rate, alpha, epsilon);
}

}  // namespace wgan
