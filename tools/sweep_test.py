"""Tests of sweep.py."""

import unittest

from tools import sweep

_FOLDER = "bazel-out/k8-opt/bin/papers/p/_runs/lp5.result/cpu/seed3/segment%dof3"
_CHAIN = "//papers/p:lp5.result, scale cpu, seed 3"


def _segments(*indices):
  return {sweep.Segment(_CHAIN, index, 3) for index in indices}


class SweepTest(unittest.TestCase):

  def test_segments_are_known_by_their_folders(self):
    self.assertEqual(sweep.segment_of(_FOLDER % 2), sweep.Segment(_CHAIN, 2, 3))
    self.assertIsNone(sweep.segment_of(_FOLDER % 2 + ".timing.json"))
    self.assertIsNone(sweep.segment_of("bazel-out/k8-opt/bin/papers/p/train"))

  def test_actions_are_read_from_aquery(self):
    text = "action 'Training'\n  Mnemonic: TrainSegment\n  Inputs: [%s, a]\n  Outputs: [%s (TreeArtifact), %s.timing.json]\n" % (
        _FOLDER % 1, _FOLDER % 2, _FOLDER % 2)
    self.assertEqual(sweep.parse_actions(text), _segments(2))

  def test_what_continues_a_missing_segment_is_missing_too(self):
    other = sweep.Segment("other", 1, 1)
    self.assertEqual(sweep.remaining_segments(_segments(1, 2, 3) | {other}, _segments(2)), _segments(2, 3))
    self.assertEqual(sweep.remaining_segments(_segments(1, 2, 3) | {other}, set()), set())

  def test_events_of_other_actions_do_not_count(self):
    event = {"id": {"actionCompleted": {"primaryOutput": _FOLDER % 1}}, "action": {"type": "TrainSegment"}}
    self.assertEqual(sweep.finished(event), (sweep.Segment(_CHAIN, 1, 3), False))
    event["action"]["success"] = True
    self.assertEqual(sweep.finished(event), (sweep.Segment(_CHAIN, 1, 3), True))
    event["action"]["type"] = "CppCompile"
    self.assertIsNone(sweep.finished(event))
    self.assertIsNone(sweep.finished({"status": 0}))

  def test_targets_that_were_built(self):
    event = {"id": {"targetCompleted": {"label": "//p:figure5"}}, "completed": {"success": True}}
    self.assertEqual(sweep.built_target(event), "//p:figure5")
    self.assertIsNone(sweep.built_target({"id": event["id"], "aborted": {}}))
    self.assertIsNone(sweep.built_target({"id": event["id"], "completed": {}}))
    self.assertIsNone(sweep.built_target({"status": 0}))

  def test_lines_say_what_remains(self):
    progress = sweep.Progress(_segments(1, 2, 3), start=100)
    self.assertEqual(progress.line(sweep.Segment(_CHAIN, 1, 3), True, now=130),
                     "[1 of 3] " + _CHAIN + ", segment 1 of 3; 2 remain, about 1 min 00 s")
    self.assertEqual(progress.line(sweep.Segment(_CHAIN, 2, 3), False, now=160),
                     "[3 of 3] FAILED " + _CHAIN + ", segment 2 of 3; none remains")
    self.assertEqual(progress.failed, 1)

  def test_durations(self):
    self.assertEqual(sweep.duration(59.4), "59 s")
    self.assertEqual(sweep.duration(90), "1 min 30 s")
    self.assertEqual(sweep.duration(3 * 3600 + 61), "3 h 01 min")


if __name__ == "__main__":
  unittest.main()
