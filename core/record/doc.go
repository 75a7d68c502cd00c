// Package record keeps what sz remembers between runs: the lock file beside the
// Secretfile. It is a receipt, not the truth: the truth is in the stores, and the
// lock file holds nothing that is derived from a value.
//
// The file is JSON Lines in a canonical order without a time of its own, so that
// git merges two branches line by line; of two lines for one thing the one with
// the greater operation id counts.
//
// Next: core/plan, which decides by what is read here; core/apply, which writes.
package record
