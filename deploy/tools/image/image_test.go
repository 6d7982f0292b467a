package main

import (
	"archive/tar"
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const dockerfile = "../../../Dockerfile"

// largest is how many bytes the image may have on the disk. Some 16 MB of it are pulled.
const largest = 40_000_000

// made gives the image of the repository, with the stage that `make test-image` has laid out.
func made(t *testing.T) (image, []entry) {
	t.Helper()
	content, err := os.ReadFile(dockerfile)
	if err != nil {
		t.Fatal(err)
	}
	i, err := last(content, map[string]string{"VERSION": "v1.2.0", "COMMIT": "0123abc"})
	if err != nil {
		t.Fatal(err)
	}
	stage := os.Getenv("TIMETRACKER_TEST_STAGE")
	if stage == "" {
		t.Fatal("TIMETRACKER_TEST_STAGE names no directory; run make test-image")
	}
	entries, err := i.tree(map[string]string{"build": stage})
	if err != nil {
		t.Fatal(err)
	}
	return i, entries
}

func TestTheImageIsSmall(t *testing.T) {
	i, entries := made(t)
	packed, digest, err := i.archive(entries, "amd64", "timetracker:v1.2.0", time.Unix(0, 0).UTC())
	if err != nil {
		t.Fatal(err)
	}
	unpacked := 0
	for _, e := range entries {
		unpacked += len(e.content)
	}
	if unpacked > largest {
		t.Errorf("the image has %d bytes, more than %d", unpacked, largest)
	}
	t.Logf("%s: %d bytes, %d of them packed", digest, unpacked, len(packed))
}

// TestTheImageIsAlwaysTheSame packs it twice with a program that is quickly packed.
func TestTheImageIsAlwaysTheSame(t *testing.T) {
	at := time.Unix(1_700_000_000, 0).UTC()
	digests := map[string]bool{}
	var packed []byte
	for range 2 {
		i, entries := made(t)
		for n := range entries {
			entries[n].content = entries[n].content[:min(len(entries[n].content), 1<<20)]
		}
		again, digest, err := i.archive(entries, "amd64", "timetracker:v1.2.0", at)
		if err != nil || (packed != nil && !bytes.Equal(packed, again)) {
			t.Errorf("it was packed differently: %v", err)
		}
		packed, digests[digest.String()] = again, true
	}
	if len(digests) != 1 {
		t.Errorf("the digests are %v", digests)
	}
}

// TestTheImageIsFoundByItsName reads what Docker's own store and containerd look for in an archive.
func TestTheImageIsFoundByItsName(t *testing.T) {
	i, _ := made(t)
	packed, _, err := i.archive([]entry{{path: "timetracker", mode: 0o555, content: []byte("program")}}, "amd64", "timetracker:v1.2.0", time.Unix(0, 0).UTC())
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for archive := tar.NewReader(bytes.NewReader(packed)); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[header.Name], err = io.ReadAll(archive); err != nil {
			t.Fatal(err)
		}
	}
	var listed []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if err := json.Unmarshal(files["manifest.json"], &listed); err != nil || len(listed) != 1 {
		t.Fatalf("manifest.json: %v, %v", listed, err)
	}
	if !slices.Equal(listed[0].RepoTags, []string{"timetracker:v1.2.0"}) {
		t.Errorf("the name is %q", listed[0].RepoTags)
	}
	for _, file := range append(listed[0].Layers, listed[0].Config) {
		if len(files[file]) == 0 {
			t.Errorf("%s is not there", file)
		}
	}
	if index := string(files["index.json"]); !strings.Contains(index, `"io.containerd.image.name":"docker.io/library/timetracker:v1.2.0"`) {
		t.Errorf("the index is %s", index)
	}
}

// TestNothingInTheImageIsAnybodys looks at who may do what with the files of the image.
func TestNothingInTheImageIsAnybodys(t *testing.T) {
	_, entries := made(t)
	names := make([]string, len(entries))
	for n, one := range entries {
		names[n] = one.path
		if one.mode&0o022 != 0 || one.mode&^0o777 != 0 {
			t.Errorf("/%s has the mode %o", one.path, one.mode)
		}
		if one.content != nil && (one.uid != 0 || one.mode&0o222 != 0) {
			t.Errorf("/%s can be changed by the program: it is of %d and has the mode %o", one.path, one.uid, one.mode)
		}
	}
	want := []string{"data", "etc", "etc/ssl", "etc/ssl/certs", "etc/ssl/certs/ca-certificates.crt", "timetracker", "tmp"}
	if !slices.Equal(names, want) {
		t.Errorf("the image has %q, want %q", names, want)
	}
}

func TestTheImageSaysWhatItIs(t *testing.T) {
	i, _ := made(t)
	c := i.config
	if c.User != "65532:65532" || !slices.Equal(c.Entrypoint, []string{"/timetracker"}) || !slices.Equal(c.Cmd, []string{"serve"}) {
		t.Errorf("%q runs %q %q", c.User, c.Entrypoint, c.Cmd)
	}
	if c.Healthcheck == nil || !slices.Equal(c.Healthcheck.Test, []string{"CMD", "/timetracker", "healthcheck"}) {
		t.Errorf("its health is asked by %+v", c.Healthcheck)
	}
	if c.Labels["org.opencontainers.image.version"] != "v1.2.0" || c.Labels["org.opencontainers.image.revision"] != "0123abc" {
		t.Errorf("its labels are %q", c.Labels)
	}
}

func TestTheImageTrustsMozillasRoots(t *testing.T) {
	_, entries := made(t)
	n := slices.IndexFunc(entries, func(one entry) bool { return filepath.Base(one.path) == "ca-certificates.crt" })
	var names []string
	for block, rest := pem.Decode(entries[n].content); block != nil; block, rest = pem.Decode(rest) {
		root, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, root.Subject.CommonName)
	}
	// Those of Entra ID, Graph, Azure DevOps and the Marketplace, and of Azure SQL.
	for _, want := range []string{"DigiCert Global Root G2", "Microsoft RSA Root Certificate Authority 2017"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is none of the %d roots", want, len(names))
		}
	}
}

// TestDockerfileIsClean holds the Dockerfile against the linter of Docker's builder, and against what we have decided.
func TestDockerfileIsClean(t *testing.T) {
	content, err := os.ReadFile(dockerfile)
	if err != nil {
		t.Fatal(err)
	}
	_, warnings, err := parse(content)
	if err != nil || len(warnings) > 0 {
		t.Errorf("%v: %s", err, strings.Join(warnings, "\n"))
	}
	for _, base := range []string{"ARG GO_IMAGE=golang:" + toolchain(t) + "-", "ARG NODE_IMAGE=node:20."} {
		if !bytes.Contains(content, []byte("\n"+base)) {
			t.Errorf("the Dockerfile has no line that begins with %s", base)
		}
	}
}

// TestFaultsOfADockerfileAreFound makes sure that the tests above can fail.
func TestFaultsOfADockerfileAreFound(t *testing.T) {
	_, warnings, err := parse([]byte("from golang AS Build\nMAINTAINER me\nENV a b\n"))
	if err != nil || len(warnings) < 3 {
		t.Errorf("%q: %v", warnings, err)
	}
	for name, text := range map[string]string{
		"another base":          "FROM alpine\nUSER 1\n",
		"a mode that is open":   "FROM scratch\nCOPY --from=build /x /x\n",
		"a name for an owner":   "FROM scratch\nCOPY --from=build --chown=root:root --chmod=0444 /x /x\n",
		"an instruction":        "FROM scratch\nSTOPSIGNAL 9\n",
		"the context's files":   "FROM scratch\nCOPY --chmod=0444 x /x\n",
		"several files at once": "FROM scratch\nCOPY --from=build --chmod=0444 /x /y /z/\n",
	} {
		if _, err := last([]byte(text), nil); err == nil {
			t.Errorf("%s isn't refused", name)
		}
	}
}

// toolchain is the version of Go that go.mod names.
func toolchain(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(content), "\ngo ")
	version, _, _ := strings.Cut(after, "\n")
	return version
}
