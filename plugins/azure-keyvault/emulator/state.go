package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// stateFormat is the form of a state file.
const stateFormat = "keyvault-emulator/1"

type stateFile struct {
	Format string                             `json:"format"`
	Vaults map[string]map[string]*secretState `json:"vaults"`
}

func (s *store) load() error {
	text, err := os.ReadFile(s.options.StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	// What json says of a broken file could quote it, values and all.
	var state stateFile
	if err := json.Unmarshal(text, &state); err != nil || state.Format != stateFormat {
		return fmt.Errorf("state: %s is not a state file of this emulator", s.options.StateFile)
	}
	for _, secrets := range state.Vaults {
		for name, secret := range secrets {
			if err := secret.check(); err != nil {
				return fmt.Errorf("state: %s: %q: %w", s.options.StateFile, name, err)
			}
		}
	}
	if state.Vaults != nil {
		s.vaults = state.Vaults
	}
	return nil
}

// save keeps the vaults before a change is answered, so that whatever was answered
// outlives the process, even a killed one. The file is whole at any time.
func (s *store) save() error {
	if s.options.StateFile == "" {
		return nil
	}
	text, err := json.Marshal(stateFile{stateFormat, s.vaults})
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(s.options.StateFile), ".keyvault-emulator-") // mode 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(text)
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), s.options.StateFile)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}
