#include "common/io/pth.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/pickle.h"
#include "common/io/pth_zip.h"

namespace wgan {
namespace {

using Kind = PickleValue::Kind;

constexpr size_t kMaxPickle = size_t{64} << 20;  // of names and numbers; the tensors themselves lie elsewhere
constexpr int kMaxDepth = 100;                   // of dicts within dicts
constexpr int64_t kMaxDimensions = 64;
// The first bytes of the form before 1.6: PROTO 2 and the magic number 0x1950a86a20f9469cfc6c.
constexpr absl::string_view kLegacyMagic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);

template <typename... Parts>
absl::Status Corrupt(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat("corrupt PyTorch file: ", parts...));
}

// How the numbers of a storage lie in the file, and as what they are given out.
struct StorageType {
  const char* name;  // as in "torch.FloatStorage"
  int size;          // bytes in the file
  ElementType type;
  enum { kAsIs, kHalf, kBfloat16 } conversion;
};
constexpr StorageType kStorageTypes[] = {
    {"Float", 4, ElementType::kF32, StorageType::kAsIs}, {"Double", 8, ElementType::kF64, StorageType::kAsIs},
    {"Long", 8, ElementType::kI64, StorageType::kAsIs},  {"Int", 4, ElementType::kI32, StorageType::kAsIs},
    {"Byte", 1, ElementType::kU8, StorageType::kAsIs},   {"Bool", 1, ElementType::kBool, StorageType::kAsIs},
    {"Half", 2, ElementType::kF32, StorageType::kHalf},  {"BFloat16", 2, ElementType::kF32, StorageType::kBfloat16},
};

const StorageType* FindStorageType(absl::string_view global) {
  for (const StorageType& type : kStorageTypes) {
    if (global == absl::StrCat("torch.", type.name, "Storage")) return &type;
  }
  return nullptr;
}

bool IsTensorCall(absl::string_view global) {
  return global == "torch._utils._rebuild_tensor" || global == "torch._utils._rebuild_tensor_v2";
}

// The allow-list. TorchScript's classes live in a Python module of their own that only its own loader knows.
bool IsAllowed(absl::string_view global) {
  return IsTensorCall(global) || FindStorageType(global) != nullptr || global == "torch._utils._rebuild_parameter" ||
         global == "collections.OrderedDict" || global == "torch.Size" || absl::StartsWith(global, "__torch__.") ||
         absl::StartsWith(global, "torch.jit._pickle.");
}

float HalfToFloat(uint16_t half) {
  const uint32_t sign = uint32_t{half} >> 15, exponent = (half >> 10) & 31, fraction = half & 1023;
  uint32_t bits;
  if (exponent == 31) {
    bits = 0x7f800000 | (fraction << 13);
  } else if (exponent != 0) {
    bits = ((exponent + 112) << 23) | (fraction << 13);
  } else {
    const float subnormal = static_cast<float>(fraction) * 0x1p-24f;
    std::memcpy(&bits, &subnormal, 4);
  }
  bits |= sign << 31;
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

// Appends element `index` of `storage`.
void AppendElement(absl::string_view storage, const StorageType& type, int64_t index, std::string& data) {
  const char* source = storage.data() + index * type.size;
  if (type.conversion == StorageType::kAsIs) {
    data.append(source, type.size);
    return;
  }
  uint16_t half;
  std::memcpy(&half, source, 2);
  float value;
  if (type.conversion == StorageType::kHalf) {
    value = HalfToFloat(half);
  } else {
    const uint32_t bits = uint32_t{half} << 16;
    std::memcpy(&value, &bits, 4);
  }
  data.append(reinterpret_cast<const char*>(&value), 4);
}

// Turns one pickle into arrays.
class Collector {
 public:
  // The bytes of the storage called `key`; an error if there is none.
  using FindStorage = std::function<absl::StatusOr<absl::string_view>(const std::string& key)>;

  Collector(const Pickle& pickle, FindStorage find_storage, uint64_t byte_budget)
      : pickle_(pickle), find_storage_(std::move(find_storage)), byte_budget_(byte_budget) {}

  absl::StatusOr<NpzArrays> Collect() {
    RETURN_IF_ERROR(Visit(pickle_.root, "", 0));
    return std::move(arrays_);
  }

 private:
  // Gathers the tensors below the value `index`, whose path is `path`.
  absl::Status Visit(int index, const std::string& path, int depth) {
    // Values may be shared, so that a small file could have very many paths, or infinitely many.
    if (depth > kMaxDepth || ++visits_ > 4 * pickle_.values.size() + 64) {
      return Corrupt("its dicts are nested too deeply at '", path.substr(0, 200), "'");
    }
    const PickleValue& value = pickle_.at(index);
    if (value.kind == Kind::kDict) return VisitPairs(value.items, 0, path, depth);
    if (value.kind == Kind::kList || value.kind == Kind::kTuple) {
      for (size_t i = 0; i < value.items.size(); ++i) {
        RETURN_IF_ERROR(Visit(value.items[i], Join(path, absl::StrCat(i)), depth + 1));
      }
    }
    if (value.kind != Kind::kCall) return absl::OkStatus();
    const std::string& callable = pickle_.at(value.items[0]).text;
    const std::vector<int>& arguments = pickle_.at(value.items[1]).items;
    if (IsTensorCall(callable)) return Annotate(AddTensor(arguments, path), absl::StrCat("tensor '", path, "'"));
    if (callable == "torch._utils._rebuild_parameter" && !arguments.empty())
      return Visit(arguments[0], path, depth + 1);
    if (callable == "collections.OrderedDict") return VisitPairs(value.items, 2, path, depth);
    // A TorchScript module: its attributes.
    if (absl::StartsWith(callable, "__torch__.") && value.state >= 0) return Visit(value.state, path, depth + 1);
    return absl::OkStatus();
  }

  // The pairs (key, value) in `items` from `first` on.
  absl::Status VisitPairs(const std::vector<int>& items, size_t first, const std::string& path, int depth) {
    for (size_t i = first; i + 1 < items.size(); i += 2) {
      const PickleValue& key = pickle_.at(items[i]);
      if (key.kind != Kind::kString && key.kind != Kind::kInt) continue;
      RETURN_IF_ERROR(
          Visit(items[i + 1], Join(path, key.kind == Kind::kInt ? absl::StrCat(key.integer) : key.text), depth + 1));
    }
    return absl::OkStatus();
  }

  static std::string Join(const std::string& path, const std::string& name) {
    return path.empty() ? name : absl::StrCat(path, ".", name);
  }

  // _rebuild_tensor_v2(storage, offset, size, stride, ...).
  absl::Status AddTensor(const std::vector<int>& arguments, const std::string& path) {
    if (arguments.size() < 4) return Corrupt("a part of its description is missing");
    const StorageType* type = nullptr;
    ASSIGN_OR_RETURN(const absl::string_view storage, Storage(arguments[0], type));
    ASSIGN_OR_RETURN(const std::vector<int64_t> shape, Numbers(arguments[2]));
    ASSIGN_OR_RETURN(const std::vector<int64_t> strides, Numbers(arguments[3]));
    const PickleValue& offset = pickle_.at(arguments[1]);
    if (offset.kind != Kind::kInt || offset.integer < 0 || shape.size() != strides.size()) {
      return Corrupt("its offset or strides make no sense");
    }
    ASSIGN_OR_RETURN(const int64_t count,
                     CheckedCount(shape, strides, offset.integer, static_cast<int64_t>(storage.size()) / type->size));
    const uint64_t bytes = static_cast<uint64_t>(count) * ElementSize(type->type);
    if (bytes > byte_budget_) return Corrupt("its tensors together are far larger than the file");
    byte_budget_ -= bytes;
    NpyArray array{type->type, shape, ""};
    array.data.reserve(bytes);
    Gather(storage, *type, shape, strides, offset.integer, array.data);
    if (type->type == ElementType::kBool &&
        std::any_of(array.data.begin(), array.data.end(), [](char c) { return c != 0 && c != 1; })) {
      return Corrupt("a truth value is neither 0 nor 1");
    }
    if (!arrays_.emplace(path, std::move(array)).second) return Corrupt("its name comes twice");
    return absl::OkStatus();
  }

  // persistent('storage', type, key, device, elements[, view of another storage]).
  absl::StatusOr<absl::string_view> Storage(int index, const StorageType*& type) {
    const PickleValue& persistent = pickle_.at(index);
    if (persistent.kind != Kind::kPersistent) return Corrupt("it has no storage");
    const PickleValue& identifier = pickle_.at(persistent.items[0]);
    if (identifier.kind != Kind::kTuple || identifier.items.size() < 5) return Corrupt("its storage has no identifier");
    const PickleValue &global = pickle_.at(identifier.items[1]), &key = pickle_.at(identifier.items[2]),
                      &elements = pickle_.at(identifier.items[4]);
    type = global.kind == Kind::kGlobal ? FindStorageType(global.text) : nullptr;
    if (type == nullptr) return absl::UnimplementedError(absl::StrCat("storage of type '", global.text, "'"));
    if (key.kind != Kind::kString || elements.kind != Kind::kInt) return Corrupt("its storage has no name or no size");
    if (identifier.items.size() > 5 && pickle_.at(identifier.items[5]).kind != Kind::kNone) {
      return absl::UnimplementedError("storages that are views of others (written before PyTorch 0.4)");
    }
    ASSIGN_OR_RETURN(const absl::string_view bytes, find_storage_(key.text));
    if (elements.integer < 0 || static_cast<uint64_t>(elements.integer) > bytes.size() / type->size) {
      return Corrupt("its storage '", key.text, "' claims ", elements.integer, " numbers and has ", bytes.size(),
                     " bytes");
    }
    return bytes.substr(0, elements.integer * type->size);
  }

  // A tuple of integers, or torch.Size of one.
  absl::StatusOr<std::vector<int64_t>> Numbers(int index) {
    const PickleValue* value = &pickle_.at(index);
    if (value->kind == Kind::kCall && pickle_.at(value->items[0]).text == "torch.Size") {
      const PickleValue& arguments = pickle_.at(value->items[1]);
      if (arguments.items.size() != 1) return Corrupt("its shape makes no sense");
      value = &pickle_.at(arguments.items[0]);
    }
    if (value->kind != Kind::kTuple && value->kind != Kind::kList) return Corrupt("its shape makes no sense");
    if (static_cast<int64_t>(value->items.size()) > kMaxDimensions) return Corrupt("it has too many dimensions");
    std::vector<int64_t> numbers;
    for (int item : value->items) {
      const PickleValue& number = pickle_.at(item);
      if (number.kind != Kind::kInt || number.integer < 0) return Corrupt("its shape makes no sense");
      numbers.push_back(number.integer);
    }
    return numbers;
  }

  // The number of elements, once it is sure that all lie within a storage of `available`.
  static absl::StatusOr<int64_t> CheckedCount(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides,
                                              int64_t offset, int64_t available) {
    int64_t count = 1, last = offset;
    for (size_t k = 0; k < shape.size(); ++k) {
      if (shape[k] == 0) return int64_t{0};
    }
    for (size_t k = 0; k < shape.size(); ++k) {
      int64_t reach;
      if (__builtin_mul_overflow(count, shape[k], &count) || __builtin_mul_overflow(shape[k] - 1, strides[k], &reach) ||
          __builtin_add_overflow(last, reach, &last)) {
        return Corrupt("its shape is absurd");
      }
    }
    if (last >= available) return Corrupt("it reaches beyond its storage of ", available, " numbers");
    if (count > (int64_t{1} << 48)) return Corrupt("its shape is absurd");
    return count;
  }

  static void Gather(absl::string_view storage, const StorageType& type, const std::vector<int64_t>& shape,
                     const std::vector<int64_t>& strides, int64_t offset, std::string& data) {
    if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return;
    // Whole rows at once where they lie together and need no conversion.
    size_t outer = shape.size();
    int64_t row = 1;
    while (type.conversion == StorageType::kAsIs && outer > 0 && (strides[outer - 1] == row || shape[outer - 1] == 1)) {
      row *= shape[--outer];
    }
    std::vector<int64_t> index(outer, 0);
    while (true) {
      int64_t at = offset;
      for (size_t k = 0; k < outer; ++k) at += index[k] * strides[k];
      if (type.conversion == StorageType::kAsIs) {
        data.append(storage.data() + at * type.size, row * type.size);
      } else {
        AppendElement(storage, type, at, data);
      }
      size_t k = outer;
      while (k > 0 && ++index[k - 1] == shape[k - 1]) index[--k] = 0;
      if (k == 0) return;
    }
  }

  const Pickle& pickle_;
  const FindStorage find_storage_;
  uint64_t byte_budget_;
  uint64_t visits_ = 0;
  NpzArrays arrays_;
};

uint64_t ByteBudget(absl::string_view bytes) { return (uint64_t{64} << 20) + 4 * bytes.size(); }

absl::StatusOr<Pickle> ParseTensorPickle(absl::string_view bytes) {
  absl::StatusOr<Pickle> pickle = ParsePickle(bytes.substr(0, kMaxPickle), IsAllowed);
  if (!absl::IsPermissionDenied(pickle.status())) return pickle;
  return absl::PermissionDeniedError(
      absl::StrCat(pickle.status().message(), "; if this is a whole model, save its state_dict() instead"));
}

// "NAME/data.pkl" and "NAME/data/KEY" in a zip archive.
absl::StatusOr<NpzArrays> ParseZipForm(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const auto entries, ParsePthZip(bytes));
  const auto content = [&entries](const std::string& name) -> absl::StatusOr<absl::string_view> {
    const auto entry = entries.find(name);
    if (entry == entries.end()) return Corrupt("it has no entry '", name, "'");
    return PthZipContent(name, entry->second);
  };
  std::string folder;
  for (const auto& [name, entry] : entries) {
    if (absl::EndsWith(name, "/data.pkl") && std::count(name.begin(), name.end(), '/') == 1) {
      folder = name.substr(0, name.size() - 8);
    }
  }
  if (folder.empty()) return Corrupt("a zip file without data.pkl; was it saved by PyTorch?");
  if (entries.count(folder + "byteorder") != 0) {
    ASSIGN_OR_RETURN(const absl::string_view order, content(folder + "byteorder"));
    if (order != "little") return absl::UnimplementedError("its numbers are big-endian, which is not read");
  }
  ASSIGN_OR_RETURN(const absl::string_view program, content(folder + "data.pkl"));
  ASSIGN_OR_RETURN(const Pickle pickle, ParseTensorPickle(program));
  std::map<std::string, absl::string_view> verified;  // a storage that many tensors share is read once
  const auto find_storage = [&](const std::string& key) -> absl::StatusOr<absl::string_view> {
    const auto known = verified.find(key);
    if (known != verified.end()) return known->second;
    ASSIGN_OR_RETURN(const absl::string_view storage, content(folder + "data/" + key));
    verified[key] = storage;
    return storage;
  };
  return Collector(pickle, find_storage, ByteBudget(bytes)).Collect();
}

// The element size of each storage that `pickle` mentions, by key.
std::map<std::string, int> StorageSizes(const Pickle& pickle) {
  std::map<std::string, int> sizes;
  for (const PickleValue& value : pickle.values) {
    if (value.kind != Kind::kPersistent) continue;
    const PickleValue& identifier = pickle.at(value.items[0]);
    if (identifier.kind != Kind::kTuple || identifier.items.size() < 3) continue;
    const StorageType* type = FindStorageType(pickle.at(identifier.items[1]).text);
    if (type != nullptr) sizes[pickle.at(identifier.items[2]).text] = type->size;
  }
  return sizes;
}

// Pickles of: magic number, protocol 1001, system, the object, the storages' keys; then for each of these in that order
// the number of elements (int64) and the elements.
absl::StatusOr<NpzArrays> ParseLegacyForm(absl::string_view bytes) {
  size_t at = 0;
  std::vector<Pickle> pickles;
  for (int i = 0; i < 5; ++i) {
    ASSIGN_OR_RETURN(Pickle pickle, ParseTensorPickle(bytes.substr(at)));
    at += pickle.size;
    pickles.push_back(std::move(pickle));
  }
  const PickleValue& protocol = pickles[1].at(pickles[1].root);
  if (protocol.integer != 1001) {
    return absl::UnimplementedError(absl::StrCat("protocol version ", protocol.integer, "; 1001 is read"));
  }
  const std::map<std::string, int> sizes = StorageSizes(pickles[3]);
  const PickleValue& keys = pickles[4].at(pickles[4].root);
  if (keys.kind != Kind::kList) return Corrupt("it has no list of storages");
  std::map<std::string, absl::string_view> storages;
  for (int item : keys.items) {
    const std::string& key = pickles[4].at(item).text;
    const auto size = sizes.find(key);
    if (size == sizes.end()) return Corrupt("nothing refers to its storage '", key, "'");
    int64_t count;
    if (bytes.size() - at < sizeof(count)) return Corrupt("it is cut off");
    std::memcpy(&count, bytes.data() + at, sizeof(count));
    at += sizeof(count);
    if (count < 0 || static_cast<uint64_t>(count) > (bytes.size() - at) / size->second) return Corrupt("it is cut off");
    storages[key] = bytes.substr(at, count * size->second);
    at += count * size->second;
  }
  if (at != bytes.size()) return Corrupt("there are ", bytes.size() - at, " bytes behind its last storage");
  const auto find_storage = [&](const std::string& key) -> absl::StatusOr<absl::string_view> {
    const auto storage = storages.find(key);
    if (storage == storages.end()) return Corrupt("its storage '", key, "' is missing");
    return storage->second;
  };
  return Collector(pickles[3], find_storage, ByteBudget(bytes)).Collect();
}

}  // namespace

absl::StatusOr<NpzArrays> ParsePth(absl::string_view bytes) {
  if (absl::StartsWith(bytes, kLegacyMagic)) return ParseLegacyForm(bytes);
  if (absl::StartsWith(bytes, absl::string_view("PK\x03\x04", 4))) return ParseZipForm(bytes);
  return absl::InvalidArgumentError("not a file that torch.save or torch.jit.save wrote");
}

absl::StatusOr<NpzArrays> ReadPth(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<NpzArrays> arrays = ParsePth(bytes);
  if (!arrays.ok()) return Annotate(arrays.status(), path);
  return arrays;
}

NpzArrays Unwrapped(NpzArrays arrays, absl::string_view prefix) {
  const std::string start = absl::StrCat(prefix, ".");
  NpzArrays inside;
  for (auto& [name, array] : arrays) {
    if (absl::StartsWith(name, start)) inside.emplace(name.substr(start.size()), std::move(array));
  }
  return inside.empty() ? arrays : inside;
}

}  // namespace wgan
