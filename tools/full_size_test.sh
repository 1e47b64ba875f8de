#!/bin/bash
# Trains an experiment (its program is $1) at the paper's own scale for one iteration, saves, and continues for another:
# that the whole config runs and resumes, on the embedded data where no others are given. Says what it took.
set -u
program=$PWD/$1
work=${TEST_TMPDIR:?}
fail() { echo "FAILED: $*"; tail -20 "$work/stderr"; exit 1; }

"$program" --scale=paper --dry_run >"$work/config" 2>"$work/stderr" || fail "--dry_run: exit code $?"
iterations=$(sed -n 's/^  iterations: //p' "$work/config")

# iteration N [--resume_from=DIR]: into $work/N.
iteration() {
  "$program" --scale=paper --segment="$1/$iterations" --output_dir="$work/$1" --timing_file="$work/$1.json" "${@:2}" \
    >"$work/stdout" 2>"$work/stderr" &
  local pid=$! memory= now
  while kill -0 $pid 2>/dev/null; do
    now=$(sed -n 's/^VmHWM:[[:space:]]*//p' /proc/$pid/status 2>/dev/null)
    memory=${now:-$memory}
    sleep 0.2
  done
  wait $pid || fail "iteration $1: exit code $?"
  echo "iteration $1: $(sed -n 's/.*"wall_seconds": \(.*\),/\1/p' "$work/$1.json") s, at most $memory of memory"
}

iteration 1
[ "$(wc -l <"$work/1/metrics.csv")" -eq 2 ] || fail "iteration 1 left no row of numbers"
! sed 1d "$work/1/metrics.csv" | grep -Eqi 'nan|inf' || fail "iteration 1 left numbers that are not finite"
cat "$work/1/metrics.csv"
iteration 2 --resume_from="$work/1"
grep -q '"to_iteration": 2' "$work/2.json" || fail "iteration 2 did not continue after iteration 1"
