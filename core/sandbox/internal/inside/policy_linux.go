package inside

import "os"

// Policy is what becomes of a new process: the plugin, and all that it may touch.
type Policy struct {
	Tier           int
	Binary         *os.File // what is executed
	Text           *os.File // what that runs, where it is an interpreter; nil for none
	Args           []string // its own name first; see [Policy.TextPath]
	Env            []string
	Stdout, Stderr *os.File
	Extra          []*os.File // descriptors after standard error that the plugin keeps
	SocketDir      string
	List           []string
	Read           []string
	Write          []string // directories of the files that it may make
	Keep           []string
	Libraries      bool     // it is linked with shared libraries
	Programs       bool     // it may start what is in programs
	Network        bool     // it may open TCP connections at all
	Commands       bool     // it may start the stub
	Stub           string   // this program, which is the stub
	Ports          []uint16 // to which it may connect
	Listen         []uint16 // where it is listened for, in its network namespace
}

// The addresses inside a network namespace of its own.
const (
	EgressPort   = 3128
	CommandsPort = 3129
)

// Stop is a step that the kernel refused.
type Stop struct{ Step, Why string }

// Error says what was refused.
func (s *Stop) Error() string { return s.Step + ": " + s.Why }
