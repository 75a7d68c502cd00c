package cli

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// settings are the flags of serve and exec.
type settings struct {
	emulator.Options
	on  emulator.Place
	log *os.File
}

// places are all places, for a message.
func places() string {
	var names []string
	for _, p := range emulator.Places {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

func parse(name string, args []string) (settings, []string, error) {
	var s settings
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.StateFile, "state", "", "")
	flags.StringVar(&s.Address, "listen", "", "")
	flags.DurationVar(&s.Latency, "latency", 0, "")
	flags.DurationVar(&s.Window, "window", 0, "")
	flags.BoolVar(&s.PurgeProtection, "purge-protection", false, "")
	flags.IntVar(&s.RetentionDays, "retention-days", 0, "")
	flags.IntVar(&s.PageSize, "page-size", 0, "")
	flags.BoolVar(&s.ShortPages, "short-pages", false, "")
	flags.StringVar((*string)(&s.Limit), "limit", "", "")
	flags.IntVar(&s.LimitWrites, "limit-writes", 0, "")
	flags.DurationVar(&s.LimitWindow, "limit-window", 0, "")
	flags.BoolVar(&s.AccessPolicies, "access-policies", false, "")
	flags.BoolVar(&s.Firewall, "firewall", false, "")
	flags.Func("vault", "", func(v string) error {
		s.Vaults = append(s.Vaults, v)
		return nil
	})
	flags.Func("deny", "", func(v string) error { return add(&s.Deny, v, emulator.ParseDenial) })
	flags.Func("fault", "", func(v string) error { return add(&s.Faults, v, emulator.ParseFault) })
	flags.Func("client", "", s.addClient)
	flags.Func("identity", "", func(v string) error {
		s.Identities = append(s.Identities, v)
		return nil
	})
	flags.StringVar(&s.Metadata, "metadata", "", "")
	s.on = emulator.AppService
	flags.Func("on", "", func(v string) error {
		s.on = emulator.Place(v)
		if !slices.Contains(emulator.Places, s.on) {
			return fmt.Errorf("place %q: not one of %s", v, places())
		}
		return nil
	})
	logFile := flags.String("log", "", "")
	if err := flags.Parse(args); err != nil {
		return s, nil, err
	}
	if *logFile != "" {
		if err := s.logTo(*logFile); err != nil {
			return s, nil, err
		}
	}
	return s, flags.Args(), nil
}

func add[T any](list *[]T, text string, read func(string) (T, error)) error {
	item, err := read(text)
	if err != nil {
		return err
	}
	*list = append(*list, item)
	return nil
}

// addClient reads an application's secret from a file: command lines are visible.
func (s *settings) addClient(text string) error {
	id, path, ok := strings.Cut(text, "=")
	if !ok || id == "" {
		return fmt.Errorf("client %q: not of the form ID=FILE", text)
	}
	secret, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	application := emulator.Application{ID: id, Secret: strings.TrimSpace(string(secret))}
	if application.Secret == "" {
		return fmt.Errorf("client %s: %s is empty", id, path)
	}
	s.Applications = append(s.Applications, application)
	return nil
}

// logTo writes one line for each request to a file.
func (s *settings) logTo(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	s.log = file
	var mu sync.Mutex
	s.Log = func(r emulator.Request) {
		mu.Lock()
		defer mu.Unlock()
		_ = json.NewEncoder(file).Encode(r)
	}
	return nil
}

func (s *settings) close() {
	if s.log != nil {
		_ = s.log.Close()
	}
}
