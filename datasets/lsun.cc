#include "datasets/lsun.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "datasets/crop.h"
#include "datasets/image_folder.h"
#include "datasets/lmdb_file.h"
#include "datasets/progress_line.h"

namespace wgan {
namespace {

// Pictures to train on, by category; each has 300 to validate.
struct Category {
  const char* name;
  int64_t train;
};
constexpr Category kCategories[] = {
    {"bedroom", 3033042},        {"bridge", 818687},      {"church_outdoor", 126227}, {"classroom", 168103},
    {"conference_room", 229069}, {"dining_room", 657571}, {"kitchen", 2212277},       {"living_room", 1315802},
    {"restaurant", 626331},      {"tower", 708264},
};
constexpr int64_t kValidationPictures = 300;

// See CountNote; "" where the folder's name tells no category.
std::string NoteFor(const std::string& folder, int64_t found) {
  for (const Category& category : kCategories) {
    if (folder == absl::StrCat(category.name, "_train_lmdb")) return CountNote(found, category.train, "pictures");
    if (folder == absl::StrCat(category.name, "_val_lmdb")) return CountNote(found, kValidationPictures, "pictures");
  }
  return "";
}

// The folder of data.mdb: `directory`, or the one in it whose name ends in _lmdb.
absl::StatusOr<std::string> FolderOfData(const std::string& directory) {
  if (FileExists(JoinPath(directory, "data.mdb"))) return directory;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(directory));
  std::vector<std::string> found;
  for (const std::string& name : names) {
    const std::string folder = JoinPath(directory, name);
    if (absl::EndsWith(name, "_lmdb") && FileExists(JoinPath(folder, "data.mdb"))) found.push_back(folder);
  }
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "lsun: there is no data.mdb in ", directory,
        ", nor in a folder of it whose name ends in _lmdb; unpack an archive first, or, where the pictures lie there "
        "as files, add --set=dataset.image_folder.crop=RESIZE_CENTER"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("lsun: which of them? Give one with --data_dir: ", absl::StrJoin(found, ", ")));
}

class LsunReader : public ImageReader {
 public:
  LsunReader(std::unique_ptr<const LmdbFile> file, Crop crop, int image_size)
      : file_(std::move(file)), crop_(crop), image_size_(image_size) {}

  int64_t size() const override { return file_->size(); }
  absl::StatusOr<Image> Read(int64_t index) const override {
    ASSIGN_OR_RETURN(const std::string bytes, file_->Value(index));
    return DecodeCropAndResize(bytes, crop_, image_size_);
  }
  std::string Name(int64_t index) const override {
    const absl::StatusOr<std::string> key = file_->Key(index);
    return key.ok() ? *key : absl::StrCat("record ", index);
  }

 private:
  const std::unique_ptr<const LmdbFile> file_;
  const Crop crop_;
  const int image_size_;
};

}  // namespace

absl::StatusOr<OpenedImages> OpenLsun(const LsunConfig& config, int image_size) {
  if (config.directory().empty()) {
    return absl::InvalidArgumentError("lsun: no folder is named; say where data.mdb is with --data_dir");
  }
  ASSIGN_OR_RETURN(const std::string directory, FolderOfData(config.directory()));
  const std::string path = JoinPath(directory, "data.mdb");
  ProgressLine progress(absl::StrCat("reading the index of ", path));
  ASSIGN_OR_RETURN(std::unique_ptr<const LmdbFile> file,
                   LmdbFile::Open(path, [&](int64_t done, int64_t total) { progress(done, total); }));
  if (file->size() == 0) return absl::InvalidArgumentError(absl::StrCat("lsun: ", path, " holds no pictures"));
  OpenedImages opened;
  opened.max_unreadable = MaxUnreadable(config).value_or(std::max(int64_t{10}, file->size() / 100));
  opened.info.name = "lsun";
  opened.info.crop = CropName(config.crop(), image_size);
  const std::string folder = std::filesystem::path(directory).lexically_normal().filename().string();
  const std::string note = NoteFor(folder, file->size());
  opened.info.description = absl::StrCat(file->size(), " pictures of ", folder, ", ", opened.info.crop, " at ",
                                         image_size, "x", image_size, note.empty() ? "" : "; ", note);
  opened.info.digest = file->digest();
  opened.info.size = file->size();
  opened.reader = std::make_unique<LsunReader>(std::move(file), config.crop(), image_size);
  return opened;
}

}  // namespace wgan
