#!/bin/bash
# Looks at an experiment's result (its folder is $1): it has seeds, series and a config.
set -u
result=$1
fail() { echo "FAILED: $*"; exit 1; }

[[ -s $result/result.pb ]] || fail "no result.pb"
for word in 'experiment:' 'config:' 'scale: "smoke"' 'seed:' 'series {'; do
  grep -q "$word" "$result/result.textproto" || fail "result.textproto does not say $word"
done
! grep -Eq 'status: "(diverged|failed|interrupted)"' "$result/result.textproto" || fail "a run did not end well"
echo passed
