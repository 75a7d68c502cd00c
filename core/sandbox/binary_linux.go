package sandbox

import (
	"debug/elf"
	"os"
)

// dynamic reports that a program is started by a loader with shared libraries. The
// programs of Go usually are not.
func dynamic(binary *os.File) bool {
	file, err := elf.NewFile(binary)
	if err != nil {
		return false // executing it will say what is wrong
	}
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP {
			return true
		}
	}
	return false
}
