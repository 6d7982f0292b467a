#!/usr/bin/env bash
# Lays out what the last stage of the Dockerfile copies. The Dockerfile calls it, and so does `make`, which needs no engine.
# Usage: image.sh DIRECTORY PROGRAM
#
# The roots are those of a Go module, so that they are the same wherever the image is built. Time zones are in the program.
set -euo pipefail
cd "$(dirname "$0")/../.."
directory=$(mkdir -p "$1" && cd "$1" && pwd)
mkdir -p "$directory/certificates" "$directory/empty"
cp "$2" "$directory/timetracker"
go run -C deploy/tools ./roots > "$directory/certificates/ca-certificates.crt"
