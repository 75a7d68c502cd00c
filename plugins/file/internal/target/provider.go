// Package target is the provider local and its target file.
//
// A file cannot carry our mark, so what tells our value from another is a receipt
// together with what this machine remembers of the write (internal/state).
//
// Next: internal/place for where files may be, internal/format for what is in
// them.
package target

import (
	"context"
	"os"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// ProviderConfig is what a provider local may be configured with.
type ProviderConfig struct {
	Auth schema.Value `sz:"auth" doc:"not used; tolerated because other providers have it"`
}

// session is one provider instance. The project is opened for each call, so that
// no descriptor outlives it.
type session struct {
	project string
	seen    sightings
}

func (s *session) root() (*os.Root, error) { return os.OpenRoot(s.project) }

// Provider is the provider local.
func Provider() sdk.Provider {
	return sdk.ProviderOf[ProviderConfig, *session]{
		Kind: "local", Summary: "files of the project",
		Permissions: []sdk.Permission{
			{Kind: sdk.WriteFrom, Value: "config.path", Reason: "to write the files that the Secretfile names"},
			{Kind: sdk.Environment, Value: "HOME", Reason: "to remember what was written"},
			{Kind: sdk.Environment, Value: "XDG_STATE_HOME", Reason: "to remember what was written"},
		},
		Open: func(_ context.Context, _ ProviderConfig, info sdk.OpenInfo) (*session, []sdk.Claim, error) {
			return &session{project: info.ProjectRoot}, nil, nil
		},
		Targets: []sdk.TargetFor[*session]{
			sdk.TargetOf[*session, Config]{
				Kind: "file", Summary: "a value in a file", Challenges: true,
				Check: check, Inspect: inspect, Read: read, Write: write, Retire: retire,
			},
		},
	}
}
