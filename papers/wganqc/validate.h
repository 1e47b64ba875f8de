// Is a WGAN-QC config usable?
#ifndef PAPERS_WGANQC_VALIDATE_H_
#define PAPERS_WGANQC_VALIDATE_H_

#include "absl/status/status.h"
#include "papers/wganqc/wganqc.pb.h"

namespace wgan::wganqc {

// OK, or kInvalidArgument with the field, its value and what it must be. Covers the embedded messages too.
absl::Status ValidateWganQcConfig(const WganQcConfig& config);

}  // namespace wgan::wganqc

#endif  // PAPERS_WGANQC_VALIDATE_H_
