// The Python pickles of CIFAR-10 (format: Krizhevsky's page of the data set, "Python version"). No LibTorch.
#ifndef DATASETS_CIFAR10_PICKLE_H_
#define DATASETS_CIFAR10_PICKLE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wgan {

// The records of one file's `bytes` as the binary version has them (cifar10.h). A pickle is a program; this one is read
// as data (common/io/pickle.h) and nothing in it is run: of Python's modules it may name only NumPy's arrays and their
// element type. Read are the pickles of Python 2 that the page hands out, and the same written again by Python 3: a
// dict with "labels", a list of N integers, and "data", an array of bytes [N, 3072], row-major; other entries are left
// out. kPermissionDenied for other modules; kDataLoss for what is damaged, or is no such dict; else ParsePickle's
// errors.
absl::StatusOr<std::string> Cifar10RecordsOfPickle(absl::string_view bytes);

}  // namespace wgan

#endif  // DATASETS_CIFAR10_PICKLE_H_
