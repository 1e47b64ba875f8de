"""Builds figures, tables or results that take long, and says what is done and what remains.

    bazel run //tools:sweep -- [--list] [flags of `bazel build`] TARGET...

First it lists the training segments that the targets need and finds out which of
them are there, or in the disk cache (a build in which nothing can be trained; --list
stops after it).
Then it builds, going on past failures, with a line for each segment as it ends and an
estimate of the time that the rest takes. Interrupting loses the segments that are
under way, one for each core; the same command goes on from there.

BAZEL in the environment, if set, is the command to run in place of `bazel`, with
startup options where there are any.
"""

import collections
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time

# One training action: its chain ("papers/wganlp lp5.result cpu seed3"), its place in it, of how many.
Segment = collections.namedtuple("Segment", "chain index count")

# With this each training action that is not up to date fails at once: no worker can run it.
_NO_TRAINING = ["--strategy=TrainSegment=worker"]
# With this it fails too, for the sandbox hides the system's folders, so that no program starts; but Bazel asks a disk or
# remote cache before. Other actions cannot run either.
_ONLY_FROM_CACHES = ["--strategy=TrainSegment=linux-sandbox"] + [
    "--sandbox_block_path=" + path for path in ["/usr", "/bin", "/lib", "/lib64"]]

_OUTPUT = re.compile(r"bin/(?P<package>.*)/_runs/(?P<name>[^/]+)/(?P<scale>[^/]+)/seed(?P<seed>\d+)/"
                     r"segment(?P<index>\d+)of(?P<count>\d+)(?: \(TreeArtifact\))?$")


def segment_of(output):
  """The Segment whose folder is `output`, or None for other outputs."""
  match = _OUTPUT.search(output)
  if not match:
    return None
  chain = "//{package}:{name}, scale {scale}, seed {seed}".format(**match.groupdict())
  return Segment(chain, int(match["index"]), int(match["count"]))


def parse_actions(text):
  """The segments among the actions that `bazel aquery --output=text` lists."""
  segments = set()
  for outputs in re.findall(r"^  Outputs: \[(.*)\]$", text, re.MULTILINE):
    segments.update(segment_of(output) for output in outputs.split(", "))
  segments.discard(None)
  return segments


def finished(event):
  """(Segment, success) if the build event tells of the end of a training action, else None."""
  action = event.get("action", {})
  output = event.get("id", {}).get("actionCompleted", {}).get("primaryOutput", "")
  segment = segment_of(output)
  if action.get("type") != "TrainSegment" or segment is None:
    return None
  return segment, action.get("success", False)


def built_target(event):
  """The label of the target that the build event says was built whole, else None."""
  label = event.get("id", {}).get("targetCompleted", {}).get("label")
  return label if event.get("completed", {}).get("success", False) else None


def remaining_segments(segments, not_there):
  """Those of `segments` that must be trained: the ones in `not_there`, and what continues them."""
  first = {}
  for segment in not_there:
    first[segment.chain] = min(segment.index, first.get(segment.chain, segment.index))
  return {s for s in segments if s.index >= first.get(s.chain, s.count + 1)}


def duration(seconds):
  """90 -> "1 min 30 s"."""
  seconds = int(round(seconds))
  if seconds < 60:
    return "%d s" % seconds
  if seconds < 3600:
    return "%d min %02d s" % divmod(seconds, 60)
  return "%d h %02d min" % divmod(seconds // 60, 60)


class Progress:
  """Counts segments and makes the lines about them."""

  def __init__(self, remaining, start):
    self.remaining = set(remaining)
    self.total = len(remaining)
    self.failed = 0
    self.start = start

  def line(self, segment, success, now):
    """Takes note of the end of `segment` and returns the line for it."""
    self.remaining.discard(segment)
    if not success:
      # What continues it cannot be trained in this build.
      self.failed += 1
      self.remaining -= {s for s in self.remaining if s.chain == segment.chain}
    ended = max(1, self.total - len(self.remaining))
    left = (now - self.start) / ended * len(self.remaining)
    return "[%d of %d] %s%s, segment %d of %d; %s" % (
        ended, self.total, "" if success else "FAILED ", segment.chain, segment.index, segment.count,
        "%d remain, about %s" % (len(self.remaining), duration(left)) if self.remaining else "none remains")


def read_events(file, process):
  """Yields the events that a running build writes to `file`, until it has ended."""
  buffer = ""
  while True:
    ended = process.poll() is not None
    buffer += file.read()
    *lines, buffer = buffer.split("\n")
    for line in lines:
      if line:
        yield json.loads(line)
    if ended:
      return
    time.sleep(0.2)


def build(bazel, arguments, events_path, quiet):
  """Starts `bazel build`; returns the process."""
  command = bazel + ["build", "--keep_going", "--build_event_json_file=" + events_path,
                     "--build_event_publish_all_actions", "--noshow_progress"] + arguments
  return subprocess.Popen(command, stderr=subprocess.DEVNULL if quiet else None)


def events_of(bazel, arguments, quiet=False):
  """Yields the build events of a build as they come, at last its exit status as {"status": N}."""
  with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "events.json")
    open(path, "w", encoding="utf-8").close()
    process = build(bazel, arguments, path, quiet)
    try:
      with open(path, encoding="utf-8") as file:
        yield from read_events(file, process)
    except BaseException:
      process.terminate()  # Bazel cancels the build
      process.wait()
      raise
    yield {"status": process.wait()}


def find_remaining(bazel, flags, targets):
  """Returns all segments that `targets` need, and those that are not there."""
  query = 'mnemonic("TrainSegment", deps(set(%s)))' % " ".join(targets)
  text = subprocess.run(bazel + ["aquery", "--output=text", "--noshow_progress"] + flags + [query],
                        stdout=subprocess.PIPE, check=True, text=True).stdout
  segments = parse_actions(text)
  not_there, _ = build_without_training(bazel, flags, targets)
  if not_there is None:
    # Something else is wrong, which the build will tell: nothing is known to be there.
    return segments, segments
  return segments, remaining_segments(segments, not_there)


def build_without_training(bazel, flags, targets):
  """Builds what can be built of results that are there or in a cache.

  Returns the segments that would have to be trained, the first of each chain, and the labels of the targets that were
  built; None in place of the former if something else stood in the way.
  """
  not_there, built = _try_to_build(bazel, flags + _NO_TRAINING, targets)
  if not_there:
    # What a cache has is then there.
    _try_to_build(bazel, flags + _ONLY_FROM_CACHES, targets)
    not_there, built = _try_to_build(bazel, flags + _NO_TRAINING, targets)
  return not_there, built


def _try_to_build(bazel, flags, targets):
  """The segments that failed, None if only other things did, and the labels of the targets that were built."""
  failed, built, status = set(), set(), 0
  for event in events_of(bazel, flags + targets, quiet=True):
    status = event.get("status", status)
    end = finished(event)
    if end and not end[1]:
      failed.add(end[0])
    built.add(built_target(event))
  return failed if failed or status == 0 else None, built - {None}


def build_with_progress(bazel, flags, targets, remaining):
  """Builds `targets` with a line for each of the segments `remaining` as it ends.

  Returns the exit status and the labels of the targets that were built.
  """
  progress = Progress(remaining, time.monotonic())
  status, built = 1, set()
  for event in events_of(bazel, flags + targets):
    status = event.get("status", status)
    end = finished(event)
    if end:
      print(progress.line(end[0], end[1], time.monotonic()), flush=True)
    built.add(built_target(event))
  print("%s after %s%s" % ("done" if status == 0 else "the build failed (above)",
                           duration(time.monotonic() - progress.start),
                           "; %d segments failed" % progress.failed if progress.failed else ""))
  return status, built - {None}


def sweep(bazel, flags, targets, only_list):
  segments, remaining = find_remaining(bazel, flags, targets)
  chains = {segment.chain for segment in segments}
  print("%d training segments in %d runs: %d are there, %d remain" % (
      len(segments), len(chains), len(segments) - len(remaining), len(remaining)), flush=True)
  if only_list:
    for chain in sorted({segment.chain for segment in remaining}):
      indices = [s.index for s in remaining if s.chain == chain]
      print("  %s: segments %d to %d" % (chain, min(indices), max(indices)))
    return 0
  return build_with_progress(bazel, flags, targets, remaining)[0]


def main(arguments):
  only_list = "--list" in arguments
  flags = [a for a in arguments if a.startswith("-") and a != "--list"]
  targets = [a for a in arguments if not a.startswith("-")]
  if not targets:
    print(__doc__, file=sys.stderr)
    return 2
  os.chdir(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
  try:
    return sweep(shlex.split(os.environ.get("BAZEL", "bazel")), flags, targets, only_list)
  except subprocess.CalledProcessError:
    print("error: Bazel could not list the training actions; its message is above", file=sys.stderr)
    return 1
  except KeyboardInterrupt:
    print("interrupted; the same command goes on from here", file=sys.stderr)
    return 130


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
