// Package probe attacks the sandbox of this machine and says what came of it. It is
// what `sz plugin doctor` runs, and the test of the sandbox.
//
// The attacker is a real plugin, started like any other: this program itself, under
// another name (plugin.go), with the network to one host granted and nothing else.
// Each row of the matrix (rows.go) is one process. An attack is first made without a
// sandbox, where it has to succeed: one that fails there proves nothing, and is
// reported as not testable here, with the kernel's reason. What counts is not what
// the attacker says but what arrives: the lair (lair.go) has listeners of all kinds,
// files and a process with a secret in its memory, and hears for itself.
//
// Next: core/sandbox, which is attacked; core/egress, its way out.
package probe

// Name is what the attacker is called as a plugin, and its binary after sz-plugin-.
const Name = "probe"

// Binary is the name under which this program is the attacker.
const Binary = "sz-plugin-" + Name

// Verdict is what is known of a row.
type Verdict string

// The verdicts.
const (
	Proved      Verdict = "proved"       // it succeeds without the sandbox, and not within
	Open        Verdict = "open"         // it succeeds within the sandbox
	NotTestable Verdict = "not testable" // it does not succeed without the sandbox either
)

// Result is a row with its verdict.
type Result struct {
	Group   string  `json:"group"`
	Key     string  `json:"key"`
	Title   string  `json:"title"`
	Verdict Verdict `json:"verdict"`
	Detail  string  `json:"detail,omitempty"` // how it was stopped, or why it is not testable
}
