#!/bin/bash
# Fails unless the folders $1 and $2 hold the same files with the same bytes.
set -u
list() { (cd "$1" && find -L . -type f -exec sha256sum {} + | sort -k 2); }
diff <(list "$1") <(list "$2") || { echo "FAILED: $1 and $2 differ (above)"; exit 1; }
[[ $(list "$1" | wc -l) -gt 1 ]] || { echo "FAILED: $1 holds no files"; exit 1; }
echo passed
