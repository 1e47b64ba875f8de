// Checks of single fields of a config, all worded alike. Each package's validate.cc strings them together.
#ifndef COMMON_CONFIG_FIELD_CHECK_H_
#define COMMON_CONFIG_FIELD_CHECK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace wgan {

// For `is_set`, of a field that may be left out: its value is then a default, and is checked like any other.
inline constexpr bool kHasDefault = true;

// OK if the field is set and its value is `ok`; otherwise kInvalidArgument with
//   "<field> is <value>; it must be <allowed>"  or  "<field> is not set; it must be <allowed>".
// `field` is the whole path from the experiment's config on, "network.qc_resnet.image_size"; of an enum, pass the name
// as `value`. NaN compares false, so write `ok` as what must hold ("x > 0"), not as the negation of what must not.
absl::Status CheckField(absl::string_view field, bool is_set, const absl::AlphaNum& value, bool ok,
                        absl::string_view allowed);

// value >= least.
absl::Status CheckAtLeast(absl::string_view field, bool is_set, int64_t value, int64_t least);

// value in [low, high].
absl::Status CheckInterval(absl::string_view field, bool is_set, int64_t value, int64_t low, int64_t high);

// value in [0, 1): a decay rate, a slope.
absl::Status CheckBelowOne(absl::string_view field, bool is_set, double value);

}  // namespace wgan

#endif  // COMMON_CONFIG_FIELD_CHECK_H_
