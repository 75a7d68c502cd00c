package sdk

import (
	"context"
	"reflect"

	"github.com/secretzero/sz/sdk/internal/ambient"
	"github.com/secretzero/sz/sdk/internal/config"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

func schemaOf[C any]() schema.Object { return config.Schema(reflect.TypeFor[C]()) }

// decode fills a C of what the host sent, and of the environment where a field says
// so. The host has checked the first before.
func decode[C any](ctx context.Context, v schema.Value) (C, []wire.Diagnostic) {
	var c C
	v, faults := config.Complete(v, reflect.TypeFor[C](), ambient.From(ctx).LookupEnv)
	faults = append(faults, config.Decode(v, &c)...)
	var out []wire.Diagnostic
	for _, fault := range faults {
		out = append(out, wire.InvalidItem(fault))
	}
	return c, out
}

// permissionsOf are what the fields of a C ask for.
func permissionsOf[C any]() []Permission {
	var out []Permission
	for _, request := range config.Requests(reflect.TypeFor[C]()) {
		kind := map[string]wire.PermissionKind{"network": NetworkFrom, "read": ReadFrom, "write": WriteFrom, "env": Environment}[request.Kind]
		out = append(out, Permission{Kind: kind, Value: request.Value, Reason: request.Reason})
	}
	return out
}
