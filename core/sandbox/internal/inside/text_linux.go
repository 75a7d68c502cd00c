package inside

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// textInRoot is where an interpreter finds what it runs in a root directory of its own,
// in which there is no /proc.
const textInRoot = "/plugin"

// OwnDescriptor is the path by which a process finds one of its descriptors.
func OwnDescriptor(fd int) string { return fmt.Sprintf("/proc/self/fd/%d", fd) }

// TextPath is where the interpreter finds what it runs.
func (p *Policy) TextPath() string {
	if p.Tier == tier3 {
		return textInRoot
	}
	return OwnDescriptor(p.textFD())
}

// textFD is its descriptor, after those that the plugin keeps.
func (p *Policy) textFD() int { return 3 + len(p.Extra) }

// maxText bounds it, in bytes: its copy is in memory.
const maxText = 64 << 20

// textSize is how much room its copy takes; 0 for none.
func (p *Policy) textSize(s *script) int64 {
	if p.Text == nil {
		return 0
	}
	s.about = "text"
	info, err := p.Text.Stat()
	if err == nil && info.Size() > maxText {
		err = fmt.Errorf("it has %d bytes; at most %d can be run", info.Size(), maxText)
	}
	if err != nil {
		s.fail(err)
		return 0
	}
	return info.Size()
}

// copyText puts what the host opened and hashed into the new root: a copy, which nobody
// can change while it runs. The kernel sees to that for programs of its own.
func (p *Policy) copyText(s *script, root arg) {
	size := p.textSize(s)
	if size == 0 {
		return
	}
	file := s.open(unix.SYS_OPENAT, root, s.text(textInRoot[1:]), number(unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC), number(0o444))
	s.do(unix.SYS_SENDFILE, file, number(p.textFD()), memory(new(int64)), number(uint64(size)))
	// Its last byte is there, or this fails: nothing here looks at how much was copied.
	s.do(unix.SYS_LSEEK, file, number(uint64(size-1)), number(unix.SEEK_DATA))
	s.do(unix.SYS_CLOSE, file)
}

// allowText lets the interpreter read it.
func (p *Policy) allowText(r *ruleset) {
	switch {
	case p.Text == nil:
	case p.Tier == tier3:
		r.addFile(textInRoot, mayReadFile)
	default:
		rule, _ := r.addFD(mayReadFile)
		rule.Parent_fd = int32(p.textFD())
	}
}
