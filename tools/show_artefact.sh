#!/bin/bash
# What `bazel run` of a figure, table, claim, collection or report does; the rules in artefact.bzl call it with
#   --KIND LABEL FILE... [--KIND LABEL FILE...]... -- [the user's flags]
# --output_dir=DIR copies the files there; --open shows pictures and pages with xdg-open.
set -u

usage() {
  echo "flags: --output_dir=DIR copies the files there, --open shows them" >&2
  exit 2
}

# Reads the rules' arguments into one line for each artefact: kind, label, files.
artefacts=()
while (($#)) && [[ $1 != -- ]]; do
  kind=${1#--} label=$2
  shift 2
  files=()
  while (($#)) && [[ $1 != --* ]]; do
    files+=("$(readlink -f "$1")")
    shift
  done
  artefacts+=("$kind|$label|$(printf '%s|' "${files[@]}")")
done
shift

output_dir="" open=0
for flag in "$@"; do
  case $flag in
    --output_dir=?*) output_dir=${flag#--output_dir=} ;;
    --open) open=1 ;;
    *)
      echo "error: no flag is called \"$flag\"" >&2
      usage
      ;;
  esac
done
if [[ $output_dir ]]; then
  [[ $output_dir == /* ]] || output_dir=${BUILD_WORKING_DIRECTORY:-$PWD}/$output_dir
  mkdir -p "$output_dir" || exit 1
fi

# show KIND LABEL FILE...: the file that says most, as text.
show() {
  local kind=$1 label=$2 file
  shift 2
  [[ $kind == claim ]] || echo "$label"
  for file in "$@"; do
    if [[ $output_dir ]]; then
      install -m 644 "$file" "$output_dir/" || exit 1
      file=$output_dir/${file##*/}
    fi
    case $kind:$file in
      claim:*.md | table:*.md) cat "$file" ;;
      figure:* | report:*) echo "  $file" ;;
    esac
    if ((open)) && [[ $file == *.svg || $file == *.html || $file == *.md && $kind == table ]]; then
      xdg-open "$file" || echo "warning: xdg-open could not show $file" >&2
    fi
  done
}

for artefact in "${artefacts[@]}"; do
  IFS='|' read -r -a fields <<<"$artefact"
  show "${fields[@]}"
done
[[ ! $output_dir ]] || echo "copied to $output_dir"
