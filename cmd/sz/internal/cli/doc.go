// Package cli is the command line of sz: one file for each command, which reads
// its flags and calls the engine in core. What is printed is in internal/ui.
package cli
