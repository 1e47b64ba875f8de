// The tensors of a file that PyTorch saved (.pth, .pt), read without running anything in it. No LibTorch.
//
// Such a file is a Python pickle, that is a program; loading one from a stranger with pickle's own means runs what he
// wrote. This reader takes the pickle as data (pickle.h) and understands only the few calls that rebuild tensors:
// loading can fail, but it never runs code and never looks outside the file.
#ifndef COMMON_IO_PTH_H_
#define COMMON_IO_PTH_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/io/npz.h"

namespace wgan {

// All tensors in `bytes`, row-major, under their path: keys of dicts, attributes of TorchScript modules and places in
// lists, joined by dots ("state_dict.conv.weight"; a bare state dict has its own names). Everything else in the file
// (numbers, strings) is left out. Read are the three forms in use:
//   torch.save since 1.6, a zip archive with data.pkl; entries' checksums are verified, which torch.load does not do;
//   torch.save before that, several pickles followed by the raw numbers (there are no checksums in it);
//   torch.jit.save, whose modules' attributes are taken and whose code is not looked at.
// Element types: float32, float64, int64, int32, uint8, bool; float16 and bfloat16 become float32.
//
// Errors: kPermissionDenied for a reference to any class or function but those that rebuild tensors, naming it;
// kDataLoss for what is damaged (a tensor that reaches beyond its storage, a wrong checksum, ...), kUnimplemented for
// what is not read (other types, quantised and sparse tensors, big-endian files). Memory: at most 64 MiB + 8 times the
// file's size, whatever it claims.
absl::StatusOr<NpzArrays> ParsePth(absl::string_view bytes);

// The same on a file; errors name `path`.
absl::StatusOr<NpzArrays> ReadPth(const std::string& path);

// Those of `arrays` whose names begin with "`prefix`.", without that; all, unchanged, if there is none. For files that
// wrap the state dict, for example in "state_dict".
NpzArrays Unwrapped(NpzArrays arrays, absl::string_view prefix);

}  // namespace wgan

#endif  // COMMON_IO_PTH_H_
