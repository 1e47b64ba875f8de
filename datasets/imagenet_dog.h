// The dogs of ImageNet's ILSVRC with their breeds as classes. No LibTorch.
#ifndef DATASETS_IMAGENET_DOG_H_
#define DATASETS_IMAGENET_DOG_H_

#include <array>

#include "absl/status/statusor.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"

namespace wgan {

// WordNet ids of the 118 breeds, ILSVRC's classes 151 (Chihuahua) to 268 (Mexican hairless), in that order, which is
// the bytewise one. Dhole, dingo and African hunting dog, classes of their own further on, are no breeds.
inline constexpr int kDogBreeds = 118;
const std::array<const char*, kDogBreeds>& DogBreeds();

// All photographs in the folders of DogBreeds(), in bytewise order of their paths; the class is the place of the
// breed in DogBreeds(). A folder belongs to a breed if its name is the id, or the id with "-" and anything behind it.
// Other folders, those of ILSVRC's other 882 classes among them, are left out; the description counts them, and notes a
// number of breeds other than 118. The digest covers names and lengths of what is used (DigestOfImageFiles).
// Errors: those of ListImageFiles; kNotFound if there is no breed's folder.
absl::StatusOr<OpenedImages> OpenImageNetDog(const ImageNetDogConfig& config, int image_size);

}  // namespace wgan

#endif  // DATASETS_IMAGENET_DOG_H_
