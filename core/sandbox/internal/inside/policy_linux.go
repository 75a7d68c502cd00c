package inside

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
)

// Policy is what the helper is told: all that the plugin may touch, in paths and
// numbers.
type Policy struct {
	Tier      int
	Name      string
	Env       []string
	Extra     int // descriptors after standard error that the plugin keeps
	SocketDir string
	List      []string
	Read      []string
	Write     []string // directories of the files that it may make
	Keep      []string
	Libraries bool     // it is linked with shared libraries
	Programs  bool     // it may start what is in programs
	Network   bool     // it may open TCP connections at all
	Commands  bool     // it may start the stub
	Stub      string   // this program, which is the stub
	Ports     []uint16 // to which it may connect
	Listen    []uint16 // where the helper listens for the host, inside
}

// The addresses inside a network namespace of its own.
const (
	EgressPort   = 3128
	CommandsPort = 3129
)

// Stop is what the helper says when it cannot go on.
type Stop struct {
	Step string `json:"step"`
	Why  string `json:"why"`
}

// Passed is the byte that goes along with a socket on its way to the host.
const Passed = '\n'

// maxPolicy bounds what is sent to the helper, in bytes.
const maxPolicy = 16 << 20

func receivePolicy(control io.Reader) (p Policy, err error) {
	var size [4]byte
	if _, err := io.ReadFull(control, size[:]); err != nil {
		return p, err
	}
	length := binary.BigEndian.Uint32(size[:])
	if length > maxPolicy {
		return p, errors.New("too long")
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(control, text); err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}
