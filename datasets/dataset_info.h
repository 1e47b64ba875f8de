// What a data set says about itself. No LibTorch.
#ifndef DATASETS_DATASET_INFO_H_
#define DATASETS_DATASET_INFO_H_

#include <cstdint>
#include <string>

namespace wgan {

// What the run's record says about its data.
struct DatasetInfo {
  std::string name;         // "portraits", "image_folder", "fashion_mnist", "mnist", "swissroll", "cifar10", ...
  std::string description;  // one line for people; says so if it is a stand-in
  bool stand_in = false;    // true: drawn by us, not the paper's data
  std::string crop;         // the crop used, "" where there is none
  std::string digest;       // "sha256:<64 hex digits>" of what identifies the data, see each reader
  int64_t size = 0;         // number of distinct samples; 0 if unlimited
};

}  // namespace wgan

#endif  // DATASETS_DATASET_INFO_H_
