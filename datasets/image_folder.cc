#include "datasets/image_folder.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "common/io/sha256.h"
#include "datasets/crop.h"

namespace wgan {
namespace {

namespace fs = std::filesystem;

constexpr int kFilesThatDecideTheCrop = 16;

bool HasImageExtension(const std::string& name) {
  const std::string lower = absl::AsciiStrToLower(name);
  return absl::EndsWith(lower, ".jpg") || absl::EndsWith(lower, ".jpeg") || absl::EndsWith(lower, ".png");
}

absl::Status SystemError(const std::string& path, const std::error_code& error) {
  return absl::UnavailableError(absl::StrCat("image folder: cannot list ", path, ": ", error.message()));
}

// What one walk over a folder found.
struct Listing {
  std::vector<ImageFile> images;
  int64_t other_files = 0;
};

absl::Status Walk(const std::string& folder, const std::string& prefix, Listing& listing) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return SystemError(folder, error);
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (absl::StartsWith(name, ".")) continue;
    std::error_code ignored;  // a link that leads nowhere is reported later, as an unreadable image
    const bool is_link = entries->is_symlink(ignored);
    if (entries->is_directory(ignored)) {
      if (is_link) continue;
      RETURN_IF_ERROR(Walk(entries->path().string(), absl::StrCat(prefix, name, "/"), listing));
      continue;
    }
    if (!HasImageExtension(name) || entries->is_other(ignored)) {  // other: pipes, devices
      ++listing.other_files;
      continue;
    }
    const auto bytes = static_cast<int64_t>(entries->file_size(ignored));  // -1 on error
    listing.images.push_back({absl::StrCat(prefix, name), bytes});
  }
  if (error) return SystemError(folder, error);
  return absl::OkStatus();
}

absl::StatusOr<Image> Decode(const std::string& directory, const ImageFile& file) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(JoinPath(directory, file.relative_path)));
  return DecodeImage(bytes);
}

Crop CropOfFirstFiles(const std::string& directory, const std::vector<ImageFile>& files, int64_t max_unreadable) {
  int64_t seen = 0, unreadable = 0;
  for (const ImageFile& file : files) {
    if (seen == kFilesThatDecideTheCrop || unreadable > max_unreadable) break;
    const absl::StatusOr<Image> image = Decode(directory, file);
    if (!image.ok()) {
      ++unreadable;
      continue;
    }
    ++seen;
    if (DefaultCrop(image->height, image->width) == ImageFolderConfig::CENTER_SQUARE) {
      return ImageFolderConfig::CENTER_SQUARE;
    }
  }
  return seen > 0 ? ImageFolderConfig::CELEBA_CROP108_64 : ImageFolderConfig::CENTER_SQUARE;
}

class ImageFolderReader : public ImageReader {
 public:
  ImageFolderReader(ImageFileSet set, int image_size) : set_(std::move(set)), image_size_(image_size) {}

  int64_t size() const override { return static_cast<int64_t>(set_.files.size()); }
  absl::StatusOr<Image> Read(int64_t index) const override {
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(JoinPath(set_.directory, set_.files[index].relative_path)));
    return DecodeCropAndResize(bytes, set_.crop, image_size_);
  }
  int Label(int64_t index) const override { return set_.labels.empty() ? -1 : set_.labels[index]; }
  std::string Name(int64_t index) const override { return set_.files[index].relative_path; }

 private:
  const ImageFileSet set_;
  const int image_size_;
};

}  // namespace

absl::StatusOr<std::vector<ImageFile>> ListImageFiles(const std::string& directory) {
  if (FileExists(directory)) {
    return absl::InvalidArgumentError(
        absl::StrCat("image folder: ", directory, " is a file, not a folder; unpack an archive first"));
  }
  if (!DirectoryExists(directory)) {
    return absl::NotFoundError(absl::StrCat("image folder: there is no folder ", directory));
  }
  Listing listing;
  RETURN_IF_ERROR(Walk(directory, "", listing));
  if (listing.images.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "image folder: no image in ", directory, " or its sub-folders: looked for names that end in .jpg, ",
        ".jpeg or .png (in any case; hidden files and linked folders are left out) and found ", listing.other_files,
        " other files"));
  }
  std::sort(listing.images.begin(), listing.images.end(),
            [](const ImageFile& a, const ImageFile& b) { return a.relative_path < b.relative_path; });
  return std::move(listing.images);
}

std::string DigestOfImageFiles(const std::vector<ImageFile>& files) {
  std::string lines;
  for (const ImageFile& file : files) {
    absl::StrAppend(&lines, file.relative_path, absl::string_view("\0", 1), file.bytes, "\n");
  }
  return absl::StrCat("sha256:", Sha256Hex(lines));
}

OpenedImages OpenImageFileSet(ImageFileSet set, int image_size) {
  const int64_t size = static_cast<int64_t>(set.files.size());
  OpenedImages opened;
  opened.max_unreadable = set.max_unreadable.value_or(std::max(int64_t{10}, size / 100));
  if (set.crop == ImageFolderConfig::CROP_UNSPECIFIED) {
    set.crop = CropOfFirstFiles(set.directory, set.files, opened.max_unreadable);
  }
  opened.info.name = set.name;
  opened.info.crop = CropName(set.crop, image_size);
  // The folder's own name, not its path: the record of a run must not change when its data move.
  const std::string folder = fs::path(set.directory).lexically_normal().filename().string();
  opened.info.description =
      absl::StrCat(size, " image files of ", folder.empty() ? "the given folder" : folder, ", ", opened.info.crop,
                   " at ", image_size, "x", image_size, set.note.empty() ? "" : "; ", set.note);
  opened.info.digest = DigestOfImageFiles(set.files);
  opened.info.size = size;
  opened.reader = std::make_unique<ImageFolderReader>(std::move(set), image_size);
  return opened;
}

std::string CountNote(int64_t found, int64_t expected, const std::string& things) {
  if (found == expected) return "";
  return absl::StrCat("NOTE: the original has ", expected, " ", things, ", here are ", found);
}

absl::StatusOr<OpenedImages> OpenImageFolder(const ImageFolderConfig& config, int image_size) {
  if (config.directory().empty()) {
    return absl::InvalidArgumentError("image folder: no folder is named; say where the images are with --data_dir");
  }
  ImageFileSet set;
  ASSIGN_OR_RETURN(set.files, ListImageFiles(config.directory()));
  set.name = "image_folder";
  set.directory = config.directory();
  set.crop = config.crop();
  set.max_unreadable = MaxUnreadable(config);
  return OpenImageFileSet(std::move(set), image_size);
}

}  // namespace wgan
