#!/usr/bin/env bash
# Runs a test of the JavaScript client: javascript_client_test.sh PACKAGES EXAMPLES COMMAND...
# Its packages are installed to the folder PACKAGES the first time. Where there is no npm, or its
# registry cannot be reached, this says so and ends with 77: skipped.
set -u
packages=$1 examples=$2
shift 2
if [ ! -d "$packages/node_modules/zeromq" ]; then
  mkdir -p "$packages"
  cp "$examples/package.json" "$packages"
  # The packages hold binaries for every system, so that none of their scripts has to run.
  if ! timeout 120 npm install --prefix "$packages" --ignore-scripts --no-package-lock --no-audit \
      --no-fund --fetch-retries=1 >"$packages/install.log" 2>&1; then
    echo "skipped: the JavaScript client's packages cannot be installed here:"
    cat "$packages/install.log"
    rm -rf "$packages/node_modules"
    exit 77
  fi
fi
NODE_PATH="$packages/node_modules" exec "$@"
