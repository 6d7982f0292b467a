#!/usr/bin/env bash
# Builds the program and shows how far it is, since a first build compiles some hundred packages and takes minutes.
# Usage: build.sh OUTPUT
set -euo pipefail
output=$1
package=./cmd/timetracker

# Without C the program is static, as it is released.
export CGO_ENABLED=0
build() { go build -ldflags "-s -w" -o "$output" "$@" "$package"; }

if [ -e "$output" ]; then
	build
	exit
fi
# What is not downloaded yet must come first: the list below would else download it without a word.
if ! GOFLAGS="${GOFLAGS:-} -mod=readonly" GOPROXY=off go list -deps "$package" >/dev/null 2>&1; then
	echo "downloading Go modules …"
	go mod download
fi
total=$(go list -deps -f '{{if .Stale}}{{.ImportPath}}{{end}}' "$package" | grep -c . || true)
if [ "$total" -lt 50 ]; then
	build
	exit
fi
echo "building the program: $total packages …"
# The compiler names each package when it is done, and writes errors to the same place.
build -v 2>&1 | awk -v total="$total" '
	/^[A-Za-z0-9._~\/-]+$/ {
		done++
		if (int(10 * done / total) > tenth) {
			tenth = int(10 * done / total)
			printf "  %d of %d\n", done, total
			fflush()
		}
		next
	}
	{ print; fflush() }
'
