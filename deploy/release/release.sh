#!/usr/bin/env bash
# Makes everything of a release in a directory, the same bytes from the same commit: programs, images, the extension, lists of
# what is in them, notes and checksums. `make release` has built the extension before.
# Usage: CYCLONEDX=PATH [PUBLIC_URL=https://…] [PUBLISHER=…] release.sh DIRECTORY
#
# PUBLIC_URL is where browsers reach the API, whose pages the extension shows. PUBLISHER is whose the extension is.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$1
tools() { go run -C deploy/tools "$@"; }

version=$(tools ./release version "$(git describe --tags --long --always --dirty --match 'v*')")
commit=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export VERSION=$version COMMIT=$commit SOURCE_DATE_EPOCH
echo "making $version of $commit"
rm -rf "$out" && mkdir -p "$out"
out=$(cd "$out" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

tools ./release notes "$PWD/CHANGELOG.md" "$version" > "$out/NOTES.md"

for target in linux/amd64 linux/arm64 windows/amd64 windows/arm64 darwin/amd64 darwin/arm64; do
	os=${target%/*} arch=${target#*/} suffix=""
	[ "$os" != windows ] || suffix=.exe
	name="timetracker_${version}_${os}_${arch}"
	echo "  $name$suffix"
	GOOS=$os GOARCH=$arch deploy/release/binary.sh "$out/$name$suffix"
	"$CYCLONEDX" bin -json -noserial -notimestamp -std -version "$version" -output "$out/$name.cdx.json" "$out/$name$suffix" 2>"$stage/cyclonedx.log" ||
		{ cat "$stage/cyclonedx.log"; exit 1; }
	if [ "$os" = linux ]; then
		mkdir -p "$stage/$arch"
		deploy/release/image.sh "$stage/$arch/image" "$out/$name"
		tools ./image -dockerfile "$PWD/Dockerfile" -stage "build=$stage/$arch" -arg "VERSION=$version" -arg "COMMIT=$commit" -arch "$arch" \
			-name "timetracker:$version" -epoch "$SOURCE_DATE_EPOCH" -out "$out/$name.oci.tar"
	fi
done

# The Marketplace of extensions takes three numbers. A version between two tags keeps the manifest's.
node -e '
	const [, file, version] = process.argv
	const overrides = JSON.parse(require("fs").readFileSync("extension/overrides/production.json", "utf8"))
	if (process.env.PUBLIC_URL) overrides.baseUri = process.env.PUBLIC_URL + "/ext/"
	if (process.env.PUBLISHER) overrides.publisher = process.env.PUBLISHER
	if (/^v\d+\.\d+\.\d+$/.test(version)) overrides.version = version.slice(1)
	require("fs").writeFileSync(file, JSON.stringify(overrides))
' "$stage/overrides.json" "$version"
(cd extension && npx --no-install tfx extension create --manifest-globs vss-extension.json --overrides-file "$stage/overrides.json" \
	--output-path "$out/timetracker_$version.vsix" --no-prompt >/dev/null)
tools ./release repack "$out/timetracker_$version.vsix"

# What is in the extension, without what differs each time. npm leaves out what a tool needs, too, when told to omit tools; so
# they are left out here.
npm --prefix extension sbom --sbom-format cyclonedx --sbom-type application --package-lock-only | node -e '
	const { readFileSync } = require("fs")
	const sbom = JSON.parse(readFileSync(0, "utf8"))
	const { name, dependencies } = JSON.parse(readFileSync("extension/package.json", "utf8"))
	const forTools = (part) => part.properties?.some((one) => one.name === "cdx:npm:package:development" && one.value === "true")
	sbom.components = sbom.components.filter((part) => !forTools(part))
	const there = new Set([sbom.metadata.component, ...sbom.components].map((part) => part["bom-ref"]))
	sbom.dependencies = sbom.dependencies.filter((one) => there.has(one.ref))
	for (const one of sbom.dependencies) one.dependsOn = one.dependsOn?.filter((ref) => there.has(ref))
	const missing = Object.entries(dependencies).filter(([name, version]) => !there.has(`${name}@${version}`))
	if (missing.length > 0) throw new Error(`the list lacks ${missing.join(" ")}`)
	delete sbom.serialNumber
	delete sbom.metadata.timestamp
	Object.assign(sbom.metadata.component, { name, version: process.argv[1] })
	console.log(JSON.stringify(sbom, null, 2))
' "$version" > "$out/timetracker_$version.vsix.cdx.json"

(cd "$out" && sha256sum -- * > "$stage/SHA256SUMS" && mv "$stage/SHA256SUMS" .)
echo "$out has:"
(cd "$out" && ls -l | awk 'NR > 1 { printf "  %10d %s\n", $5, $9 }')
