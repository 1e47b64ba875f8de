#!/bin/bash
# Fails if a file listed in $1 (a genquery) is in the package $2.
set -u
if grep "^//$2[:/]" "$1"; then
  echo "FAILED: the target depends on the files of $2 above"
  exit 1
fi
[[ $(wc -l <"$1") -gt 10 ]] || { echo "FAILED: $1 lists hardly any file"; exit 1; }
echo passed
