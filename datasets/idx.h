// The IDX files of MNIST and Fashion-MNIST (format: at the foot of LeCun, Cortes, Burges, "The MNIST database").
// No LibTorch.
#ifndef DATASETS_IDX_H_
#define DATASETS_IDX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"

namespace wgan {

// An array of bytes, row-major.
struct IdxArray {
  std::vector<int64_t> dims;  // labels {N}, images {N, height, width}
  std::string values;         // the product of dims
};

// No IDX file in use has more values (Fashion-MNIST: 47 million); a header that claims more is taken for damage.
inline constexpr int64_t kMaxIdxValues = int64_t{1} << 30;

// The content of an IDX file of unsigned bytes: big-endian magic 0x00000801 (labels) or 0x00000803 (images), one 32-bit
// big-endian length per dimension, values. `bytes` may be gzipped, told by its first two bytes, 1f 8b.
// kInvalidArgument for another magic; kDataLoss for a file that is cut off, that has bytes after its end, whose lengths
// multiply to more than `max_values`, or whose gzip stream is damaged. Memory grows with what is really there, not with
// what the header claims, and never beyond that claim.
absl::StatusOr<IdxArray> ParseIdx(absl::string_view bytes, int64_t max_values = kMaxIdxValues);

// The training images of `directory`: train-images-idx3-ubyte or, where that is missing, train-images-idx3-ubyte.gz;
// with the split TEST those of t10k-images-idx3-ubyte. Their classes are in train-labels-idx1-ubyte (or .gz); without
// that file they have none. Each image is resized (ResizeBilinear, no padding) to `image_size` x `image_size` and has
// `channels` equal channels, 1 or 3. `name` is "mnist" or "fashion_mnist", which share the format. The digest is that
// of the unpacked file, so that gzipped and plain copies agree; it does not cover the labels. The description says so
// if there are not as many images as in the originals, 60,000 and 10,000. kInvalidArgument for an empty `directory`,
// kNotFound if neither file of images is there, kDataLoss if there are not as many labels as images, else ParseIdx's
// errors with the path in front.
absl::StatusOr<OpenedImages> OpenIdxImages(const std::string& name, const std::string& directory, int image_size,
                                           int channels, IdxConfig::Split split = IdxConfig::TRAIN);

}  // namespace wgan

#endif  // DATASETS_IDX_H_
