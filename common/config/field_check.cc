#include "common/config/field_check.h"

namespace wgan {

absl::Status CheckField(absl::string_view field, bool is_set, const absl::AlphaNum& value, bool ok,
                        absl::string_view allowed) {
  if (is_set && ok) return absl::OkStatus();
  const absl::string_view found = is_set ? value.Piece() : "not set";
  return absl::InvalidArgumentError(absl::StrCat(field, " is ", found, "; it must be ", allowed));
}

absl::Status CheckAtLeast(absl::string_view field, bool is_set, int64_t value, int64_t least) {
  return CheckField(field, is_set, value, value >= least, absl::StrCat(">= ", least));
}

absl::Status CheckInterval(absl::string_view field, bool is_set, int64_t value, int64_t low, int64_t high) {
  return CheckField(field, is_set, value, value >= low && value <= high, absl::StrCat("in [", low, ", ", high, "]"));
}

absl::Status CheckBelowOne(absl::string_view field, bool is_set, double value) {
  return CheckField(field, is_set, value, value >= 0 && value < 1, "in [0, 1)");
}

}  // namespace wgan
