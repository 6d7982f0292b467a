package main

import (
	"bytes"
	"compress/gzip"
	_ "crypto/sha256" // go-digest asks for it by name
	"encoding/json"
	"io"
	"strings"
	"time"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// blob is a part of an image, named by its digest.
type blob struct {
	ocispec.Descriptor
	content []byte
}

func newBlob(mediaType string, content []byte) blob {
	return blob{ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(content), Size: int64(len(content))}, content}
}

// jsonBlob is a blob of what JSON makes of a value.
func jsonBlob(mediaType string, value any) (blob, error) {
	content, err := json.Marshal(value)
	return newBlob(mediaType, content), err
}

// archive packs an image as a layout of the Open Container Initiative in a tar, and gives the digest of its manifest.
func (i image) archive(entries []entry, arch, name string, at time.Time) ([]byte, digest.Digest, error) {
	layer, err := pack(entries, at)
	if err != nil {
		return nil, "", err
	}
	var zipped bytes.Buffer
	zipper := gzip.NewWriter(&zipped)
	if _, err := io.Copy(zipper, bytes.NewReader(layer)); err != nil {
		return nil, "", err
	}
	if err := zipper.Close(); err != nil {
		return nil, "", err
	}
	layerBlob := newBlob(ocispec.MediaTypeImageLayerGzip, zipped.Bytes())
	configBlob, err := jsonBlob(ocispec.MediaTypeImageConfig, dockerspec.DockerOCIImage{
		Image: ocispec.Image{
			Created: &at, Platform: ocispec.Platform{OS: "linux", Architecture: arch},
			RootFS:  ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromBytes(layer)}},
			History: []ocispec.History{{Created: &at, CreatedBy: "Dockerfile"}},
		},
		Config: i.config,
	})
	if err != nil {
		return nil, "", err
	}
	manifest, err := jsonBlob(ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: configBlob.Descriptor, Layers: []ocispec.Descriptor{layerBlob.Descriptor},
	})
	if err != nil {
		return nil, "", err
	}
	packed, err := layout(manifest, configBlob, layerBlob, name, at)
	return packed, manifest.Digest, err
}

// layout packs blobs with the index that names the manifest, and with the list that Docker's own store reads instead.
func layout(manifest, config, layer blob, name string, at time.Time) ([]byte, error) {
	named := manifest.Descriptor
	_, tag, _ := strings.Cut(name, ":")
	// containerd takes the whole name from an annotation of its own.
	named.Annotations = map[string]string{ocispec.AnnotationRefName: tag, "io.containerd.image.name": "docker.io/library/" + name}
	index, err := json.Marshal(ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex, Manifests: []ocispec.Descriptor{named},
	})
	if err != nil {
		return nil, err
	}
	version, err := json.Marshal(ocispec.ImageLayout{Version: ocispec.ImageLayoutVersion})
	if err != nil {
		return nil, err
	}
	place := func(b blob) string { return ocispec.ImageBlobsDir + "/sha256/" + b.Digest.Encoded() }
	docker, err := json.Marshal([]map[string]any{{
		"Config": place(config), "RepoTags": []string{name}, "Layers": []string{place(layer)},
	}})
	if err != nil {
		return nil, err
	}
	files := []entry{
		{path: "manifest.json", mode: 0o644, content: docker},
		{path: ocispec.ImageLayoutFile, mode: 0o644, content: version}, {path: ocispec.ImageIndexFile, mode: 0o644, content: index},
		{path: ocispec.ImageBlobsDir, mode: 0o755}, {path: ocispec.ImageBlobsDir + "/sha256", mode: 0o755},
	}
	for _, one := range []blob{manifest, config, layer} {
		files = append(files, entry{path: place(one), mode: 0o644, content: one.content})
	}
	return pack(files, at)
}
