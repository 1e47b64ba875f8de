// CHECK macros: for what only a programmer can cause. What a user can cause is an absl::Status.
#ifndef COMMON_BASE_CHECK_H_
#define COMMON_BASE_CHECK_H_

#include <sstream>
#include <string>

#include "absl/status/status.h"

namespace wgan::internal {

// Prints "file:line: CHECK failed: what detail" to stderr and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* what, const std::string& detail);

// Collects what is streamed after a failed CHECK and aborts when it goes out of scope.
class CheckMessage {
 public:
  CheckMessage(const char* file, int line, const char* what) : file_(file), line_(line), what_(what) {}
  [[noreturn]] ~CheckMessage() { CheckFailed(file_, line_, what_, stream_.str()); }
  std::ostream& stream() { return stream_; }

 private:
  const char* file_;
  int line_;
  const char* what_;
  std::ostringstream stream_;
};

}  // namespace wgan::internal

// Aborts with file, line and the streamed text unless `condition` holds; on in every build mode.
#define WGAN_CHECK(condition) \
  while (!(condition)) ::wgan::internal::CheckMessage(__FILE__, __LINE__, #condition).stream() << ' '

#define WGAN_CHECK_OP_(a, op, b) WGAN_CHECK((a)op(b)) << "(" << (a) << " vs " << (b) << ") "
#define WGAN_CHECK_EQ(a, b) WGAN_CHECK_OP_(a, ==, b)
#define WGAN_CHECK_NE(a, b) WGAN_CHECK_OP_(a, !=, b)
#define WGAN_CHECK_LT(a, b) WGAN_CHECK_OP_(a, <, b)
#define WGAN_CHECK_LE(a, b) WGAN_CHECK_OP_(a, <=, b)
#define WGAN_CHECK_GT(a, b) WGAN_CHECK_OP_(a, >, b)
#define WGAN_CHECK_GE(a, b) WGAN_CHECK_OP_(a, >=, b)

// Aborts with the status's text unless `expression` (a Status) is OK.
#define WGAN_CHECK_OK(expression)                            \
  if (::absl::Status wgan_check_status = (expression); true) \
  WGAN_CHECK(wgan_check_status.ok()) << wgan_check_status.ToString() << ' '

#endif  // COMMON_BASE_CHECK_H_
