#include "textflag.h"

// func vfork(flags uintptr, s *script) (pid, errno uintptr)
TEXT ·vfork(SB), NOSPLIT, $16-32
	MOVD	flags+0(FP), R0
	MOVD	$0, R1 // the stack of this thread
	MOVD	$0, R2
	MOVD	$0, R3
	MOVD	$0, R4
	MOVD	$220, R8 // clone
	SVC
	CMN	$4095, R0
	BCS	failed
	CBZ	R0, child
	MOVD	R0, pid+16(FP)
	MOVD	$0, errno+24(FP)
	RET
failed:
	NEG	R0, R0
	MOVD	$0, pid+16(FP)
	MOVD	R0, errno+24(FP)
	RET
child:
	MOVD	s+8(FP), R0
	MOVD	R0, 8(RSP)
	CALL	·inChild(SB)
	BRK
