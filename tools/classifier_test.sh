#!/bin/bash
# Reads what a classifier's file ($1) says of itself: its accuracy on held-out images is at least $2.
set -u
fail() { echo "FAILED: $*"; exit 1; }

# The file begins with a JSON header: 8 bytes of length, then names, shapes and what is known of the weights.
header=$(tail -c +9 "$1" | head -c 4000 | tr -d '\0')
value_of() { grep -ao "\"$1\":\"[^\"]*\"" <<<"$header" | head -1 | cut -d '"' -f 4; }
accuracy=$(value_of accuracy)
[[ $accuracy =~ ^[01](\.[0-9]+)?$ ]] || fail "no accuracy in $1"
[[ $(value_of dataset_digest) == sha256:* ]] || fail "no digest of the data in $1"
echo "$(value_of dataset): accuracy $accuracy on $(value_of held_out_images) held-out images"
awk "BEGIN { exit !($accuracy >= $2) }" || fail "the accuracy is below $2"
echo passed
