"""Which package may use which, checked on the source tree.

The table is LINES: a package may use the packages in a line below its own and
nothing else. Three things are read: `deps` of cc_ and proto rules in BUILD
files, #include lines, and `import` lines of .proto files. Besides, the package
groups in the root BUILD file, which enforce the same table by visibility, must
agree with it, and what is to stay free of LibTorch must not include it.
"""

import ast
import os
import re

# From the top down, as in the root BUILD file.
LINES = [
    ["papers"],
    ["eval"],
    ["common/algorithms"],
    ["common/train"],
    ["common/losses", "common/nn"],
    ["datasets", "common/ot"],
    ["common/config", "common/io"],
    ["common/base"],
]

# Who may include LibTorch is a matter of compile time, 20 s a file, and of use
# without it: in these packages only files with `tensor` as a word of their name.
TORCH_FREE = ["common/base", "common/config", "common/io", "common/ot"]

_TENSOR_FILE = re.compile(r"(^|_)tensors?(_|\.)")
_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
_IMPORT = re.compile(r'^\s*import\s+(?:public\s+)?"([^"]+)"', re.MULTILINE)
_TORCH = re.compile(r"^(torch|ATen|c10)/")
_SOURCES = (".h", ".cc", ".cu", ".cuh")


def layer_of(path):
  """Returns the entry of LINES that `path` (of a package or file) is in, or None."""
  for line in LINES:
    for layer in line:
      if path == layer or path.startswith(layer + "/"):
        return layer
  return None


def height(layer):
  """Returns the number of lines below that of `layer`."""
  return next(len(LINES) - i for i, line in enumerate(LINES) if layer in line)


def violation(user, used):
  """Returns why code in folder `user` may not use folder `used`, or None."""
  from_layer, to_layer = layer_of(user), layer_of(used)
  if from_layer is None:
    return None
  if to_layer is None:
    if used.split("/")[0] == "tools":
      return "nothing uses tools/ from C++ or protos"
    return None
  if from_layer == to_layer == "papers":
    if user.split("/")[1:2] != used.split("/")[1:2]:
      return "no paper uses another; what two papers need moves to common/"
    return None
  if from_layer == to_layer or height(to_layer) < height(from_layer):
    return None
  if height(to_layer) == height(from_layer):
    return "%s and %s do not know each other" % (from_layer, to_layer)
  return "%s is above %s" % (to_layer, from_layer)


def _strings(node):
  """Yields the string constants below an expression."""
  for child in ast.walk(node):
    if isinstance(child, ast.Constant) and isinstance(child.value, str):
      yield child.value


def code_dependencies(build):
  """Yields (rule, target name, label) for what code in a BUILD file depends on."""
  for call in ast.walk(ast.parse(build)):
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
      continue
    rule = call.func.id
    if not (rule.startswith("cc_") or rule in ("proto_library", "alias")):
      continue
    arguments = {k.arg: k.value for k in call.keywords}
    name = "".join(list(_strings(arguments["name"]))[:1]) if "name" in arguments else "?"
    for attribute in ("deps", "srcs", "hdrs", "actual"):
      if attribute in arguments:
        for label in _strings(arguments[attribute]):
          yield rule, name, label


def _package_of(label):
  return label[len("//"):].split(":")[0]


def check_build(package, build):
  """Yields a sentence for each dependency of `package` that the table forbids."""
  for rule, name, label in code_dependencies(build):
    reason = violation(package, _package_of(label)) if label.startswith("//") else None
    if reason:
      yield "%s/BUILD: %s `%s` uses %s: %s" % (package, rule, name, label, reason)


def check_source(path, text):
  """Yields a sentence for each #include or import in `path` that is forbidden."""
  folder, file = os.path.split(path)
  if path.endswith(".proto"):
    used = [('"', name) for name in _IMPORT.findall(text)]
  else:
    used = _INCLUDE.findall(text)
  for mark, name in used:
    reason = violation(folder, os.path.dirname(name)) if mark == '"' else None
    if _TORCH.match(name) and layer_of(folder) in TORCH_FREE and not _TENSOR_FILE.search(file):
      reason = ("%s is free of LibTorch, except for files with `tensor` as a word of their name"
                % layer_of(folder))
    if mark == '"' and name.startswith("."):
      reason = "includes name the path from the root"
    if reason:
      yield "%s includes %s: %s" % (path, name, reason)


def _users(layer):
  """Returns the packages that the root group of `layer` should list."""
  allowed = [l for line in LINES for l in line if not violation(l, layer)]
  return {"//%s/..." % l for l in allowed + ["tools"]}


def check_groups(build):
  """Yields a sentence for each package group that differs from the table."""
  groups = {}
  for call in ast.walk(ast.parse(build)):
    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "package_group":
      arguments = {k.arg: set(_strings(k.value)) for k in call.keywords}
      groups["".join(arguments["name"])] = arguments.get("packages", set())
  for layer in (l for line in LINES[1:] for l in line):
    name = os.path.basename(layer) + "_users"
    if name not in groups:
      yield "BUILD: there is no package_group `%s` for %s" % (name, layer)
    elif groups[name] != _users(layer):
      yield "BUILD: package_group `%s` should list %s" % (name, ", ".join(sorted(_users(layer))))


def check_tree(root):
  """Returns all sentences for the source tree at `root`, and how many files were read."""
  problems, files = [], 0
  with open(os.path.join(root, "BUILD"), encoding="utf-8") as build:
    problems += check_groups(build.read())
  for top in sorted({layer.split("/")[0] for line in LINES for layer in line}):
    for folder, folders, names in os.walk(os.path.join(root, top)):
      folders.sort()
      package = os.path.relpath(folder, root)
      for name in sorted(names):
        path = os.path.join(package, name)
        if name != "BUILD" and not name.endswith(_SOURCES + (".proto",)):
          continue
        files += 1
        with open(os.path.join(root, path), encoding="utf-8") as source:
          text = source.read()
        problems += check_build(package, text) if name == "BUILD" else check_source(path, text)
  return problems, files
