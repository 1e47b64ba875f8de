#!/bin/bash
# The trainer of classifiers from outside: what it prints, the same bytes twice, errors and exit codes. $1: the program.
set -u
train=$PWD/$1
configs=$PWD/eval/classifier/configs
cd "$TEST_TMPDIR" || exit 1
fail() { echo "FAILED: $*"; cat out.txt; exit 1; }

# expect CODE PATTERN ARGS...: runs the program; its output (both streams) must contain PATTERN.
expect() {
  local code=$1 pattern=$2
  shift 2
  "$train" "$@" >out.txt 2>&1
  local got=$?
  [[ $got == "$code" ]] || fail "exit code $got, not $code: $*"
  [[ -z $pattern ]] || grep -q -- "$pattern" out.txt || fail "no '$pattern' from $*"
}

small=(--config="$configs/portraits.textproto" --overlay="$configs/portraits.smoke.textproto"
  --set=iterations=12 --set=dataset.portraits.num_images=200 --set=held_out_images=100)
expect 0 'a.safetensors: accuracy 0\.[0-9]* on 100 held-out images' "${small[@]}" --output=a.safetensors
grep -q '12/12 .*100%.* loss ' out.txt || fail "no progress"
expect 0 '' "${small[@]}" --output=b.safetensors --quiet
[[ ! -s out.txt ]] || fail "--quiet is not"
cmp a.safetensors b.safetensors || fail "two runs differ"
expect 0 '' "${small[@]}" --output=c.safetensors --quiet --set=seed=2
cmp -s a.safetensors c.safetensors && fail "the seed changes nothing"

expect 2 'must be given' --config="$configs/portraits.textproto"
expect 2 'width is 0' "${small[@]}" --output=d.safetensors --set=width=0
expect 1 'has the class [2-9]; with classes: 2 they are 0 to 1' "${small[@]}" --output=d.safetensors --set=classes=2
expect 1 'fashion_mnist: no folder is named' --config="$configs/fashion.textproto" --output=d.safetensors
[[ ! -e d.safetensors ]] || fail "a file was left behind"
expect 1 'no/such/folder' "${small[@]}" --output=no/such/folder/d.safetensors
expect 0 'Exit codes' --help
echo passed
