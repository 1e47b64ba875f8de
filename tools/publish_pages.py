"""The pages that publish.py writes: Markdown as GitHub shows it.

Arguments are what publish.py keeps: `index` as in index.json; `contents`, for each
artefact's name its JSON file, whose "runs" are names in `runs`.
"""

import hashlib
import re


def digest(text):
  return hashlib.sha256(text.encode()).hexdigest()


def topic_of(entry):
  """(rank, number, title) of what the artefact is about: figures first, then tables, then the rest."""
  for tag in entry["about"]:
    match = re.fullmatch(r"(figure|table):(\d+)", tag)
    if match:
      return (["figure", "table"].index(match[1]), int(match[2]), "%s %s" % (match[1].title(), match[2]))
  return (2, 0, "Further results")


def by_topic(index):
  """[(title, names)], in the paper's order; figures, tables and claims in each."""
  topics = {}
  for name, entry in index["artefacts"].items():
    topics.setdefault(topic_of(entry), []).append(name)
  kinds = ["figure", "table", "claim"]
  return [(topic[2], sorted(names, key=lambda name: (kinds.index(index["artefacts"][name]["kind"]), name)))
          for topic, names in sorted(topics.items())]


def number(value, digits=4):
  """In so many digits; what is no number, such as "inf", as it is."""
  return "%.*g" % (digits, value) if isinstance(value, (int, float)) else str(value)


def cell(text):
  return text.replace("|", "\\|").replace("\n", " ")


def effects(content):
  """What each comparison gave: "LP - GP: -0.3 [-0.4, -0.2], at most 0: holds"."""
  texts = []
  for one in content.get("comparisons", []):
    bounds = ["%s %s" % (word, number(one[key], digits=7)) for key, word in [("at_least", "at least"), ("at_most", "at most")]
              if key in one]
    texts.append("%s: %s [%s], %s: %s" % (one["name"], number(one["effect"]), ", ".join(map(number, one["interval"])),
                                          ", ".join(bounds), one["outcome"]))
  return texts


def verdict_counts(index, contents):
  """{"reproduced": 3, ...} of the claims."""
  counts = {verdict: 0 for verdict in ["reproduced", "not reproduced", "inconclusive", "needs data"]}
  for name, entry in index["artefacts"].items():
    if entry["kind"] == "claim":
      counts[contents[name]["verdict"]] += 1
  return counts


def claims(index, contents):
  """The claims in one table."""
  lines = ["# Claims and verdicts", "",
           ", ".join("%d %s" % (count, verdict) for verdict, count in verdict_counts(index, contents).items()) + ".",
           "Effects have their interval over seeds in brackets; what was asked and how it came out follow.", "",
           "| verdict | sentence | source | effect | made at |", "|---|---|---|---|---|"]
  for _, names in by_topic(index):
    for name in names:
      if index["artefacts"][name]["kind"] == "claim":
        content = contents[name]
        stand_in = "".join("; stand-in data" for _ in content.get("stand_in_data", [])[:1])
        lines.append("| **%s** | [%s](%s.json) | %s | %s | %s |" % (
            content["verdict"], cell(content["sentence"]), name, cell(content["source"]),
            "<br>".join(map(cell, effects(content))) or cell(content["reason"]),
            cell((content["made_at"] or "no training") + stand_in)))
  return "\n".join(lines) + "\n"


def differences(content, runs):
  """The settings in which the runs differ from the paper's, each once."""
  found = {}
  for run in content.get("runs", []):
    for line in runs[run].get("difference_from_paper", []):
      found[line] = True
  return list(found)


def _facts(content, runs):
  """Scale, seeds, stand-in data and differences below a figure or table."""
  lines = ["%s%s" % (content["source"] + ". " if content["source"] else "",
                     "Made at %s." % content["made_at"] if content["made_at"] else "Computed without training.")]
  lines += ["", *("**Stand-in data:** %s." % text for text in content["stand_in_data"])] if content["stand_in_data"] else []
  found = differences(content, runs)
  if found:
    lines += ["", "<details><summary>Differs from the paper's setting</summary>", "",
              *("- `%s`" % line for line in found), "", "</details>"]
  return lines


def _figure(name, entry, content, runs):
  picture = name + ".png"
  lines = ["**%s** (`%s`)" % (content["title"], name), ""]
  if picture in entry["files"]:
    lines += ["![%s](%s)" % (content["title"].replace("[", "(").replace("]", ")"), picture), ""]
  lines += _facts(content, runs)
  files = ["[%s](%s)" % (file, file) for file in entry["files"] if file != picture]
  lines += ["", "Numbers and provenance: %s." % ", ".join(files)]
  return lines


def _table(text, content, runs):
  return [text, ""] + _facts(content, runs)


def _claim(name, content):
  """An item of a list: verdict, sentence, and below it the effects."""
  text = "- **%s** [`%s`](%s.json): %s" % (content["verdict"], name, name, content["sentence"].rstrip(".") + ".")
  facts = [fact for fact in [content["source"], content["made_at"]] if fact]
  text += " (%s)" % "; ".join(facts) if facts else ""
  if content["verdict"] != "reproduced":
    text += " Why: %s." % content["reason"]
  if content["notes"]:
    text += " Note: %s." % "; ".join(content["notes"])
  return "\n".join([text] + ["  - " + effect for effect in effects(content)])


def _table_text(content):
  """A table's Markdown from its JSON file."""
  columns = content["columns"]
  lines = ["**%s**" % content["title"], "",
           "| %s |" % " | ".join(map(cell, [content["row_header"]] + columns)), "|---|" + "---|" * len(columns)]
  row = []
  for one in content["cells"]:
    row.append(cell(one["ours"] + (" (paper: %s)" % one["paper_text"] if "paper_text" in one else "")))
    if len(row) == len(columns):
      lines.append("| %s |" % " | ".join([cell(one["row"])] + row))
      row = []
  needs = sorted({one["needs"] for one in content["cells"] if "needs" in one})
  lines += ["", "Ours: mean ± standard deviation over seeds."] + ["Needs %s." % need for need in needs]
  return "\n".join(lines + ([content["note"]] if content["note"] else []))


def _missing(index, package):
  missing = [name for name in index["declared"] if name not in index["artefacts"]]
  if not missing:
    return []
  return ["", "## Not here", "", "Declared in `%s/BUILD`, and not made or not published yet: %s." % (
      package, ", ".join("`%s`" % name for name in missing))]


def readme(package, index, contents, runs):
  """Figure by figure what came out."""
  counts = verdict_counts(index, contents)
  commands = list(dict.fromkeys(entry["command"] for entry in index["artefacts"].values()))
  lines = ["# Results of %s" % package, "", "This page and the files beside it are made by", "", "```", *commands, "```", "",
           "Claims: %s; [all in one table](claims.md). What the verdicts mean: [`eval/claim.proto`](../../../eval/claim.proto)."
           % ", ".join("%d %s" % (count, verdict) for verdict, count in counts.items()),
           "Configs, seeds and data of the runs: [`runs.json`](runs.json)."]
  for title, names in by_topic(index):
    lines += ["", "## " + title]
    for name in names:
      entry, content = index["artefacts"][name], contents[name]
      if entry["kind"] == "claim":
        continue
      lines.append("")
      lines += _figure(name, entry, content, runs) if entry["kind"] == "figure" else _table(
          _table_text(content), content, runs)
      lines += ["", "Too large for this folder: %s." % "; ".join(entry["left_out"])] if entry["left_out"] else []
    sentences = [_claim(name, contents[name]) for name in names if index["artefacts"][name]["kind"] == "claim"]
    lines += [""] + sentences if sentences else []
  return "\n".join(lines + _missing(index, package)) + "\n"
