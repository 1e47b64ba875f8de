#include "common/base/stop_request.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace wgan {
namespace {

std::atomic<bool> stop_requested{false};
std::atomic<int64_t> first_signal_milliseconds{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int64_t>::is_always_lock_free,
              "a signal handler may only touch lock-free atomics");

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
  if (stop_requested.exchange(true)) {
    const bool again = NowMilliseconds() - first_signal_milliseconds.load() >= kOneStopMilliseconds;
    if (signal_number == SIGINT && again) _exit(130);
    return;
  }
  first_signal_milliseconds.store(NowMilliseconds());
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
