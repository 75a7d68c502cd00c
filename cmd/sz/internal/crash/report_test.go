package crash

import (
	"errors"
	"runtime/debug"
	"strings"
	"testing"
)

func TestReportHasNoTextOfAPanic(t *testing.T) {
	const value = "hunter2"
	for name, printed := range map[string]string{
		"text":          "panic: " + value + "\n\ngoroutine 1 [running]:\nmain.f({0xc000, 0x7})\n\t/src/" + "a.go:3 +0x1d\n",
		"lines":         "panic: a\n\tgoroutine 1 [running]:\n\t" + value + "(1)\n\t\t/a.go:1\n\ngoroutine 7 [running]:\nmain.f()\n\t/a.go:3\n",
		"error":         "panic: " + errors.New(value).Error() + " [recovered]\n\tpanic: " + value + "\n\ngoroutine 1 gp=0x1 m=0 [running]:\nmain.f(...)\n\t/a.go:3\n",
		"number":        "panic: runtime error: index out of range [104] with length 3\n\ngoroutine 1 [running]:\nmain.f(0x68)\n\t/a.go:3 +0x1\n",
		"a function":    "panic: x\n\ngoroutine 1 [running]:\nmain." + value + " is a word\n\t/a.go:3\nmain.f()\n\t/a.go:3\n",
		"what precedes": value + "\npanic: x\n\ngoroutine 1 [running]:\nmain.f()\n\t/a.go:3\n",
	} {
		got := Report(printed)
		if strings.Contains(got, value) || strings.Contains(got, "0x") || strings.Contains(got, "104") || !strings.Contains(got, "\n  main.f a.go:3\n") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	if got := Report(value + "\nno crash"); got != "" {
		t.Errorf("without a crash: %q", got)
	}
	if got := Report("panic: x\n\n" + string(debug.Stack())); !strings.Contains(got, "crash.TestReportHasNoTextOfAPanic report_test.go:") {
		t.Errorf("of a real stack: %s", got)
	}
	if lines := strings.Count(Report("panic: x\n\ngoroutine 1 [running]:\n"+strings.Repeat("main.f()\n\t/a.go:3\n", 1000)), "\n"); lines > maxFrames+3 {
		t.Errorf("%d lines", lines)
	}
}
