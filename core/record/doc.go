// Package record keeps what sz remembers between runs: the lock file beside the
// Secretfile. It is a receipt, not the truth: the truth is in the stores, and the
// lock file holds nothing that is derived from a value.
//
// The file is JSON Lines in a canonical order without a time of its own, so that
// git merges two branches line by line; of two lines for one thing the one with
// the greater operation id counts.
//
// While an apply is under way, what is durable is its journal (journal.go): one line for
// each step, synced before the next step, in the user's state and never in the project.
// The lock file is written from memory, at most once a second and at the end, in one
// step (file.go). What an apply left in its journal is added when the lock file is
// opened, in memory, and written down by the next apply (run.go).
//
// Next: core/plan, which decides by what is read here; core/apply, which writes.
package record
