"""Stands in for a training program in the tests of the rules: the same flags and files, and no training.

A run "trains" a number w with the seed's own noise, w_t = 0.9 w_{t-1} + noise, whose
iterations, weight of the noise and time per iteration the experiment's settings
(iterations=N, noise=X, milliseconds=N) give.
"""

import hashlib
import json
import os
import re
import sys
import time


def flags_of(arguments):
  """--name=value arguments as a dict."""
  return dict(argument[2:].split("=", 1) for argument in arguments)


def config_of(definition, scale):
  """The settings of the paper, and those of the scale over them."""
  paper = dict(re.findall(r'^settings: "(\w+)=([^"]*)"', definition, re.MULTILINE))
  effective = dict(paper)
  for name, body in re.findall(r'^scales \{\n  name: "(\w+)"\n(.*?)^\}', definition, re.MULTILINE | re.DOTALL):
    if name == scale:
      effective.update(re.findall(r'settings: "(\w+)=([^"]*)"', body))
  return paper, effective


def noise(seed, iteration):
  """A number in [0, 1) that follows from seed and iteration."""
  digest = hashlib.sha256(b"%d %d" % (seed, iteration)).digest()
  return int.from_bytes(digest[:4], "big") / 2**32


def train(flags):
  with open(flags["experiment"], encoding="utf-8") as file:
    paper, config = config_of(file.read(), flags["scale"])
  seed, output = int(flags["seed"]), flags["output_dir"]
  index, count = map(int, flags["segment"].split("/"))
  iterations = int(config["iterations"])
  state = {"iteration": 0, "w": 0.0}
  metrics, evaluations = "iteration,w\n", "iteration,name,value\n"
  if "resume_from" in flags:
    def read(name):
      with open(os.path.join(flags["resume_from"], name), encoding="utf-8") as file:
        return file.read()
    state, metrics, evaluations = json.loads(read("state.json")), read("metrics.csv"), read("evaluations.csv")
  while state["iteration"] < iterations * index // count:
    state["iteration"] += 1
    state["w"] = 0.9 * state["w"] + float(config["noise"]) * noise(seed, state["iteration"])
    metrics += "%d,%r\n" % (state["iteration"], state["w"])
    if state["iteration"] % 5 == 0:
      evaluations += "%d,distance,%r\n" % (state["iteration"], 1 / (1 + state["w"]))
    time.sleep(float(config["milliseconds"]) / 1000)
  text = "".join("%s: %s\n" % item for item in sorted(config.items())) + "seed: %d\n" % seed
  record = {
      "experiment": "testing fake", "scale": flags["scale"], "iteration": state["iteration"],
      "status": "done" if state["iteration"] == iterations else "interrupted", "iterations": iterations, "seed": seed,
      "config_sha256": hashlib.sha256(text.encode()).hexdigest(),
      "difference_from_paper": ["%s: %s -> %s" % (key, paper[key], config[key])
                                for key in sorted(paper) if paper[key] != config[key]],
      "data": {"name": "noise", "description": "noise", "stand_in": False, "crop": "", "digest": "none", "size": 0},
      "sessions": [{"environment": {"program": "fake"}}],
  }
  files = {"run.json": json.dumps(record), "config.textproto": text, "metrics.csv": metrics,
           "evaluations.csv": evaluations}
  if index < count:
    files["state.json"] = json.dumps(state)
  os.makedirs(output, exist_ok=True)
  for name, content in files.items():
    with open(os.path.join(output, name), "w", encoding="utf-8") as file:
      file.write(content)
  with open(flags["timing_file"], "w", encoding="utf-8") as file:
    file.write("{}\n")


if __name__ == "__main__":
  train(flags_of(sys.argv[1:]))
