#include "datasets/celeba.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "datasets/image_folder.h"

namespace wgan {
namespace {

constexpr int64_t kCelebaImages = 202599, kCelebaHqImages = 30000;
constexpr int64_t kCelebaParts[] = {162770, 19867, 19962};

// The part's number in the partition file.
int PartOf(CelebaConfig::Split split) {
  switch (split) {
    case CelebaConfig::TRAIN:
      return 0;
    case CelebaConfig::VALID:
      return 1;
    case CelebaConfig::TEST:
      return 2;
    case CelebaConfig::ALL:
    case CelebaConfig::SPLIT_UNSPECIFIED:
      break;
  }
  WGAN_CHECK(false) << "no part";
  return -1;
}

std::string SplitName(CelebaConfig::Split split) { return absl::AsciiStrToLower(CelebaConfig::Split_Name(split)); }

absl::StatusOr<std::string> FindPartitionFile(const std::string& directory) {
  for (const char* folder : {"", "Eval", "..", "../Eval"}) {
    for (const char* name : {"list_eval_partition.txt", "list_eval_partition.csv"}) {
      const std::string path = JoinPath(JoinPath(directory, folder), name);
      if (FileExists(path)) return path;
    }
  }
  return absl::NotFoundError(absl::StrCat("celeba: there is no list_eval_partition.txt in ", directory,
                                          ", its sub-folder Eval or the folder above; put it there, or train on all ",
                                          "photographs with split: ALL"));
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Those of `files` that `partition` puts into `part`.
std::vector<ImageFile> Select(const std::vector<ImageFile>& files, const CelebaPartition& partition, int part) {
  std::vector<ImageFile> selected;
  for (const ImageFile& file : files) {
    const auto entry = partition.find(BaseName(file.relative_path));
    if (entry != partition.end() && entry->second == part) selected.push_back(file);
  }
  return selected;
}

}  // namespace

absl::StatusOr<CelebaPartition> ParseCelebaPartition(absl::string_view text) {
  CelebaPartition partition;
  int64_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    const std::vector<absl::string_view> words = absl::StrSplit(line, absl::ByAnyChar(" ,\t\r"), absl::SkipEmpty());
    if (words.empty() || (number == 1 && words.back() == "partition")) continue;
    int part = -1;
    if (words.size() != 2 || !absl::SimpleAtoi(words[1], &part) || part < 0 || part > 2) {
      return absl::InvalidArgumentError(absl::StrCat("celeba: line ", number, " of the partition file is \"",
                                                     line.substr(0, 80), "\" and not a name and 0, 1 or 2"));
    }
    if (!partition.emplace(std::string(words[0]), part).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("celeba: line ", number, " of the partition file names ", words[0].substr(0, 80), " again"));
    }
  }
  return partition;
}

absl::StatusOr<OpenedImages> OpenCeleba(const CelebaConfig& config, int image_size) {
  if (config.directory().empty()) {
    return absl::InvalidArgumentError("celeba: no folder is named; say where the photographs are with --data_dir");
  }
  ImageFileSet set;
  set.name = "celeba";
  set.directory = config.directory();
  set.crop = config.crop();
  set.max_unreadable = MaxUnreadable(config);
  ASSIGN_OR_RETURN(set.files, ListImageFiles(config.directory()));
  int64_t expected = kCelebaImages;
  if (config.split() != CelebaConfig::ALL) {
    ASSIGN_OR_RETURN(const std::string path, FindPartitionFile(config.directory()));
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    ASSIGN_OR_RETURN(const CelebaPartition partition, ParseCelebaPartition(text));
    const int part = PartOf(config.split());
    set.files = Select(set.files, partition, part);
    if (set.files.empty()) {
      return absl::NotFoundError(absl::StrCat("celeba: ", path, " puts none of the photographs of ", config.directory(),
                                              " into ", SplitName(config.split())));
    }
    expected = kCelebaParts[part];
  }
  const auto size = static_cast<int64_t>(set.files.size());
  set.note = CountNote(size, expected, absl::StrCat("photographs (", SplitName(config.split()), ")"));
  OpenedImages opened = OpenImageFileSet(std::move(set), image_size);
  opened.info.description = absl::StrCat("CelebA ", SplitName(config.split()), ": ", opened.info.description);
  return opened;
}

absl::StatusOr<OpenedImages> OpenCelebaHq(const CelebaHqConfig& config, int image_size) {
  if (config.directory().empty()) {
    return absl::InvalidArgumentError("celeba_hq: no folder is named; say where the photographs are with --data_dir");
  }
  ImageFileSet set;
  set.name = "celeba_hq";
  set.directory = config.directory();
  set.crop = ImageFolderConfig::CENTER_SQUARE;
  set.max_unreadable = MaxUnreadable(config);
  ASSIGN_OR_RETURN(set.files, ListImageFiles(config.directory()));
  set.note = CountNote(static_cast<int64_t>(set.files.size()), kCelebaHqImages, "photographs");
  return OpenImageFileSet(std::move(set), image_size);
}

}  // namespace wgan
