#!/bin/bash
# Writes compile_flags.txt, from which editors (clangd) learn the include paths:
# `bazel run //tools:compile_flags`, once and after @libtorch has changed.
set -eu
cd "${BUILD_WORKSPACE_DIRECTORY:?run it with: bazel run //tools:compile_flags}"
# bazel-<folder> is Bazel's link to the tree with all external repositories.
external=bazel-$(basename "$PWD")/external
cat > compile_flags.txt << EOF
-std=c++20
-Wall
-Wextra
-I.
-Ibazel-bin
-isystem$external/libtorch/include
-isystem$external/libtorch/include/torch/csrc/api/include
EOF
echo "compile_flags.txt is written"
