// RETURN_IF_ERROR and ASSIGN_OR_RETURN, and a way to say where an error came from.
#ifndef COMMON_BASE_STATUS_MACROS_H_
#define COMMON_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace wgan {

// `status` with "`context`: " put before its message; an OK status stays OK.
inline absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(context, ": ", status.message()));
}

}  // namespace wgan

// Returns the Status `expression` from the enclosing function if it is not OK.
#define RETURN_IF_ERROR(expression) \
  if (::absl::Status wgan_status = (expression); !wgan_status.ok()) return wgan_status

#define WGAN_CONCAT_INNER_(a, b) a##b
#define WGAN_CONCAT_(a, b) WGAN_CONCAT_INNER_(a, b)

// Evaluates `expression` (a StatusOr<T>); on error returns its status, else assigns the value to `target`,
// which may be a declaration: ASSIGN_OR_RETURN(Image image, DecodeImage(bytes)).
#define ASSIGN_OR_RETURN(target, expression) \
  ASSIGN_OR_RETURN_IMPL_(WGAN_CONCAT_(wgan_statusor_, __LINE__), target, expression)
#define ASSIGN_OR_RETURN_IMPL_(statusor, target, expression) \
  auto statusor = (expression);                              \
  if (!statusor.ok()) return statusor.status();              \
  target = std::move(statusor).value()

#endif  // COMMON_BASE_STATUS_MACROS_H_
