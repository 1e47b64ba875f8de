#include "datasets/imagenet_dog.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "datasets/image_folder.h"

namespace wgan {
namespace {

// The breed that folder `name` is for, -1 for none.
int BreedOfFolder(absl::string_view name) {
  for (int breed = 0; breed < kDogBreeds; ++breed) {
    const absl::string_view id = DogBreeds()[breed];
    if (absl::StartsWith(name, id) && (name.size() == id.size() || name[id.size()] == '-')) return breed;
  }
  return -1;
}

// The folder that holds those of the breeds: `directory` or what is called "train" in it.
std::string FolderOfBreeds(const std::string& directory) {
  const std::string train = JoinPath(directory, "train");
  return DirectoryExists(train) ? train : directory;
}

}  // namespace

const std::array<const char*, kDogBreeds>& DogBreeds() {
  // clang-format off
  static constexpr std::array<const char*, kDogBreeds> kIds = {
      "n02085620", "n02085782", "n02085936", "n02086079", "n02086240", "n02086646", "n02086910", "n02087046",
      "n02087394", "n02088094", "n02088238", "n02088364", "n02088466", "n02088632", "n02089078", "n02089867",
      "n02089973", "n02090379", "n02090622", "n02090721", "n02091032", "n02091134", "n02091244", "n02091467",
      "n02091635", "n02091831", "n02092002", "n02092339", "n02093256", "n02093428", "n02093647", "n02093754",
      "n02093859", "n02093991", "n02094114", "n02094258", "n02094433", "n02095314", "n02095570", "n02095889",
      "n02096051", "n02096177", "n02096294", "n02096437", "n02096585", "n02097047", "n02097130", "n02097209",
      "n02097298", "n02097474", "n02097658", "n02098105", "n02098286", "n02098413", "n02099267", "n02099429",
      "n02099601", "n02099712", "n02099849", "n02100236", "n02100583", "n02100735", "n02100877", "n02101006",
      "n02101388", "n02101556", "n02102040", "n02102177", "n02102318", "n02102480", "n02102973", "n02104029",
      "n02104365", "n02105056", "n02105162", "n02105251", "n02105412", "n02105505", "n02105641", "n02105855",
      "n02106030", "n02106166", "n02106382", "n02106550", "n02106662", "n02107142", "n02107312", "n02107574",
      "n02107683", "n02107908", "n02108000", "n02108089", "n02108422", "n02108551", "n02108915", "n02109047",
      "n02109525", "n02109961", "n02110063", "n02110185", "n02110341", "n02110627", "n02110806", "n02110958",
      "n02111129", "n02111277", "n02111500", "n02111889", "n02112018", "n02112137", "n02112350", "n02112706",
      "n02113023", "n02113186", "n02113624", "n02113712", "n02113799", "n02113978",
  };
  // clang-format on
  return kIds;
}

absl::StatusOr<OpenedImages> OpenImageNetDog(const ImageNetDogConfig& config, int image_size) {
  if (config.directory().empty()) {
    return absl::InvalidArgumentError("imagenet_dog: no folder is named; say where the breeds are with --data_dir");
  }
  ImageFileSet set;
  set.name = "imagenet_dog";
  set.directory = FolderOfBreeds(config.directory());
  set.crop = config.crop();
  set.max_unreadable = MaxUnreadable(config);
  ASSIGN_OR_RETURN(const std::vector<ImageFile> files, ListImageFiles(set.directory));
  std::set<int> breeds;
  std::set<std::string> others;
  std::string folder;  // of the file before, whose breed is known
  int breed = -1;
  for (const ImageFile& file : files) {
    const std::string top = file.relative_path.substr(0, file.relative_path.find('/'));
    if (top != folder) breed = BreedOfFolder(top);
    folder = top;
    if (breed < 0) {
      others.insert(top);
      continue;
    }
    breeds.insert(breed);
    set.files.push_back(file);
    set.labels.push_back(breed);
  }
  if (set.files.empty()) {
    return absl::NotFoundError(absl::StrCat("imagenet_dog: none of the folders of ", set.directory, " is called ",
                                            DogBreeds().front(),
                                            " or has another of the breeds' names; for a folder of any pictures add "
                                            "--set=dataset.image_folder.crop=CENTER_SQUARE"));
  }
  set.note = absl::StrCat(breeds.size(), " breeds, ", others.size(), " other folders left out");
  const std::string count = CountNote(static_cast<int64_t>(breeds.size()), kDogBreeds, "breeds");
  if (!count.empty()) absl::StrAppend(&set.note, "; ", count);
  return OpenImageFileSet(std::move(set), image_size);
}

}  // namespace wgan
