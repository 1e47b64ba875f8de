#include "common/base/nearest_name.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

namespace wgan {

int EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string NearestName(absl::string_view name, const std::vector<std::string>& names) {
  const auto fold = [](absl::string_view s) { return absl::AsciiStrToLower(absl::StrReplaceAll(s, {{"-", "_"}})); };
  std::string nearest;
  int least = std::numeric_limits<int>::max();
  for (const std::string& candidate : names) {
    const int distance = EditDistance(fold(name), fold(candidate));
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace wgan
