// Products of matrices by oneDNN, where it is faster than the BLAS behind at::linear and at::mm: in float32 on
// processors for which that BLAS has no kernels of their full vector width, about 1.2 times.
#ifndef COMMON_NN_DENSE_PRODUCT_H_
#define COMMON_NN_DENSE_PRODUCT_H_

#include <ATen/core/Tensor.h>

namespace wgan {

// x w^T + b for `x` [n,k], `w` [m,k] with any strides, and `b` [m] or undefined. Where autograd records, and elsewhere
// than in float32 on a CPU, this is at::linear.
at::Tensor DenseProduct(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b = {});

}  // namespace wgan

#endif  // COMMON_NN_DENSE_PRODUCT_H_
