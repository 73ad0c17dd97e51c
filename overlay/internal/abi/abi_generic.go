package abi

// The registers of undergo's calling convention (crate abi, module call), for package reflect.
const (
	IntArgRegs            = 6
	FloatArgRegs          = 8
	EffectiveFloatRegSize = 8
)
