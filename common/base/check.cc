#include "common/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace wgan::internal {

void CheckFailed(const char* file, int line, const char* what, const std::string& detail) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s%s\n", file, line, what, detail.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace wgan::internal
