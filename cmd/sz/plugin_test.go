package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"aead.dev/minisign"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/secretzero/sz/core/manifest"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/pluginstore"
	"github.com/secretzero/sz/internal/testbin"
)

// pluginCommands are commands of scripts that do what the author of a plugin does.
func pluginCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"build-acme":     func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(buildAcme(ts, args)) },
		"build-tripwire": func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(testbin.Tripwire(ts.MkAbs(args[0]))) },
		"keygen":         func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(keygen(ts, args)) },
		"release":        func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(release(ts, args)) },
		"hash":           func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(setHash(ts, args)) },
		"conforms":       conforms,
		"await":          func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(await(ts, args)) },
		"trust-of":       func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(trustOf(ts, args)) },
	}
}

// buildAcme FILE VERSION [MORE [KIND]] builds the stranger's plugin.
func buildAcme(ts *testscript.TestScript, args []string) error {
	if len(args) < 2 {
		return errors.New("build-acme FILE VERSION [MORE [KIND]]")
	}
	args = append(args, "", "")
	return testbin.Acme(ts.MkAbs(args[0]), args[1], args[2], args[3])
}

// await FILE waits until a program that runs has made a file.
func await(ts *testscript.TestScript, args []string) error {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return nil
		}
	}
	return errors.New(args[0] + " was not made")
}

// keygen FILE makes a key, and sets $FILE to its public part.
func keygen(ts *testscript.TestScript, args []string) error {
	public, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	ts.Setenv(args[0], public.String())
	text, err := private.MarshalText()
	return errors.Join(err, os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}

// release DIR KEY [OLDKEY] signs the plugin sz-plugin-acme in DIR for this platform;
// OLDKEY hands it on to KEY.
func release(ts *testscript.TestScript, args []string) error {
	dir := ts.MkAbs(args[0])
	key, err := readKey(ts, args[1])
	if err != nil {
		return err
	}
	binary, err := os.ReadFile(filepath.Join(dir, "sz-plugin-acme"))
	if err != nil {
		return err
	}
	host := pluginhost.New(pluginhost.Options{Dirs: []string{dir}, LookupEnv: os.LookupEnv})
	catalog, err := host.Catalog(context.Background())
	if err := errors.Join(err, host.Close()); err != nil {
		return err
	}
	description := catalog.Plugins[0].Description
	data, err := pluginhost.EncodeDescription(description)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(binary)
	m := manifest.Manifest{
		Name: "acme", Version: description.Version, Protocol: pluginhost.Protocol, Date: time.Now().UTC().Truncate(time.Second), Description: data, Requests: []string{},
		Binaries: []manifest.Binary{{Platform: pluginstore.Platform(), File: "sz-plugin-acme", Size: int64(len(binary)), SHA256: hex.EncodeToString(sum[:])}},
	}
	for _, r := range pluginhost.Requests(description) {
		m.Requests = append(m.Requests, r.String())
	}
	if len(args) > 2 {
		old, err := readKey(ts, args[2])
		if err != nil {
			return err
		}
		if m.Succession, err = manifest.Succeed("acme", old, manifest.Key(ts.Getenv(args[1]))); err != nil {
			return err
		}
	}
	text, signature, err := manifest.Sign(m, key)
	return errors.Join(err, os.WriteFile(filepath.Join(dir, "acme.json"), text, 0o644), os.WriteFile(filepath.Join(dir, "acme.json"+manifest.Suffix), signature, 0o644))
}

func readKey(ts *testscript.TestScript, name string) (minisign.PrivateKey, error) {
	var key minisign.PrivateKey
	return key, key.UnmarshalText([]byte(ts.ReadFile(name)))
}

// setHash NAME FILE sets $NAME to the SHA-256 of a file.
func setHash(ts *testscript.TestScript, args []string) error {
	hash, err := pluginhost.HashFile(ts.MkAbs(args[1]))
	ts.Setenv(args[0], hash)
	return err
}

// trustOf NAME sets $NAME to the digest that the last command printed for --trust.
func trustOf(ts *testscript.TestScript, args []string) error {
	_, rest, ok := strings.Cut(ts.ReadFile("stderr"), "--trust ")
	if !ok {
		return errors.New("no --trust was printed")
	}
	ts.Setenv(args[0], strings.Fields(rest)[0])
	return nil
}
