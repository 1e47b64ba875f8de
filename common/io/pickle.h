// Python pickles as inert data: a pickle is a program, and this reads it without running anything. No LibTorch.
#ifndef COMMON_IO_PICKLE_H_
#define COMMON_IO_PICKLE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wgan {

// One value. Values refer to each other by their place in Pickle::values, so that cycles and deep nesting are harmless.
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,        // integer 0 or 1
    kInt,         // integer
    kFloat,       // real
    kString,      // text (str or bytes)
    kList,        // items
    kTuple,       // items
    kDict,        // items: key, value, key, value, ...
    kGlobal,      // text "module.name": a reference to something in a Python module, never followed
    kCall,        // items: callable, arguments, then what was put into the result (as of a dict), and `state`
    kPersistent,  // items: the identifier that stands for an object kept outside the pickle
  };
  Kind kind = Kind::kNone;
  int64_t integer = 0;
  double real = 0;
  std::string text = {};
  std::vector<int> items = {};
  int state = -1;  // kCall: what __setstate__ or the attributes would get; -1: nothing
};

struct Pickle {
  std::vector<PickleValue> values;
  int root = 0;
  size_t size = 0;  // bytes up to and with the final STOP

  const PickleValue& at(int index) const { return values[index]; }
};

// Parses the pickle at the start of `bytes`, protocols 2 to 5 with the operations that Python's own writers use for
// plain data, NumPy's arrays and PyTorch's tensors. `allowed` says which globals ("torch._utils._rebuild_tensor_v2")
// may occur: any other is kPermissionDenied, naming it, before anything that follows is looked at. kDataLoss for what
// is damaged, cut off or would be an error in Python as well, or has more than `max_values` values, kUnimplemented for
// other operations. Memory: the texts, at most as long as the pickle, and about 100 bytes for each value.
absl::StatusOr<Pickle> ParsePickle(absl::string_view bytes,
                                   const std::function<bool(absl::string_view global)>& allowed,
                                   size_t max_values = size_t{1} << 21);

}  // namespace wgan

#endif  // COMMON_IO_PICKLE_H_
