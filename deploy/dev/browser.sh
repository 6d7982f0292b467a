#!/usr/bin/env bash
# Opens Chromium on the running `timetracker dev`, with a throw-away profile that trusts the sandbox's certificates.
# Usage: browser.sh [data directory]
set -euo pipefail
data=${1:-${XDG_DATA_HOME:-$HOME/.local/share}/timetracker}
[ -f "$data/sandbox/running.json" ] || { echo "start \`make dev\` first (no $data/sandbox/running.json)" >&2; exit 1; }
address=$(sed -n 's/.*"devops_url": "\(.*\)".*/\1/p' "$data/sandbox/running.json")
key=$(openssl x509 -in "$data/sandbox/root.pem" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
extra=()
[ "$(id -u)" = 0 ] && extra+=(--no-sandbox)
chromium --user-data-dir="$profile" --no-first-run --no-default-browser-check \
	--ignore-certificate-errors-spki-list="$key" "${extra[@]}" "$address"
