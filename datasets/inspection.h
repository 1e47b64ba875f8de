// What a data set is and looks like, in numbers and in one picture. No LibTorch.
#ifndef DATASETS_INSPECTION_H_
#define DATASETS_INSPECTION_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/io/image.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"

namespace wgan {

// The names of DatasetConfig's sources, as in dataset.proto: "mnist", "usps", "cifar10", ...
std::vector<std::string> DatasetNames();

// The config of the source `name` whose files are at `path`, of its part `split` ("train", "test", ...; "" for the
// default), with `options`, a text proto of the source's message, merged in. `image_size` 0 stands for the size that
// the images have (where they have no one size, 64), `channels` 0 for theirs. kInvalidArgument, naming the nearest, for
// a name or split that there is not, and for bad `options`.
absl::StatusOr<DatasetConfig> DatasetConfigOf(const std::string& name, const std::string& path,
                                              const std::string& split, const std::string& options, int image_size,
                                              int channels);

// Mean, standard deviation (divisor N) and range of one channel or coordinate.
struct ChannelStatistics {
  double mean = 0, deviation = 0, least = 0, greatest = 0;
};

struct DatasetStatistics {
  int64_t measured = 0;    // images or points that the rest is of
  int64_t unreadable = 0;  // not among these
  std::string first_unreadable;
  std::vector<int> shape;                   // of an image: height, width, channels; of a point: 2
  std::vector<ChannelStatistics> channels;  // of bytes, 0 to 255; of a point's coordinates
  std::map<int, int64_t> class_counts;      // empty without classes
};

// Of the first `limit` images, of all if 0; exact, integer sums. kDataLoss if none can be read.
absl::StatusOr<DatasetStatistics> MeasureImages(const ImageReader& images, int64_t limit);

// Of `count` points of seed 0.
DatasetStatistics MeasureToy(const ToyConfig& config, int64_t count);

// `columns` x `columns` images, spread evenly over all of `images`, in their order; unreadable ones are left out.
// kDataLoss if none can be read.
absl::StatusOr<Image> ContactSheet(const ImageReader& images, int columns);

}  // namespace wgan

#endif  // DATASETS_INSPECTION_H_
