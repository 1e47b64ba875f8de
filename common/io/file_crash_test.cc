// WriteFileAtomically under kill -9: a child process replaces one file again and again, is killed at some instant of a
// write, and the file must then hold, whole, either what the child had last committed or what it was just committing.

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

constexpr int kKills = 300;
constexpr uint32_t kMaxSize = 300'000;
constexpr uint32_t kMaxDelayMicroseconds = 600;  // a write takes a few hundred

// Version `k` of the file: its size and all its bytes depend on k.
std::string Version(uint32_t k) {
  RandomStream random(1, "version", k);
  std::string bytes(random.Below(kMaxSize), '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>((i * 31 + k) >> (i % 8));
  return bytes;
}

// What the child says through the pipe: "I begin to write `version`" or "`version` is committed".
struct Note {
  uint32_t version;
  bool committed;
};

void Tell(int pipe, Note note) {
  if (write(pipe, &note, sizeof(note)) != sizeof(note)) _exit(3);
}

// Replaces `path` by versions `first`, `first` + 1, ... until it is killed.
[[noreturn]] void WriteForEver(const std::string& path, uint32_t first, int pipe) {
  for (uint32_t k = first;; ++k) {
    const std::string bytes = Version(k);
    Tell(pipe, {k, false});
    if (!WriteFileAtomically(path, bytes).ok()) _exit(2);
    Tell(pipe, {k, true});
  }
}

struct Kill {
  uint32_t begun;      // last version that the child began to write
  uint32_t committed;  // last version that WriteFileAtomically returned for
};

// Starts a child that writes from version `committed` + 1 on, and kills it a random moment after it began a write.
Kill KillOneWriter(const std::string& path, uint32_t committed, RandomStream& random) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) WriteForEver(path, committed + 1, ends[1]);
  close(ends[1]);
  Kill result = {committed, committed};
  const uint32_t last = committed + 1 + random.Below(3);
  const timespec delay = {0, 1000L * random.Below(kMaxDelayMicroseconds)};
  bool killed = false;
  for (Note note; read(ends[0], &note, sizeof(note)) == sizeof(note);) {
    (note.committed ? result.committed : result.begun) = note.version;
    if (killed || note.version < last) continue;
    nanosleep(&delay, nullptr);
    kill(child, SIGKILL);
    killed = true;
  }
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the child ended by itself: " << status;
  return result;
}

// Removes what killed writers left in `directory`; returns how many files that were.
int RemoveTemporaries(const std::string& directory) {
  int removed = 0;
  const std::vector<std::string> names = ListDirectory(directory).value();
  for (const std::string& name : names) {
    if (IsTemporaryName(name)) removed += unlink(JoinPath(directory, name).c_str()) == 0;
  }
  return removed;
}

TEST(FileCrashTest, KilledWritersLeaveTheOldOrTheNewFileWhole) {
  const std::string directory = JoinPath(testing::TempDir(), "file_crash_test");
  WGAN_ASSERT_OK(CreateDirectories(directory));
  const std::string path = JoinPath(directory, "file");
  WGAN_ASSERT_OK(WriteFileAtomically(path, Version(0)));

  RandomStream random(1, "kill", 0);
  uint32_t current = 0;
  int temporaries = 0;
  for (int i = 0; i < kKills; ++i) {
    const Kill kill = KillOneWriter(path, current, random);
    WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
    const bool is_new = bytes == Version(kill.begun);
    ASSERT_TRUE(is_new || bytes == Version(kill.committed))
        << "after kill " << i << " the file has " << bytes.size() << " bytes and is neither version " << kill.committed
        << " nor " << kill.begun;
    current = is_new ? kill.begun : kill.committed;
    temporaries += RemoveTemporaries(directory);
  }
  EXPECT_THAT(ListDirectory(directory).value(), testing::ElementsAre("file"));
  // The test tests nothing unless kills hit the middle of writes. About half of them do.
  EXPECT_GT(temporaries, 0);
  RecordProperty("interrupted_writes", temporaries);
}

}  // namespace
}  // namespace wgan
