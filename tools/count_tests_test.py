"""The closing line counts what Bazel reports, and never calls a failure a pass."""

import json
import os
import tempfile
import unittest

from tools import count_tests


def configured(label, kind="cc_test rule"):
  event = {"id": {"targetConfigured": {"label": label}}, "configured": {"targetKind": kind}}
  if kind.endswith("_test rule"):
    event["configured"]["testSize"] = "SMALL"
  return event


def summary(label, status):
  return {"id": {"testSummary": {"label": label}}, "testSummary": {"overallStatus": status}}


def completed(label, **fields):
  return {"id": {"targetCompleted": {"label": label}}, **fields}


BUILT = {"completed": {"success": True}}


class CountTest(unittest.TestCase):

  def test_passed_and_failed(self):
    events = []
    for label, status in [("//:a", "PASSED"), ("//:b", "FLAKY"), ("//:c", "FAILED"), ("//:d", "TIMEOUT")]:
      events += [configured(label), completed(label, **BUILT), summary(label, status)]
    self.assertEqual(count_tests.count(events, 3), (2, 2, 0))

  def test_a_test_that_was_not_built_has_failed(self):
    events = [
        configured("//:a"), completed("//:a", **BUILT), summary("//:a", "PASSED"),
        configured("//:b"), completed("//:b", completed={}),
    ]
    self.assertEqual(count_tests.count(events, 1), (1, 1, 0))

  def test_a_test_that_was_not_reached_has_failed(self):
    self.assertEqual(count_tests.count([configured("//:a")], 8), (0, 1, 0))

  def test_a_library_that_was_not_built_is_a_failure(self):
    events = [
        configured("//:a"), completed("//:a", **BUILT), summary("//:a", "PASSED"),
        configured("//:lib", "cc_library rule"), completed("//:lib", completed={}),
    ]
    self.assertEqual(count_tests.count(events, 1), (1, 1, 0))
    # Beside a failed test it is not counted: N are tests.
    events += [configured("//:b"), completed("//:b", completed={})]
    self.assertEqual(count_tests.count(events, 1), (1, 1, 0))

  def test_a_library_that_was_built_is_not_a_test(self):
    events = [configured("//:lib", "cc_library rule"), completed("//:lib", **BUILT)]
    self.assertEqual(count_tests.count(events, 4), (0, 0, 0))

  def test_analysis_failure(self):
    events = [{"id": {"configuredLabel": {"label": "//:a"}}, "aborted": {"reason": "ANALYSIS_FAILURE"}}]
    self.assertEqual(count_tests.count(events, 1), (0, 1, 0))

  def test_skipped(self):
    events = [configured("//:a"), completed("//:a", aborted={"reason": "SKIPPED"})]
    self.assertEqual(count_tests.count(events, 0), (0, 0, 1))

  def test_bazel_failed_with_no_event(self):
    self.assertEqual(count_tests.count([], 1), (0, 1, 0))

  def test_reads_a_file_that_was_cut_off(self):
    with tempfile.TemporaryDirectory() as folder:
      path = os.path.join(folder, "events")
      with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(summary("//:a", "PASSED")) + "\n" + '{"id": {"testSumm')
      self.assertEqual(count_tests.count(count_tests.read_events(path), 0), (1, 0, 0))


if __name__ == "__main__":
  unittest.main()
