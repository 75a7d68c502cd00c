// Package pluginhost finds plugins, learns what they serve, starts them, speaks
// with them and stops them. It is the only package of the core that knows the
// wire.
//
// The way through it: [Find] lists candidates without running any; [Host.Catalog]
// learns what each serves, from a cache where it can; [Host.OpenProvider] and
// [Host.OpenGenerators] start one process for one instance; an [Instance] can
// look, and [Instance.Begin] gives the [Writer] that can change.
//
// A plugin is treated as hostile by accident at least: its standard error is read
// within bounds and masked, each call has a deadline, a socket that it announces
// must be its own, and its end is made sure of together with its process group.
//
// Next: core/sandbox for how a process is confined, sdk/wire for the calls.
package pluginhost
