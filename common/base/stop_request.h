// A polite request to stop: Ctrl-C or SIGTERM asks the training loop to checkpoint and end.
#ifndef COMMON_BASE_STOP_REQUEST_H_
#define COMMON_BASE_STOP_REQUEST_H_

namespace wgan {

// From now on SIGINT and SIGTERM only set the flag below and say so on stderr; another SIGINT, a second or more after
// the first signal, ends the process at once (exit code 130), for a user who does not want to wait for the checkpoint.
void InstallStopRequestHandlers();

// True once a stop was asked for.
bool StopRequested();

// Sets or clears the flag by hand (tests, embedding programs).
void SetStopRequested(bool requested);

}  // namespace wgan

#endif  // COMMON_BASE_STOP_REQUEST_H_
