#!/usr/bin/env bash
# Builds the program as it is released: static, without paths of the machine, the same bytes from the same source and toolchain.
# Usage: [VERSION=v1.2.0] [COMMIT=…] [GOOS=…] [GOARCH=…] binary.sh OUTPUT
#
# A container has no repository, so that version and commit are told and not asked of git.
set -euo pipefail
cd "$(dirname "$0")/../.."
variables=timetracker/internal/app
CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" go build \
	-ldflags "-s -w -buildid= -X $variables.linkedVersion=${VERSION:-} -X $variables.linkedCommit=${COMMIT:-}" \
	-o "$1" ./cmd/timetracker
