// Is a WGAN-LP config usable?
#ifndef PAPERS_WGANLP_VALIDATE_H_
#define PAPERS_WGANLP_VALIDATE_H_

#include "absl/status/status.h"
#include "papers/wganlp/wganlp.pb.h"

namespace wgan::wganlp {

// OK, or kInvalidArgument with the field, its value and what it must be. Covers the embedded messages too.
absl::Status ValidateWganLpConfig(const WganLpConfig& config);

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_VALIDATE_H_
