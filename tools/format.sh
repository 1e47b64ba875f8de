#!/bin/bash
# Formats the C++ and proto files with .clang-format: `bazel run //tools:format`.
# With `-- --check` it changes nothing and fails if a file would change; after
# that it takes the files to look at, by default all that git knows or could add.
set -eu
cd "${BUILD_WORKSPACE_DIRECTORY:?run it with: bazel run //tools:format}"
if ! command -v clang-format > /dev/null; then
  echo "format: clang-format was not found; \`apt-get install clang-format\` provides it." >&2
  exit 1
fi
mode=(-i)
if [[ ${1:-} == --check ]]; then
  mode=(--dry-run --Werror)
  shift
fi
if (($#)); then
  files=("$@")
else
  mapfile -t files < <(git ls-files --cached --others --exclude-standard \
    '*.h' '*.cc' '*.cu' '*.proto')
fi
((${#files[@]})) && clang-format "${mode[@]}" "${files[@]}"
