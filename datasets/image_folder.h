// A folder of photographs as people have it: img_align_celeba as it unzips, class folders, a flat heap. No LibTorch.
#ifndef DATASETS_IMAGE_FOLDER_H_
#define DATASETS_IMAGE_FOLDER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "datasets/crop.h"
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

// A data set whose images are files below one folder.
struct ImageFileSet {
  std::string name;  // of the data set, DatasetInfo's
  std::string directory;
  std::vector<ImageFile> files;
  std::vector<int> labels;  // of each file; empty where there are no classes
  Crop crop = ImageFolderConfig::CROP_UNSPECIFIED;
  std::optional<int64_t> max_unreadable;  // unset: 1% of the files, at least 10
  std::string note;                       // for people, at the end of the description; may be empty
};

// The images of `set` in the order of its files. An unspecified crop is settled here, see OpenImageFolder.
OpenedImages OpenImageFileSet(ImageFileSet set, int image_size);

// `config`'s max_unreadable if that is set.
template <typename Config>
std::optional<int64_t> MaxUnreadable(const Config& config) {
  return config.has_max_unreadable() ? std::optional<int64_t>(config.max_unreadable()) : std::nullopt;
}

// "", or what to tell people where `found` differs from the `expected` number of `things` ("photographs").
std::string CountNote(int64_t found, int64_t expected, const std::string& things);

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
