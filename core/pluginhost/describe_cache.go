package pluginhost

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk/wire"
)

// maxDescription bounds a description, in bytes.
const maxDescription = 1 << 20

// HashFile is the SHA-256 of a binary, in hex, read in full.
func HashFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	return New(Options{Rehash: true}).hashOf(file)
}

// look reads a binary: its SHA-256, and who runs it where it does not run by itself.
func (h *Host) look(path string) (hash, interpreter string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", "", err
	}
	defer file.Close()
	if hash, err = h.hashOf(file); err != nil {
		return "", "", err
	}
	interpreter, err = sandbox.Interpreter(file)
	return hash, interpreter, err
}

// openBinary opens the binary of a plugin to execute it, and makes sure that it is
// the one that was described: the descriptor is what is hashed and what is run,
// whatever is at its path by then.
func (h *Host) openBinary(plugin Served) (*os.File, error) {
	file, err := os.Open(plugin.Path)
	if err != nil {
		return nil, err
	}
	hash, err := h.hashOf(file)
	if err == nil && plugin.Hash != "" && hash != plugin.Hash {
		err = fmt.Errorf("%s was replaced while sz was running; run sz again", plugin.Path)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// hashOf is the SHA-256 of an open file. Hashing 15 MB takes 20 ms, so it is
// remembered by everything about the file that changes when its content does.
func (h *Host) hashOf(file *os.File) (string, error) {
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	key, usable := fileIdentity(info)
	if usable && !h.options.Rehash {
		if known, err := h.readCache("hash", key); err == nil && len(known) == 2*sha256.Size {
			return string(known), nil
		}
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	digest := hex.EncodeToString(sum.Sum(nil))
	if usable {
		h.writeCache("hash", key, []byte(digest))
	}
	return digest, nil
}

// knownDescription is what a plugin says of itself, out of its signed release or
// out of the cache.
func (h *Host) knownDescription(c Candidate, hash string) (Description, bool) {
	if c.Release != nil {
		d, err := wire.UnmarshalDescription(c.Release.Description)
		return d, err == nil && validDescription(c, d) == nil
	}
	return h.cachedDescription(hash)
}

func (h *Host) cachedDescription(hash string) (Description, bool) {
	data, err := h.readCache("describe", hash)
	if err != nil {
		return Description{}, false
	}
	d, err := wire.UnmarshalDescription(data)
	return d, err == nil
}

func (h *Host) cacheDescription(hash string, d Description) {
	if data, err := wire.MarshalDescription(d); err == nil && len(data) <= maxDescription {
		h.writeCache("describe", hash, data)
	}
}

func (h *Host) cachePath(kind, key string) string {
	return filepath.Join(h.options.CacheDir, "sz", kind, key)
}

func (h *Host) readCache(kind, key string) ([]byte, error) {
	if h.options.CacheDir == "" {
		return nil, os.ErrNotExist
	}
	file, err := os.Open(h.cachePath(kind, key))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxDescription+1))
}

// writeCache is best effort: without a cache the next run is slower and no more.
func (h *Host) writeCache(kind, key string, data []byte) {
	if h.options.CacheDir == "" {
		return
	}
	path := h.cachePath(kind, key)
	if os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(data)
	if temp.Close() == nil && err == nil {
		_ = os.Rename(temp.Name(), path)
	}
}

// identityKey names a file by what identifies its content.
func identityKey(parts ...any) string {
	data, _ := json.Marshal(parts)
	return fmt.Sprintf("%x", sha256.Sum256(data))
}
