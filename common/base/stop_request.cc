#include "common/base/stop_request.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace wgan {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

constexpr char kAcknowledgement[] =
    "\nStopping after this iteration, with a checkpoint; Ctrl-C once more ends the run at once.\n";

void OnSignal(int signal_number) {
  if (stop_requested.exchange(true)) {
    if (signal_number == SIGINT) _exit(130);
    return;
  }
  // An iteration may take long: the user should know that the key was heard. Only write() is safe in here.
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kAcknowledgement, sizeof(kAcknowledgement) - 1);
  errno = error;
}

}  // namespace

void InstallStopRequestHandlers() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;  // file writes in progress go on rather than fail with EINTR
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool StopRequested() { return stop_requested.load(std::memory_order_relaxed); }

void SetStopRequested(bool requested) { stop_requested.store(requested); }

}  // namespace wgan
