#include "common/base/stop_request.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace wgan {
namespace {

// When the stop was asked for, on the clock below; 0: it was not. One atomic for both, because two signals may be
// handled on two threads at once.
std::atomic<int64_t> stop_requested_at{0};
static_assert(std::atomic<int64_t>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

// A supervisor such as timeout(1) sends one stop to the process and to its group: within this time it is still one.
constexpr int64_t kOneStopMilliseconds = 1000;

// clock_gettime is safe in a signal handler.
int64_t NowMilliseconds() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

constexpr char kAcknowledgement[] =
    "\nStopping after this iteration, with a checkpoint; Ctrl-C once more ends the run at once.\n";

void OnSignal(int signal_number) {
  int64_t first = 0;
  const int64_t now = NowMilliseconds();
  if (!stop_requested_at.compare_exchange_strong(first, now)) {
    if (signal_number == SIGINT && now - first >= kOneStopMilliseconds) _exit(130);
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

bool StopRequested() { return stop_requested_at.load(std::memory_order_relaxed) != 0; }

void SetStopRequested(bool requested) { stop_requested_at.store(requested ? NowMilliseconds() : 0); }

}  // namespace wgan
