package pluginstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/secretzero/sz/core/manifest"
)

const maxSignature = 4 << 10 // bytes

// Release is a signed release that was fetched and checked, and not yet installed.
type Release struct {
	Manifest        manifest.Manifest
	text, signature []byte
	from            source
}

// Fetch gets the manifest at a path or https URL with its signature, and checks that
// the key which it names signed it. Whose key that is, is for the caller to judge.
func Fetch(ctx context.Context, where string) (Release, error) {
	from, name := sourceOf(where)
	text, err := fetch(ctx, from, name, manifest.MaxSize)
	if err != nil {
		return Release{}, fmt.Errorf("manifest: %w", err)
	}
	signature, err := fetch(ctx, from, name+manifest.Suffix, maxSignature)
	if err != nil {
		return Release{}, fmt.Errorf("signature of the manifest: %w", err)
	}
	m, err := manifest.Open(text, signature)
	if err != nil {
		return Release{}, err
	}
	return Release{Manifest: m, text: text, signature: signature, from: from}, nil
}

// Install gets the binary of a release for this platform, and keeps it when it is
// the one that was signed.
func (s Store) Install(ctx context.Context, r Release) (Installed, error) {
	b, ok := r.Manifest.Binary(Platform())
	if !ok {
		return Installed{}, fmt.Errorf("plugin %s %s has no binary for %s; it has %s", r.Manifest.Name, r.Manifest.Version, Platform(), platforms(r.Manifest))
	}
	binary, err := r.from.open(ctx, b.File)
	if err != nil {
		return Installed{}, fmt.Errorf("binary of plugin %s: %w", r.Manifest.Name, err)
	}
	defer binary.Close()
	return s.keep(r.Manifest.Name, binary, b.Size, func(size int64, hash string) error {
		if size != b.Size || hash != b.SHA256 {
			return fmt.Errorf("binary of plugin %s %s is not the one that was signed: it has %d bytes and sha256:%s, and the manifest says %d and sha256:%s", r.Manifest.Name, r.Manifest.Version, size, hash, b.Size, b.SHA256)
		}
		return nil
	}, map[string][]byte{manifestFile: r.text, signatureFile: r.signature})
}

// InstallUnsigned keeps a binary of this machine that nobody signed. Whether it is
// the right one only the caller knows: accept is told its hash before it is kept.
func (s Store) InstallUnsigned(ctx context.Context, name, path string, accept func(hash string) error) (Installed, error) {
	binary, err := local(filepath.Dir(path)).open(ctx, filepath.Base(path))
	if err != nil {
		return Installed{}, fmt.Errorf("binary of plugin %s: %w", name, err)
	}
	defer binary.Close()
	return s.keep(name, binary, manifest.MaxBinary, func(_ int64, hash string) error { return accept(hash) }, nil)
}

// keep writes a binary of at most limit bytes with the files beside it into a
// directory of its own, and gives that its name once the check has passed.
func (s Store) keep(name string, binary io.Reader, limit int64, check func(size int64, hash string) error, beside map[string][]byte) (Installed, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return Installed{}, fmt.Errorf("plugin store: %w", err)
	}
	temp, err := os.MkdirTemp(s.dir, ".new-")
	if err != nil {
		return Installed{}, fmt.Errorf("plugin store: %w", err)
	}
	defer os.RemoveAll(temp)
	file := binaryPrefix + name
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	size, hash, err := writeBinary(filepath.Join(temp, file), binary, limit)
	if err != nil {
		return Installed{}, fmt.Errorf("plugin %s: %w", name, err)
	}
	if err := check(size, hash); err != nil {
		return Installed{}, err
	}
	for file, text := range beside {
		if err := os.WriteFile(filepath.Join(temp, file), text, 0o400); err != nil {
			return Installed{}, fmt.Errorf("plugin store: %w", err)
		}
	}
	final := filepath.Join(s.dir, hash)
	if err := os.RemoveAll(final); err != nil { // the same content, perhaps damaged since
		return Installed{}, fmt.Errorf("plugin store: %w", err)
	}
	if err := os.Rename(temp, final); err != nil {
		return Installed{}, fmt.Errorf("plugin store: %w", err)
	}
	return s.load(hash)
}

func writeBinary(path string, from io.Reader, limit int64) (int64, string, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o500)
	if err != nil {
		return 0, "", err
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(from, limit+1))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return 0, "", err
	}
	if size > limit {
		return 0, "", fmt.Errorf("the binary is larger than the %d bytes that are allowed", limit)
	}
	return size, hex.EncodeToString(sum.Sum(nil)), nil
}

func platforms(m manifest.Manifest) string {
	names := make([]string, len(m.Binaries))
	for i, b := range m.Binaries {
		names[i] = b.Platform
	}
	return strings.Join(names, ", ")
}
