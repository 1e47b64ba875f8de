#!/bin/bash
# Looks at the files of a figure, table or claim ($1 says which): all are there and are what they are called.
# "guaranteed": a claim whose verdict must be "reproduced".
set -u
kind=$1 files=("${@:2}")
fail() { echo "FAILED: $*"; exit 1; }

for file in "${files[@]}"; do
  [[ -s $file ]] || fail "$file is missing or empty"
  case $file in
    *.png) [[ $(head -c 8 "$file" | od -An -tx1) == " 89 50 4e 47 0d 0a 1a 0a" ]] || fail "$file is no PNG" ;;
    *.svg) grep -q '</svg>' "$file" || fail "$file is no SVG" ;;
    *.json) grep -q '"label"' "$file" || fail "$file does not say whose it is" ;;
    *.csv) [[ $(wc -l <"$file") -ge 2 ]] || fail "$file holds no rows" ;;
    *.md) ;;
    *) fail "unexpected file $file" ;;
  esac
done
of_type() { printf '%s\n' "${files[@]}" | grep "\.$1\$"; }
case $kind in
  claim)
    grep -Eq '"verdict": "(reproduced|not reproduced|inconclusive|needs data)"' "$(of_type json)" || fail "no verdict"
    cat "$(of_type md)"
    ;;
  guaranteed)
    cat "$(of_type md)"
    grep -q '"verdict": "reproduced"' "$(of_type json)" || { cat "$(of_type json)"; fail "the mathematics guarantees it"; }
    ;;
  figure) grep -qa 'tEXtprovenance' "$(of_type png)" || fail "the PNG does not carry its provenance" ;;
  table) grep -q '^|---|' "$(of_type md)" || fail "no table" ;;
  *) fail "unknown kind $kind" ;;
esac
echo passed
