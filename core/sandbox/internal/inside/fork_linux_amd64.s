#include "textflag.h"

// func vfork(flags uintptr, s *script) (pid, errno uintptr)
TEXT ·vfork(SB), NOSPLIT, $8-32
	MOVQ	flags+0(FP), DI
	MOVQ	$0, SI // the stack of this thread
	MOVQ	$0, DX
	MOVQ	$0, R10
	MOVQ	$0, R8
	MOVQ	$56, AX // clone
	SYSCALL
	CMPQ	AX, $0xfffffffffffff001
	JHS	failed
	TESTQ	AX, AX
	JZ	child
	MOVQ	AX, pid+16(FP)
	MOVQ	$0, errno+24(FP)
	RET
failed:
	NEGQ	AX
	MOVQ	$0, pid+16(FP)
	MOVQ	AX, errno+24(FP)
	RET
child:
	MOVQ	s+8(FP), AX
	MOVQ	AX, 0(SP)
	CALL	·inChild(SB)
	INT	$3
