// "Did you mean ...?" for flags, fields and names in files.
#ifndef COMMON_BASE_NEAREST_NAME_H_
#define COMMON_BASE_NEAREST_NAME_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace wgan {

// The least number of insertions, deletions and substitutions that turn `a` into `b` (Levenshtein).
int EditDistance(absl::string_view a, absl::string_view b);

// The member of `names` nearest to `name`, letter case and '-' against '_' not counted;
// the first of several. Empty if `names` is empty.
std::string NearestName(absl::string_view name, const std::vector<std::string>& names);

}  // namespace wgan

#endif  // COMMON_BASE_NEAREST_NAME_H_
