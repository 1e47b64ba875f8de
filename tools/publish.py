"""Puts the outcome of a paper, small enough to be committed, into its folder `results`.

    bazel run //tools:publish -- TARGET... [--only=REGEX] [--skip=REGEX] [--only_built]
                                 [--report=FILE] [flags of `bazel build`]

TARGET: //papers/P for all of a paper's figures, tables and claims; or one of them, or a
collection. It builds them, going on past failures, with a line for each training segment
as sweep.py writes it, and then says what is missing. In papers/P/results it leaves

    README.md     figure by figure: picture, what was claimed and what came out
    claims.md     the claims in one table
    FIGURE.png .csv .json   TABLE.md .csv .json   CLAIM.json
    runs.json     config, seeds and data of the runs, to which the other JSON files refer
    index.json    what belongs to what

A figure, table or claim that is made anew replaces the one of an earlier time, of
whatever scale; others stay, and so do files of other origin. The folder is replaced as a
whole or not at all.

    --only=REGEX, --skip=REGEX   restrict TARGETs to names that match, and do not match
    --only_built    trains nothing: takes what is there or in the disk cache
    --max_file_kb=1024, --max_total_kb=8192   a file above the former is left out, and
                    named; a folder above the latter is refused. A CSV file above 100 kB is
                    stored as .csv.gz.
    --report=FILE   makes in place of this the page of //eval:report of what could be
                    made; TARGET is a report() or what could be in one

Example: bazel run //tools:publish -- //papers/wganlp --skip='figure6|figure16|table' --//tools:scale=paper --//tools:seeds=5

BAZEL in the environment, if set, is the command to run in place of `bazel`.
"""

import collections
import gzip
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

from tools import publish_pages
from tools import sweep

# What of an artefact is published.
_EXTENSIONS = {"figure": [".png", ".csv", ".json"], "table": [".md", ".csv", ".json"], "claim": [".json"]}
_LARGEST_CSV = 100 * 1000
_COLLECTIONS = "figures|tables|claims"

Options = collections.namedtuple("Options", "targets flags only skip only_built report max_file max_total")


class PublishError(Exception):
  """What the user can mend, in a sentence."""


def parse_arguments(arguments):
  """The Options among the arguments; other flags go to Bazel."""
  own = {"only": "", "skip": "", "report": "", "max_file_kb": "1024", "max_total_kb": "8192"}
  targets, flags, only_built = [], [], False
  for argument in arguments:
    name, equals, value = argument[2:].partition("=")
    if argument == "--only_built":
      only_built = True
    elif argument.startswith("--") and name in own:
      if not equals or not value:
        raise PublishError("--%s needs a value: --%s=..." % (name, name))
      own[name] = value
    elif argument.startswith("-"):
      flags.append(argument)
    else:
      targets.append(argument)
  for name in ["only", "skip"]:
    try:
      re.compile(own[name])
    except re.error as error:
      raise PublishError("--%s=%s is no regular expression: %s" % (name, own[name], error)) from None
  for name in ["max_file_kb", "max_total_kb"]:
    if not own[name].isdigit():
      raise PublishError("--%s=%s is not a number of kilobytes" % (name, own[name]))
  return Options(targets, flags, own["only"], own["skip"], only_built, own["report"],
                 1000 * int(own["max_file_kb"]), 1000 * int(own["max_total_kb"]))


def name_of(label):
  """"//papers/p:figure5" or "//papers/p:figure5.smoke" -> "figure5"."""
  name = label.split(":")[1]
  return name[:-len(".smoke")] if name.endswith(".smoke") else name


def choose(artefacts, only, skip):
  """Those whose names match `only` and do not match `skip`, where these are set."""
  return [a for a in artefacts
          if re.search(only, name_of(a["label"])) and not (skip and re.search(skip, name_of(a["label"])))]


def publish_command(options):
  """The command that repeats this, without what is of this machine alone: of variables that say where data are, the
  name."""
  arguments = options.targets + ["--%s=%s" % (name, value)
                                 for name, value in [("only", options.only), ("skip", options.skip)] if value]
  arguments += [flag for flag in options.flags if flag.startswith("--//tools:")]
  data = [re.sub("=/.*", "=PATH", flag) for flag in options.flags if flag.startswith("--repo_env=WGAN_")]
  return "bazel run //tools:publish -- " + " ".join(shlex.quote(argument) for argument in arguments + data)


# --- what Bazel is asked ---


def expand_packages(bazel, targets):
  """//papers/p -> its collections of figures, tables and claims."""
  expanded = []
  for target in targets:
    if ":" in target or not target.startswith("//"):
      expanded.append(target)
      continue
    query = 'filter(":(%s)$", %s:all)' % (_COLLECTIONS, target)
    found = subprocess.run(bazel + ["query", "--noshow_progress", query], stdout=subprocess.PIPE, check=False, text=True)
    if found.returncode != 0 or not found.stdout.split():
      raise PublishError("%s has no collection %s" % (target, _COLLECTIONS.replace("|", ", ")))
    expanded += found.stdout.split()
  return expanded


def declared_lists(bazel, flags, targets):
  """The lists (_list_file in artefact.bzl) of `targets`, with their files' paths made absolute."""
  paths, status = {}, 1
  for event in sweep.events_of(bazel, flags + ["--output_groups=artefacts"] + targets):
    status = event.get("status", status)
    for file in event.get("namedSetOfFiles", {}).get("files", []):
      if file["name"].endswith(".artefacts.json"):
        paths[urllib.parse.unquote(urllib.parse.urlparse(file["uri"]).path)] = True
  if status != 0 or not paths:
    raise PublishError("Bazel could not list the artefacts; its message is above")
  lists = []
  for path in paths:
    with open(path, encoding="utf-8") as file:
      lists.append(json.load(file))
    root = path[:path.rindex("/bazel-out/")]
    for artefact in lists[-1]["artefacts"]:
      artefact["files"] = [os.path.join(root, name) for name in artefact["files"]]
  return lists


def build(bazel, options, labels):
  """The labels of those that are made: now, or with --only_built without training anything."""
  if options.only_built:
    not_there, built = sweep.build_without_training(bazel, options.flags, labels)
    if not_there:
      print("%d runs would have to be trained further" % len({segment.chain for segment in not_there}))
    return built
  _, remaining = sweep.find_remaining(bazel, options.flags, labels)
  return sweep.build_with_progress(bazel, options.flags, labels, remaining)[1]


# --- the folder of results ---


def read_json(path, default):
  if not os.path.exists(path):
    return default
  with open(path, encoding="utf-8") as file:
    return json.load(file)


def write_text(path, text):
  with open(path, "w", encoding="utf-8") as file:
    file.write(text)


def write_json(path, value):
  write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def run_key(run):
  """A name of the run's provenance: equal ones have equal names."""
  digest = publish_pages.digest(json.dumps(run, sort_keys=True))[:8]
  return ".".join([run["run"]] + ([run["scale"]] if "scale" in run else []) + [digest])


class Results:
  """The folder `results` of a package, being made anew beside the old one."""

  def __init__(self, root, package, max_file, max_total):
    self.package = package
    self.folder = folder = os.path.join(root, package, "results")
    self.work = folder + ".new"
    self.max_file, self.max_total = max_file, max_total
    if os.path.exists(folder + "/README.md") and not os.path.exists(folder + "/index.json"):
      raise PublishError("%s/results/README.md was not made by this program; rename it" % package)
    shutil.rmtree(self.work, ignore_errors=True)
    if os.path.exists(folder):
      shutil.copytree(folder, self.work)
    else:
      os.makedirs(self.work)
    self.index = read_json(self._path("index.json"), {"artefacts": {}, "declared": []})
    self.runs = read_json(self._path("runs.json"), {})

  def _path(self, name):
    return os.path.join(self.work, name)

  def add(self, artefact, command):
    """Puts the files of an artefact that was made in the place of its earlier ones."""
    name, kind = name_of(artefact["label"]), artefact["kind"]
    for old in self.index["artefacts"].get(name, {}).get("files", []):
      if os.path.exists(self._path(old)):
        os.remove(self._path(old))
    entry = {"kind": kind, "label": artefact["label"], "about": artefact["about"], "command": command, "files": [],
             "left_out": []}
    for path in artefact["files"]:
      extension = os.path.splitext(path)[1]
      if extension in _EXTENSIONS[kind]:
        self._store(path, name + extension, entry)
    self.index["artefacts"][name] = entry

  def _store(self, path, name, entry):
    with open(path, "rb") as file:
      content = file.read()
    if name.endswith(".json"):
      content = self._without_runs(content)
    if name.endswith(".csv") and len(content) > _LARGEST_CSV:
      # Without the time, which would make a new file of the same numbers.
      name, content = name + ".gz", gzip.compress(content, 9, mtime=0)
    if len(content) > self.max_file:
      entry["left_out"].append("%s, %d kB" % (name, len(content) // 1000))
      return
    other = [owner for owner, of in self.index["artefacts"].items() if name in of["files"]]
    if os.path.exists(self._path(name)) and not other:
      raise PublishError("%s/results/%s is in the way: it was not made by this program" % (self.package, name))
    with open(self._path(name), "wb") as file:
      file.write(content)
    entry["files"].append(name)

  def _without_runs(self, content):
    """The JSON text with its runs replaced by their names in runs.json."""
    value = json.loads(content)
    names = []
    for run in value.pop("runs", []):
      names.append(run_key(run))
      self.runs[names[-1]] = run
    value["runs"] = names
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()

  def finish(self, declared):
    """Writes the pages and puts the folder in the place of the old one. `declared`: names, or None if not all."""
    if declared is not None:
      self.index["declared"] = sorted(declared)
    self.index["artefacts"] = dict(sorted(self.index["artefacts"].items()))
    contents = {name: read_json(self._path(name + ".json"), {}) for name in self.index["artefacts"]}
    used = {run for content in contents.values() for run in content.get("runs", [])}
    self.runs = {name: run for name, run in sorted(self.runs.items()) if name in used}
    write_text(self._path("README.md"), publish_pages.readme(self.package, self.index, contents, self.runs))
    write_text(self._path("claims.md"), publish_pages.claims(self.index, contents))
    write_json(self._path("runs.json"), self.runs)
    write_json(self._path("index.json"), self.index)
    total = sum(os.path.getsize(self._path(name)) for name in os.listdir(self.work))
    if total > self.max_total:
      raise PublishError("the results would be %d kB large, above --max_total_kb=%d: publish fewer, with --skip=..." % (
          total // 1000, self.max_total // 1000))
    self._swap()
    return total

  def _swap(self):
    old = self.folder + ".old"
    shutil.rmtree(old, ignore_errors=True)
    if os.path.exists(self.folder):
      os.rename(self.folder, old)
    os.rename(self.work, self.folder)
    shutil.rmtree(old, ignore_errors=True)

  def discard(self):
    shutil.rmtree(self.work, ignore_errors=True)


def publish(root, artefacts, built, whole_packages, options):
  """Puts those of `artefacts` that are in `built` into the results of their packages."""
  command = publish_command(options)
  for package in sorted({a["label"][2:].split(":")[0] for a in artefacts}):
    ours = [a for a in artefacts if a["label"].startswith("//%s:" % package)]
    chosen = choose(ours, options.only, options.skip)
    made = [a for a in chosen if a["label"] in built]
    if not made:
      print("//%s: nothing is there to be published" % package)
      continue
    results = Results(root, package, options.max_file, options.max_total)
    try:
      for artefact in made:
        results.add(artefact, command)
      declared = {name_of(a["label"]) for a in ours} if "//" + package in whole_packages else None
      total = results.finish(declared)
    finally:
      results.discard()
    print("%s/results: %d of %d artefacts put there; the folder has %d kB" % (
        package, len(made), len(chosen), total // 1000))
    for artefact in made:
      for file in results.index["artefacts"][name_of(artefact["label"])]["left_out"]:
        print("  left out, above --max_file_kb=%d: %s" % (options.max_file // 1000, file))


def make_report(lists, built, output):
  """The page of those artefacts of `lists` that are in `built`."""
  merged = {"title": "Results", "papers": {}, "artefacts": []}
  for one in lists:
    merged["title"] = one.get("title", merged["title"])
    merged["papers"].update(one.get("papers", {}))
    merged["artefacts"] += [dict(a, files=a["files"] if a["label"] in built else []) for a in one["artefacts"]]
  runfiles = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
  with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "artefacts.json")
    write_json(path, merged)
    done = subprocess.run([os.path.join(runfiles, "eval/make_report"), "--output=" + output,
                           "--template=" + os.path.join(runfiles, "eval/report_template.html"), path], check=False)
  if done.returncode != 0:
    raise PublishError("the page could not be made; the message is above")
  print("the page is " + output)


def run(arguments):
  options = parse_arguments(arguments)
  if not options.targets:
    print(__doc__, file=sys.stderr)
    return 2
  bazel = shlex.split(os.environ.get("BAZEL", "bazel"))
  lists = declared_lists(bazel, options.flags, expand_packages(bazel, options.targets))
  artefacts = list({a["label"]: a for one in lists for a in one["artefacts"]}.values())
  labels = [a["label"] for a in choose(artefacts, options.only, options.skip)]
  if not labels:
    raise PublishError("no artefact has a name that fits --only and --skip")
  built = build(bazel, options, labels)
  if options.report:
    make_report(lists, built & set(labels), os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""), options.report))
  else:
    publish(os.getcwd(), artefacts, built, options.targets, options)
  missing = [label for label in labels if label not in built]
  if missing:
    print("%d of %d are missing: %s" % (len(missing), len(labels), " ".join(missing)))
  return 1 if missing and not options.only_built else 0


def main(arguments):
  os.chdir(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
  try:
    return run(arguments)
  except PublishError as error:
    print("error: %s" % error, file=sys.stderr)
    return 1
  except subprocess.CalledProcessError:
    print("error: Bazel could not list the training actions; its message is above", file=sys.stderr)
    return 1
  except KeyboardInterrupt:
    print("interrupted; nothing was published, and what is trained is kept", file=sys.stderr)
    return 130


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
