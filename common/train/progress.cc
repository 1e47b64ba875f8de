#include "common/train/progress.h"

#include <sys/ioctl.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace wgan {
namespace {

constexpr absl::Duration kRedraw = absl::Milliseconds(200);
constexpr absl::Duration kPlainLine = absl::Seconds(10);
constexpr double kRateMemory = 0.95;     // weight of the past in the moving average
constexpr int kBarWidths[] = {20, 10};   // the widest that leaves room is taken
constexpr size_t kScalarsBeforeBar = 2;  // so many scalars are worth more than the bar
constexpr int kDefaultWidth = 80;

int TerminalWidth(std::FILE* stream) {
  winsize size = {};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return size.ws_col;
}

// Iteration, rate and ETA.
std::string PositionText(const Progress& progress) {
  const int64_t percent = progress.iterations > 0 ? 100 * progress.iteration / progress.iterations : 100;
  std::string text = absl::StrFormat("%d/%d  %d%%", progress.iteration, progress.iterations, percent);
  if (progress.rate > 0) {
    const double seconds = static_cast<double>(progress.iterations - progress.iteration) / progress.rate;
    absl::StrAppendFormat(&text, "  %.3g it/s  ETA %s", progress.rate, HoursMinutesSeconds(absl::Seconds(seconds)));
  }
  return text;
}

std::string ScalarText(const std::pair<std::string, double>& scalar) {
  return absl::StrFormat("  %s %.4g", scalar.first, scalar.second);
}

// "[####------] ", or nothing where not even the smallest bar fits into `room`.
std::string BarText(const Progress& progress, int room) {
  for (int width : kBarWidths) {
    if (width + 3 > room) continue;
    const int64_t done = progress.iterations > 0 ? width * progress.iteration / progress.iterations : width;
    return absl::StrCat("[", std::string(done, '#'), std::string(width - done, '-'), "] ");
  }
  return "";
}

}  // namespace

std::string HoursMinutesSeconds(absl::Duration duration) {
  const int64_t total = std::max<int64_t>(0, absl::ToInt64Seconds(duration));
  const int64_t days = total / 86400, hours = total / 3600 % 24, minutes = total / 60 % 60, seconds = total % 60;
  if (days > 0) return absl::StrFormat("%dd %02d:%02d:%02d", days, hours, minutes, seconds);
  if (hours > 0) return absl::StrFormat("%d:%02d:%02d", hours, minutes, seconds);
  return absl::StrFormat("%d:%02d", minutes, seconds);
}

std::string ProgressLine(const Progress& progress) {
  std::string line = PositionText(progress);
  for (const auto& scalar : progress.scalars) absl::StrAppend(&line, ScalarText(scalar));
  return line;
}

std::string ProgressBar(const Progress& progress, int width) {
  // The last column stays free: some terminals wrap there.
  const size_t room = static_cast<size_t>(std::max(width - 1, 1));
  const std::string position = PositionText(progress);
  size_t needed = position.size();
  for (size_t i = 0; i < std::min(kScalarsBeforeBar, progress.scalars.size()); ++i) {
    needed += ScalarText(progress.scalars[i]).size();
  }
  std::string line = BarText(progress, static_cast<int>(room) - static_cast<int>(needed)) + position;
  for (const auto& scalar : progress.scalars) {
    const std::string text = ScalarText(scalar);
    if (line.size() + text.size() > room) break;  // half a number reads as another one
    line += text;
  }
  line.resize(std::min(line.size(), room));
  return line;
}

ProgressDisplay::ProgressDisplay(std::FILE* stream, bool is_terminal, int64_t iterations,
                                 std::vector<std::string> scalar_names, absl::Time (*clock)())
    : stream_(stream), is_terminal_(is_terminal), scalar_names_(std::move(scalar_names)), clock_(clock) {
  progress_.iterations = iterations;
}

ProgressDisplay::~ProgressDisplay() {
  if (line_open_) std::fputc('\n', stream_);
  std::fflush(stream_);
}

absl::Status ProgressDisplay::Begin(int64_t done) {
  progress_.iteration = done;
  last_step_ = clock_();
  last_shown_ = absl::InfinitePast();
  if (done > 0) Notice(absl::StrCat("Continuing after iteration ", done, "."));
  return absl::OkStatus();
}

void ProgressDisplay::UpdateRate(absl::Time now) {
  const double seconds = absl::ToDoubleSeconds(now - last_step_);
  last_step_ = now;
  seconds_per_iteration_ =
      seconds_per_iteration_ == 0 ? seconds : kRateMemory * seconds_per_iteration_ + (1 - kRateMemory) * seconds;
  progress_.rate = seconds_per_iteration_ > 0 ? 1 / seconds_per_iteration_ : 0;
}

absl::Status ProgressDisplay::AfterIteration(int64_t iteration, const std::vector<double>& scalars, bool /*logged*/) {
  const absl::Time now = clock_();
  UpdateRate(now);
  progress_.iteration = iteration;
  const bool last = iteration == progress_.iterations;
  if (last || now - last_shown_ >= (is_terminal_ ? kRedraw : kPlainLine)) {
    last_shown_ = now;
    Show(scalars);
  }
  return absl::OkStatus();
}

void ProgressDisplay::Show(const std::vector<double>& scalars) {
  progress_.scalars.clear();
  for (size_t i = 0; i < scalars.size(); ++i) progress_.scalars.emplace_back(scalar_names_[i], scalars[i]);
  if (is_terminal_) {
    // Carriage return, text, erase to the end of the line.
    std::fputs(absl::StrCat("\r", ProgressBar(progress_, TerminalWidth(stream_)), "\x1b[K").c_str(), stream_);
  } else {
    std::fputs(absl::StrCat(ProgressLine(progress_), "\n").c_str(), stream_);
  }
  line_open_ = is_terminal_;
  std::fflush(stream_);
}

void ProgressDisplay::Notice(const std::string& text) {
  std::fputs(absl::StrCat(line_open_ ? "\r\x1b[K" : "", text, "\n").c_str(), stream_);
  line_open_ = false;
  std::fflush(stream_);
}

}  // namespace wgan
