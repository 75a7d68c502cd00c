package pluginhost

import (
	"errors"
	"fmt"
	"strings"

	"github.com/secretzero/sz/sdk/wire"
)

// Failure is a plugin that did not do its part as a process: it did not start,
// crashed, hung or answered nonsense.
type Failure struct {
	Plugin  string
	Version string // empty when it did not get so far
	Path    string
	Doing   string // such as "storing key_vault:host/name"
	Cause   string
	Output  string // the masked head of what it wrote to standard error
	Ended   bool   // the process is gone

	err error // what Cause was made of, if it was an error
}

// Unwrap is the error behind the cause; nil when there is none.
func (f *Failure) Unwrap() error { return f.err }

// Error names the plugin, its version and what it was doing.
func (f *Failure) Error() string {
	name := "plugin " + f.Plugin
	if f.Version != "" {
		name += " " + f.Version
	}
	text := fmt.Sprintf("%s failed while %s: %s", name, f.Doing, f.Cause)
	if f.Output != "" {
		text += "\nit wrote:\n  " + strings.ReplaceAll(f.Output, "\n", "\n  ")
	}
	return text
}

// failure turns the error of a call into a [Failure], once it is known how the
// process ended.
func (i *Instance) failure(doing string, err error) error {
	call, ok := errors.AsType[*wire.CallError](err)
	if err == nil || !ok {
		return err
	}
	f := &Failure{Plugin: i.Plugin.Name, Version: i.Plugin.Version, Path: i.process.candidate.Path, Doing: doing, Cause: harmless(i.host.told(call.Text))}
	if call.Gone {
		f.Cause = "it closed the connection"
		if i.process.attached != nil {
			f.Cause = "it closed the connection: it has ended, or its author ended it"
		}
		if exit := i.process.ended(); exit != "" {
			f.Cause, f.Ended = "it ended ("+exit+")", true
			f.Output = i.host.mask.Text(i.process.output())
		}
	}
	return f
}

// nonsense is the failure of a plugin whose answer is out of bounds.
func (i *Instance) nonsense(doing string, err error) error {
	return &Failure{Plugin: i.Plugin.Name, Version: i.Plugin.Version, Path: i.process.candidate.Path, Doing: doing, Cause: err.Error()}
}
