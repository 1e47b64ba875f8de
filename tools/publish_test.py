"""Tests of publish.py, on what the rules made of the fake program in //tools/testing."""

import gzip
import json
import os
import shutil
import tempfile
import unittest

from tools import publish
from tools import publish_pages

_LIST = "tools/testing/_show/everything.smoke.artefacts.json"


def _artefacts():
  """Those of //tools/testing:everything.smoke as publish.py gets them, as if they were papers/p's."""
  with open(_LIST, encoding="utf-8") as file:
    artefacts = json.load(file)["artefacts"]
  for artefact in artefacts:
    artefact["label"] = artefact["label"].replace("//tools/testing:", "//papers/p:")
    artefact["files"] = [path[path.index("tools/testing/"):] for path in artefact["files"]]
  return artefacts


def _read(*path):
  with open(os.path.join(*path), encoding="utf-8") as file:
    return file.read()


class PublishTest(unittest.TestCase):

  def setUp(self):
    self.root = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    os.makedirs(os.path.join(self.root, "papers/p"))
    self.results = os.path.join(self.root, "papers/p/results")
    self.artefacts = _artefacts()

  def tearDown(self):
    shutil.rmtree(self.root)

  def publish(self, *arguments, built=None, artefacts=None):
    options = publish.parse_arguments(["//papers/p", *arguments])
    artefacts = artefacts or self.artefacts
    labels = {a["label"] for a in artefacts} if built is None else {"//papers/p:%s.smoke" % name for name in built}
    publish.publish(self.root, artefacts, labels, options.targets, options)

  def files(self):
    return sorted(os.listdir(self.results))

  def test_the_small_outcome_is_put_there(self):
    self.publish("--//tools:scale=smoke", "--disk_cache=/somewhere", "--repo_env=WGAN_FACES_DIR=/somewhere/else")
    self.assertEqual(self.files(), [
        "README.md", "claim1.json", "claims.md", "figure1.csv.gz", "figure1.json", "figure1.png", "figure2.csv",
        "figure2.json", "figure2.png", "index.json", "runs.json", "table1.csv", "table1.json", "table1.md"])
    page = _read(self.results, "README.md")
    order = ["bazel run //tools:publish -- //papers/p --//tools:scale=smoke --repo_env=WGAN_FACES_DIR=PATH\n",
             "Claims: 1 reproduced, 0 not reproduced", "## Figure 1\n", "![What figures can show](figure1.png)", "Computed without training.", "## Figure 2\n",
             "![What curves can show](figure2.png)", "Made at scale smoke, 2 seeds.", "- `iterations: 300 -> 20`",
             "## Table 1\n", "| noise | w | distance at the end |", "(paper: 10.000 (1.000))", "Needs a scorer.",
             "## Further results\n", "- **reproduced** [`claim1`](claim1.json): Twice the noise gives twice the number"]
    places = [page.find(text) for text in order]
    self.assertNotIn(-1, places, [text for text, place in zip(order, places) if place < 0])
    self.assertEqual(places, sorted(places))
    self.assertNotIn("/somewhere", page)
    self.assertIn("| **reproduced** | [Twice the noise gives twice the number](claim1.json) |",
                  _read(self.results, "claims.md"))

  def test_runs_are_stored_once(self):
    self.publish()
    runs = json.loads(_read(self.results, "runs.json"))
    self.assertEqual([run["run"] for run in runs.values()], ["analytic", "fake_one", "fake_two"])
    for name in ["figure2", "table1", "claim1"]:
      for run in json.loads(_read(self.results, name + ".json"))["runs"]:
        self.assertIn(run, runs)

  def test_a_second_time_changes_nothing(self):
    self.publish()
    before = {name: _read(self.results, name) for name in self.files() if name.endswith((".md", ".json"))}
    self.publish()
    self.assertEqual(before, {name: _read(self.results, name) for name in before})
    self.assertEqual(os.listdir(os.path.dirname(self.results)), ["results"])

  def test_what_is_not_made_is_named_and_what_was_there_stays(self):
    self.publish(built=["figure1"])
    self.assertNotIn("figure2.png", self.files())
    self.assertIn("not published yet: `claim1`, `figure2`, `table1`.", _read(self.results, "README.md"))
    with open(os.path.join(self.results, "by_hand.txt"), "w", encoding="utf-8") as file:
      file.write("kept")
    self.publish(built=["figure2", "claim1", "table1"])
    self.assertIn("figure1.png", self.files())
    self.assertIn("by_hand.txt", self.files())
    self.assertNotIn("## Not here", _read(self.results, "README.md"))

  def test_what_replaces_something_leaves_nothing_of_it(self):
    self.publish()
    one = [dict(a, files=[f for f in a["files"] if not f.endswith(".csv")]) for a in self.artefacts]
    self.assertIn("figure1.csv.gz", self.files())
    self.publish("--only=figure1", artefacts=one)
    self.assertNotIn("figure1.csv.gz", self.files())
    self.assertIn("figure2.csv", self.files())

  def test_names_are_chosen(self):
    names = lambda *arguments: [publish.name_of(a["label"]) for a in publish.choose(self.artefacts, *arguments)]
    self.assertEqual(names("", ""), ["claim1", "figure1", "figure2", "table1"])
    self.assertEqual(names("^figure", "2|table"), ["figure1"])

  def test_large_files_are_packed_left_out_or_refused(self):
    table = os.path.join(self.root, "figure1.csv")
    with open(table, "w", encoding="utf-8") as file:
      file.write("a,b\n" + "1,2\n" * 100000)
    large = [dict(a, files=[table if f.endswith("figure1.csv") else f for f in a["files"]]) for a in self.artefacts]
    self.publish(artefacts=large)
    self.assertNotIn("figure1.csv", self.files())
    with gzip.open(os.path.join(self.results, "figure1.csv.gz"), "rt") as file:
      self.assertEqual(file.read(), _read(table))
    before = self.files()
    with self.assertRaisesRegex(publish.PublishError, "above --max_total_kb=10: publish fewer"):
      self.publish("--max_total_kb=10")
    self.assertEqual(self.files(), before)
    self.assertEqual(os.listdir(os.path.dirname(self.results)), ["results"])
    self.publish("--max_file_kb=30")
    self.assertNotIn("figure1.png", self.files())
    self.assertRegex(_read(self.results, "README.md"), r"Too large for this folder: figure1\.png, \d+ kB")

  def test_files_of_others_are_not_touched(self):
    os.makedirs(self.results)
    with open(os.path.join(self.results, "README.md"), "w", encoding="utf-8") as file:
      file.write("mine")
    with self.assertRaisesRegex(publish.PublishError, "README.md was not made by this program"):
      self.publish()
    os.rename(os.path.join(self.results, "README.md"), os.path.join(self.results, "figure1.png"))
    with self.assertRaisesRegex(publish.PublishError, "papers/p/results/figure1.png is in the way"):
      self.publish()
    self.assertEqual(self.files(), ["figure1.png"])
    self.assertEqual(os.listdir(os.path.dirname(self.results)), ["results"])

  def test_arguments(self):
    options = publish.parse_arguments(["//papers/p", "--only=a", "--only_built", "--config=x", "--max_file_kb=5"])
    self.assertEqual((options.targets, options.flags, options.only, options.only_built, options.max_file),
                     (["//papers/p"], ["--config=x"], "a", True, 5000))
    for argument, reason in [("--only", "needs a value"), ("--skip=(", "no regular expression"),
                             ("--max_file_kb=big", "not a number")]:
      with self.assertRaisesRegex(publish.PublishError, reason):
        publish.parse_arguments([argument])


class PagesTest(unittest.TestCase):

  def test_topics_are_in_the_papers_order(self):
    entry = lambda kind, *about: {"kind": kind, "about": list(about)}
    index = {"artefacts": {"figure10": entry("figure", "figure:10"), "c": entry("claim", "figure:9"),
                           "figure9": entry("figure", "figure:9"), "theorem": entry("claim"),
                           "table1": entry("table", "table:1")}}
    self.assertEqual(publish_pages.by_topic(index), [
        ("Figure 9", ["figure9", "c"]), ("Figure 10", ["figure10"]), ("Table 1", ["table1"]),
        ("Further results", ["theorem"])])

  def test_effects_say_what_was_asked(self):
    content = {"comparisons": [{"name": "LP - GP", "effect": -0.123456, "interval": [-0.2, "inf"], "at_most": 0.0,
                                "outcome": "holds"}]}
    self.assertEqual(publish_pages.effects(content), ["LP - GP: -0.1235 [-0.2, inf], at most 0: holds"])


if __name__ == "__main__":
  unittest.main()
