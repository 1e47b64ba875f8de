"""Prints how many test targets of a `bazel test` passed and failed.

Usage: count_tests.py EVENTS STATUS

EVENTS is the file of --build_event_json_file, STATUS Bazel's exit status. What
counts as a test is what Bazel set out to test, so a test that could not be
built, or was not reached, has failed. When Bazel failed there is a failure in
the count, even if no test was to blame: then it is of other targets.
"""

import json
import sys

# Bazel's exit status when there is nothing to test.
_NO_TESTS = 4


def read_events(path):
  """Yields the events in the file; a line that a killed Bazel cut off is skipped."""
  with open(path, encoding="utf-8", errors="replace") as lines:
    for line in lines:
      try:
        yield json.loads(line)
      except ValueError:
        pass


def count(events, status):
  """Returns (passed, failed, skipped)."""
  tests, passed, skipped, broken = set(), set(), set(), set()
  for event in events:
    (kind, name), = list(event["id"].items())[:1] or [("", {})]
    label = name.get("label") if isinstance(name, dict) else None
    if kind == "targetConfigured" and "testSize" in event.get("configured", {}):
      tests.add(label)
    elif kind == "testSummary":
      tests.add(label)
      if event.get("testSummary", {}).get("overallStatus") in ("PASSED", "FLAKY"):
        passed.add(label)
    elif kind == "targetCompleted":
      if event.get("aborted", {}).get("reason") == "SKIPPED":
        skipped.add(label)
      elif "aborted" in event or not event.get("completed", {}).get("success"):
        broken.add(label)
    elif "aborted" in event and event["aborted"].get("reason") in (
        "ANALYSIS_FAILURE", "LOADING_FAILURE"):
      broken.add(label or str(name))
  skipped &= tests - passed
  failed = len(tests - passed - skipped)
  if failed == 0 and status not in (0, _NO_TESTS):
    failed = max(1, len(broken - tests))
  return len(passed), failed, len(skipped)


def main():
  passed, failed, skipped = count(read_events(sys.argv[1]), int(sys.argv[2]))
  line = "%d passed, %d failed" % (passed, failed)
  print(line + (", %d skipped" % skipped if skipped else ""))


if __name__ == "__main__":
  main()
