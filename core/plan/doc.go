// Package plan decides what an apply would do. [Decide] is a pure function of
// what is wanted, what is recorded and what is observed: no clock, no process, no
// file. Everything that sz may do to a store is one of the actions here, each
// with the reason that a person reads.
//
// Next: core/observe for how the observations come about, core/apply for how a
// plan is carried out.
package plan
