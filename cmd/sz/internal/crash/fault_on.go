//go:build faultpoints

package crash

import "os"

// holder has a value in all the ways in which a goroutine can have one.
type holder struct{ value string }

// Error makes Go print the value where the holder is what is panicked with.
func (h holder) Error() string { return "the value is " + h.value }

// Fault crashes with a value, in the way that SZ_CRASH names: this goroutine or another
// panics with an error or with a text, or dies of a fault of the runtime.
func Fault() {
	value := os.Getenv("SZ_CRASH_VALUE")
	crash := map[string]func(){
		"error": func() { panic(holder{value}) },
		"text": func() {
			panic(value + "\npanic: " + value + "\n\ngoroutine 1 [running]:\n" + value + "(" + value + ")\n\t/x.go:1")
		},
		"index": func() { var bytes [4]byte; hold([4]byte([]byte(value)), bytes[:len(value)%2], len(value)) },
		"map":   func() { var m map[string]string; m[value] = value },
	}[os.Getenv("SZ_CRASH")]
	if os.Getenv("SZ_CRASH") == "main" {
		panic(holder{value})
	}
	if crash == nil {
		return
	}
	go crash()
	select {}
}

// hold has a piece of a value among its arguments, which Go prints.
//
//go:noinline
func hold(_ [4]byte, bytes []byte, at int) byte { return bytes[at] }
