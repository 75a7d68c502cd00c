package state

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const keySize = 32

// Open locks the state of the project in a directory for a change, and makes it
// where there is none.
func Open(project string) (*Store, error) {
	s, err := locate(project)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	return s.begin(os.O_RDWR|os.O_CREATE, lockAlone)
}

// Look locks the state for reading. It makes nothing: where there is no state, what
// it answers is that nothing is known.
func Look(project string) (*Store, error) {
	s, err := locate(project)
	if err != nil {
		return nil, err
	}
	looking, err := s.begin(os.O_RDONLY, lockShared)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	return looking, err
}

// Close releases the state to others.
func (s *Store) Close() error {
	if s.lock == nil {
		return nil
	}
	return s.lock.Close()
}

// locate finds the file of a project. The project is told by where it is, whatever
// links lead there.
func locate(project string) (*Store, error) {
	dir, err := directory()
	if err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(project)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	sum := sha256.Sum256([]byte(real))
	return &Store{path: filepath.Join(dir, hex.EncodeToString(sum[:])+".json")}, nil
}

// directory follows the XDG Base Directory Specification.
func directory() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "sz", "file"), nil
	}
	home := os.Getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", errors.New("state directory: neither XDG_STATE_HOME nor HOME is set")
	}
	return filepath.Join(home, ".local", "state", "sz", "file"), nil
}

func (s *Store) begin(flags int, lock func(*os.File) error) (*Store, error) {
	file, err := os.OpenFile(s.path+".flock", flags|noFollow, 0o600)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	begun := &Store{path: s.path, lock: file}
	err = lock(file)
	if err == nil {
		err = begun.read()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return begun, nil
}

func (s *Store) read() error {
	s.content = content{Places: map[string]record{}, Made: map[string]bool{}}
	text, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, keySize)
		_, _ = rand.Read(key) // never fails: see crypto/rand
		s.content.Key = base64.StdEncoding.EncodeToString(key)
		return nil
	}
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	err = json.Unmarshal(text, &s.content)
	key, badKey := base64.StdEncoding.DecodeString(s.content.Key)
	if err != nil || badKey != nil || len(key) != keySize || s.content.Places == nil || s.content.Made == nil {
		return fmt.Errorf("state: %s is damaged; remove it to begin anew", s.path)
	}
	return nil
}

// save puts the state in place in one step.
func (s *Store) save() error {
	text, err := json.Marshal(s.content)
	if err != nil {
		return err
	}
	// One name is enough, for who saves holds the lock; what a killed writer left
	// is written over.
	temp := s.path + ".new"
	_ = os.Remove(temp)
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return os.Rename(temp, s.path)
}
