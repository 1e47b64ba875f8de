// LSUN's LMDB files. No LibTorch.
#ifndef DATASETS_LSUN_H_
#define DATASETS_LSUN_H_

#include "absl/status/statusor.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"

namespace wgan {

// The pictures of one category, in the order of their keys; image i's name is its key. Values are JPEG or WebP files,
// told apart by their first bytes; one that is damaged is that image's error. The index of the file is read at opening
// (lmdb_file.h; three million records take minutes from a slow disk, and stderr tells how far it has come) and is kept
// in memory, 24 bytes a record: nothing is written beside the data.
//
// The digest covers keys and lengths of the values. The description notes a count other than that of the category
// and split in the folder's name ("bedroom_train_lmdb"), where that is one of LSUN's.
// Errors: those of LmdbFile::Open; kNotFound if there is no data.mdb, kInvalidArgument if there are several or it is
// empty.
absl::StatusOr<OpenedImages> OpenLsun(const LsunConfig& config, int image_size);

}  // namespace wgan

#endif  // DATASETS_LSUN_H_
