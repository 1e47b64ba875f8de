// Times the reading of photographs for compare_peers.py, so that ours and Python's libraries take turns on the same
// files. Reads lines from standard input and answers each with a line, processor time in microseconds an image:
//
//   open FOLDER CROP SIZE  the folder's photographs, cut and resized like this from now on; answers their number
//   memory                 from the files' bytes in memory to planes of floats; answers the time
//   epoch                  a shuffled epoch of batches of 64 from the files, opening the folder included; the time
//   cache DIRECTORY        the same with a cache of decoded images, made before where it is missing; answers the times
//                          of opening it with a first epoch, which looks at the checksums, and of the epoch after that
#include <time.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/base/heap.h"
#include "common/io/file.h"
#include "datasets/crop.h"
#include "datasets/factory.h"
#include "datasets/image_folder.h"
#include "datasets/pixel_planes.h"

namespace wgan {
namespace {

constexpr int64_t kBatch = 64;

double ProcessorMicroseconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

class Timer {
 public:
  int64_t Open(const std::string& folder, const std::string& crop, int size) {
    config_.set_image_size(size);
    config_.mutable_image_folder()->set_directory(folder);
    config_.mutable_image_folder()->set_crop(ParseCrop(crop).value());
    files_.clear();
    const std::vector<ImageFile> files = ListImageFiles(folder).value();
    for (const ImageFile& file : files) files_.push_back(ReadFile(JoinPath(folder, file.relative_path)).value());
    return static_cast<int64_t>(files_.size());
  }

  double Memory() const {
    const int size = config_.image_size();
    std::vector<float> batch(3 * kBatch * size * size);
    const double start = ProcessorMicroseconds();
    for (size_t i = 0; i < files_.size(); ++i) {
      const Image image = DecodeCropAndResize(files_[i], config_.image_folder().crop(), size).value();
      ImageToPlanes(image, false, &batch[i % kBatch * 3 * size * size]);
    }
    return PerImage(start);
  }

  double Epoch() const {
    const double start = ProcessorMicroseconds();
    const auto source = MakeBatchSource(config_, kBatch, 1, 0).value();
    RunEpoch(*source, 0);
    return PerImage(start);
  }

  std::string Cached(const std::string& directory) const {
    DatasetConfig config = config_;
    config.set_cache_dir(directory);
    MakeBatchSource(config, kBatch, 1, 0).value();
    const double start = ProcessorMicroseconds();
    const auto source = MakeBatchSource(config, kBatch, 1, 0).value();
    RunEpoch(*source, 0);
    const double first = PerImage(start), second_start = ProcessorMicroseconds();
    RunEpoch(*source, 1);
    return std::to_string(first) + " " + std::to_string(PerImage(second_start));
  }

 private:
  void RunEpoch(BatchSource& source, int64_t epoch) const {
    const int64_t batches = static_cast<int64_t>(files_.size()) / kBatch;
    for (int64_t k = 0; k < batches; ++k) source.Batch(epoch * batches + k).value();
  }

  double PerImage(double start) const { return (ProcessorMicroseconds() - start) / static_cast<double>(files_.size()); }

  DatasetConfig config_;
  std::vector<std::string> files_;  // their bytes
};

void Answer(const std::string& verb, Timer& timer) {
  std::string text, crop;
  int size = 0;
  if (verb == "open") {
    std::cin >> text >> crop >> size;
    std::cout << timer.Open(text, crop, size) << std::endl;
  } else if (verb == "memory") {
    std::cout << timer.Memory() << std::endl;
  } else if (verb == "epoch") {
    std::cout << timer.Epoch() << std::endl;
  } else if (verb == "cache") {
    std::cin >> text;
    std::cout << timer.Cached(text) << std::endl;
  } else {
    WGAN_CHECK(false) << "no such request: " << verb;
  }
}

}  // namespace
}  // namespace wgan

int main() {
  wgan::KeepFreedMemory();  // as programs that train do
  wgan::Timer timer;
  for (std::string verb; std::cin >> verb;) wgan::Answer(verb, timer);
}
