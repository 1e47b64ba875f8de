#include "datasets/cifar10_pickle.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/io/pickle.h"

namespace wgan {
namespace {

using Kind = PickleValue::Kind;

constexpr int64_t kPixels = 3072;

// NumPy 2 calls its innards by another name.
bool IsReconstruct(absl::string_view global) {
  return global == "numpy.core.multiarray._reconstruct" || global == "numpy._core.multiarray._reconstruct";
}

bool IsAllowed(absl::string_view global) {
  return IsReconstruct(global) || global == "numpy.ndarray" || global == "numpy.dtype";
}

absl::Status NoSuchDict(absl::string_view why) {
  return absl::DataLossError(absl::StrCat("no batch of CIFAR-10: ", why));
}

// The value of `key` in the dict `dict`, or null.
const PickleValue* Find(const Pickle& pickle, const PickleValue& dict, absl::string_view key) {
  for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const PickleValue& name = pickle.at(dict.items[i]);
    if (name.kind == Kind::kString && name.text == key) return &pickle.at(dict.items[i + 1]);
  }
  return nullptr;
}

bool IsCallOf(const Pickle& pickle, const PickleValue& value, bool (*callable)(absl::string_view)) {
  return value.kind == Kind::kCall && callable(pickle.at(value.items[0]).text);
}

// Whether `type` is NumPy's dtype('u1'), bytes.
bool IsBytes(const Pickle& pickle, const PickleValue& type) {
  if (!IsCallOf(pickle, type, [](absl::string_view global) { return global == "numpy.dtype"; })) return false;
  const std::vector<int>& arguments = pickle.at(type.items[1]).items;
  return !arguments.empty() && pickle.at(arguments[0]).text == "u1";
}

// Whether `value` is the integer or truth value `expected`.
bool IsNumber(const PickleValue& value, int64_t expected) {
  return (value.kind == Kind::kInt || value.kind == Kind::kBool) && value.integer == expected;
}

// The bytes of the array `data` of `count` rows. Its state: version, shape, element type, Fortran order, bytes.
absl::StatusOr<absl::string_view> RowsOf(const Pickle& pickle, const PickleValue& data, int64_t count) {
  if (!IsCallOf(pickle, data, IsReconstruct) || data.state < 0) return NoSuchDict("'data' is no NumPy array");
  const std::vector<int>& state = pickle.at(data.state).items;
  if (pickle.at(data.state).kind != Kind::kTuple || state.size() != 5) {
    return NoSuchDict("'data' is no NumPy array");
  }
  const PickleValue& shape = pickle.at(state[1]);
  const bool fits = shape.kind == Kind::kTuple && shape.items.size() == 2 &&
                    IsNumber(pickle.at(shape.items[0]), count) && IsNumber(pickle.at(shape.items[1]), kPixels);
  const PickleValue& bytes = pickle.at(state[4]);
  if (!fits || !IsBytes(pickle, pickle.at(state[2])) || !IsNumber(pickle.at(state[3]), 0) ||
      bytes.kind != Kind::kString || static_cast<int64_t>(bytes.text.size()) != count * kPixels) {
    return NoSuchDict(absl::StrCat("'data' is no array of bytes [", count, ", ", kPixels, "], as many as labels"));
  }
  return absl::string_view(bytes.text);
}

}  // namespace

absl::StatusOr<std::string> Cifar10RecordsOfPickle(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const Pickle pickle, ParsePickle(bytes, IsAllowed));
  if (pickle.size != bytes.size()) return NoSuchDict("bytes follow the pickle");
  const PickleValue& root = pickle.at(pickle.root);
  if (root.kind != Kind::kDict) return NoSuchDict("it is no dict");
  const PickleValue* const labels = Find(pickle, root, "labels");
  const PickleValue* const data = Find(pickle, root, "data");
  if (labels == nullptr || labels->kind != Kind::kList || data == nullptr) {
    return NoSuchDict("it has no list 'labels' or no 'data'");
  }
  const int64_t count = static_cast<int64_t>(labels->items.size());
  ASSIGN_OR_RETURN(const absl::string_view rows, RowsOf(pickle, *data, count));
  std::string records;
  records.reserve(static_cast<size_t>(count) * (1 + kPixels));
  for (int64_t i = 0; i < count; ++i) {
    const PickleValue& label = pickle.at(labels->items[static_cast<size_t>(i)]);
    if (label.kind != Kind::kInt || label.integer < 0 || label.integer > 9) {
      return absl::DataLossError(absl::StrCat("label ", i, " is ", label.integer, "; CIFAR-10's are 0 to 9"));
    }
    records.push_back(static_cast<char>(label.integer));
    absl::StrAppend(&records, rows.substr(static_cast<size_t>(i * kPixels), kPixels));
  }
  return records;
}

}  // namespace wgan
