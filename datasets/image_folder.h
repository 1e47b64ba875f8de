// A folder of photographs as people have it: img_align_celeba as it unzips, class folders, a flat heap. No LibTorch.
#ifndef DATASETS_IMAGE_FOLDER_H_
#define DATASETS_IMAGE_FOLDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"

namespace wgan {

// One image file, not opened yet.
struct ImageFile {
  std::string relative_path;  // below the folder, parts joined by '/'
  int64_t bytes = 0;          // -1 for a symbolic link that leads nowhere
};

// The files below `directory`, at any depth, whose names end in .jpg, .jpeg or .png (in any case), sorted bytewise by
// relative path. Files and folders that begin with a dot are left out. Symbolic links to files count as files; links to
// folders are not entered, so that no loop is possible (`directory` itself may be a link).
// kNotFound if `directory` is missing or holds no such file, kInvalidArgument if it is a file, else what the system
// says.
absl::StatusOr<std::vector<ImageFile>> ListImageFiles(const std::string& directory);

// "sha256:..." over the lines "relative_path NUL bytes LF" of `files`: it changes when a file is added, removed,
// renamed or changes its length. It does not cover the content, so that 200,000 files need not be read before a run.
std::string DigestOfImageFiles(const std::vector<ImageFile>& files);

// The images of `config.directory` in the order of ListImageFiles, cropped by `config.crop` to RGB of `image_size`
// x `image_size`. Image i's name is its relative path. A file that is truncated, corrupt or of a size that the crop
// does not fit is that image's error.
//
// An unspecified crop is settled here: CELEBA_CROP108_64 if the first 16 readable files are all 178 x 218,
// else CENTER_SQUARE (also if nothing is readable).
// Errors: those of ListImageFiles; kInvalidArgument for an empty `config.directory`.
absl::StatusOr<OpenedImages> OpenImageFolder(const ImageFolderConfig& config, int image_size);

}  // namespace wgan

#endif  // DATASETS_IMAGE_FOLDER_H_
