//! Functions that compiled code calls without a Go declaration at hand: one table, from which the compiler takes
//! symbols and signatures and against which the runtime checks what it exports.
//!
//! Types: `p` pointer, `w` 64-bit word, `b` bool (8 bits), `i` 32 bits, `d` f64, `f` f32. A string is `p w`, a slice
//! `p w w`, an interface `p p`.
//!
//! Providers: `Rust` runs on g0 behind an entry stub; `Asm` is a leaf on the goroutine stack; `Go` is overlay Go (or
//! std, for maps and string comparison).

/// Link name of zeros that nobody writes: what missing map elements and the header of a nil map are read from.
pub const ZEROS: &str = "runtime.zeroVal";

/// Where a builtin lives, and on which stack it runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Provider {
    /// The Rust runtime, on the g0 stack of the current M.
    Rust,
    /// An assembly leaf of the runtime image, on the goroutine stack, using at most 64 bytes of it.
    Asm,
    /// Go: the overlay's package runtime or a std package.
    Go,
}

/// Low-level type of a parameter or result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Ty {
    Ptr,
    Word,
    I32,
    Bool,
    F64,
    F32,
}

/// Symbol, provider and signature of a [`Builtin`].
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// Link name.
    pub symbol: &'static str,
    /// Who provides it.
    pub provider: Provider,
    /// Parameters in order.
    pub params: &'static [Ty],
    /// Results in order.
    pub results: &'static [Ty],
    /// Whether control comes back.
    pub returns: bool,
}

/// Calls `$m!` with all rows: `Variant "symbol" Provider (params) (results) returns|noreturn;`.
#[macro_export]
macro_rules! for_each_builtin {
    ($m:ident) => {
        $m! {
            // Allocation. typ: *abi.Type.
            NewObject "runtime.newobject" Rust (p) (p) returns;
            NewArray "runtime.newarray" Rust (p w) (p) returns;
            MallocGC "runtime.mallocgc" Rust (w p w) (p) returns;
            MakeSlice "runtime.makeslice" Rust (p w w) (p) returns;
            // (oldPtr, newLen, oldCap, num, elemtyp) -> slice of length newLen
            GrowSlice "runtime.growslice" Rust (p w w w p) (p w w) returns;
            // Memory.
            MemMove "runtime.memmove" Asm (p p w) () returns;
            MemClr "runtime.memclrNoHeapPointers" Asm (p w) () returns;
            MemEqual "runtime.memequal" Asm (p p w) (b) returns;
            // Clears all registers and what lies below the stack pointer: leftovers that the collector would find.
            Forget "runtime.forget" Asm () () returns;
            // Panics. panicBounds reads g.bounds_*.
            GoPanic "runtime.gopanic" Go (p p) () noreturn;
            GoRecover "runtime.gorecover" Go (w) (p p) returns;
            PanicBounds "runtime.panicBounds" Go () () noreturn;
            PanicDivide "runtime.panicdivide" Go () () noreturn;
            PanicShift "runtime.panicshift" Go () () noreturn;
            PanicDottypeE "runtime.panicdottypeE" Go (p p p) () noreturn;
            PanicDottypeI "runtime.panicdottypeI" Go (p p p) () noreturn;
            PanicNilDottype "runtime.panicnildottype" Go (p) () noreturn;
            // (package, type, method) strings
            PanicWrap "runtime.panicwrap" Go (p w p w p w) () noreturn;
            PanicRangeState "runtime.panicrangestate" Go (w) () noreturn;
            PanicUnsafeSliceLen "runtime.panicunsafeslicelen" Go () () noreturn;
            PanicUnsafeSliceNilPtr "runtime.panicunsafeslicenilptr" Go () () noreturn;
            PanicUnsafeStringLen "runtime.panicunsafestringlen" Go () () noreturn;
            PanicUnsafeStringNilPtr "runtime.panicunsafestringnilptr" Go () () noreturn;
            // Defer. The frame is identified by its frame pointer (rbp).
            // (record, fn, fp): the record is `runtime._defer` in a slot of the caller
            DeferProcStack "runtime.deferprocStack" Go (p p w) () returns;
            // (fn, fp)
            DeferProc "runtime.deferproc" Go (p w) () returns;
            // (fp): runs the frame's defers, newest first
            DeferReturn "runtime.deferreturn" Go (w) () returns;
            // (fp) -> token; (fn, token)
            DeferRangeFunc "runtime.deferrangefunc" Go (w) (p p) returns;
            DeferProcAt "runtime.deferprocat" Go (p p p) () returns;
            // The dummy call at the entry of a function with defers (try_call target).
            DeferEnter "runtime.deferenter" Asm () () returns;
            // print and println.
            PrintLock "runtime.printlock" Rust () () returns;
            PrintUnlock "runtime.printunlock" Rust () () returns;
            PrintBool "runtime.printbool" Rust (w) () returns;
            PrintInt "runtime.printint" Rust (w) () returns;
            PrintUint "runtime.printuint" Rust (w) () returns;
            PrintHex "runtime.printhex" Rust (w) () returns;
            PrintFloat64 "runtime.printfloat64" Go (d) () returns;
            PrintFloat32 "runtime.printfloat32" Go (f) () returns;
            PrintComplex128 "runtime.printcomplex128" Go (d d) () returns;
            PrintComplex64 "runtime.printcomplex64" Go (f f) () returns;
            PrintString "runtime.printstring" Rust (p w) () returns;
            PrintPointer "runtime.printpointer" Rust (p) () returns;
            PrintEface "runtime.printeface" Rust (p p) () returns;
            PrintIface "runtime.printiface" Rust (p p) () returns;
            PrintSlice "runtime.printslice" Rust (p w w) () returns;
            PrintNl "runtime.printnl" Rust () () returns;
            PrintSp "runtime.printsp" Rust () () returns;
            // Strings.
            // (address of n strings, n)
            ConcatStrings "runtime.concatstrings" Rust (p w) (p w) returns;
            IntString "runtime.intstring" Rust (w) (p w) returns;
            SliceByteToString "runtime.slicebytetostring" Rust (p w) (p w) returns;
            StringToSliceByte "runtime.stringtoslicebyte" Rust (p w) (p w w) returns;
            StringToSliceRune "runtime.stringtoslicerune" Rust (p w) (p w w) returns;
            SliceRuneToString "runtime.slicerunetostring" Rust (p w) (p w) returns;
            DecodeRune "runtime.decoderune" Go (p w w) (i w) returns;
            CountRunes "runtime.countrunes" Go (p w) (w) returns;
            CmpString "runtime.cmpstring" Go (p w p w) (w) returns;
            // Interfaces.
            // (inter, typ) -> itab, or nil where the type lacks a method
            GetItab "runtime.getitab" Rust (p p) (p) returns;
            // (inter, typ) -> itab; panics for nil types and missing methods
            AssertE2I "runtime.assertE2I" Go (p p) (p) returns;
            // (inter, typ) -> itab or nil
            AssertE2I2 "runtime.assertE2I2" Go (p p) (p) returns;
            // (typ, x, y) data words; called when the type words are equal
            EfaceEq "runtime.efaceeq" Go (p p p) (b) returns;
            // (itab, x, y)
            IfaceEq "runtime.ifaceeq" Go (p p p) (b) returns;
            // Maps. typ: *abi.MapType.
            MapAccess1 "runtime.mapaccess1" Go (p p p) (p) returns;
            MapAccess2 "runtime.mapaccess2" Go (p p p) (p b) returns;
            MapAccess1Fat "runtime.mapaccess1_fat" Go (p p p p) (p) returns;
            MapAccess2Fat "runtime.mapaccess2_fat" Go (p p p p) (p b) returns;
            MapAssign "runtime.mapassign" Go (p p p) (p) returns;
            MapDelete "runtime.mapdelete" Go (p p p) () returns;
            MapAccess1Fast32 "runtime.mapaccess1_fast32" Go (p p i) (p) returns;
            MapAccess2Fast32 "runtime.mapaccess2_fast32" Go (p p i) (p b) returns;
            MapAssignFast32 "runtime.mapassign_fast32" Go (p p i) (p) returns;
            MapAssignFast32Ptr "runtime.mapassign_fast32ptr" Go (p p p) (p) returns;
            MapDeleteFast32 "runtime.mapdelete_fast32" Go (p p i) () returns;
            MapAccess1Fast64 "runtime.mapaccess1_fast64" Go (p p w) (p) returns;
            MapAccess2Fast64 "runtime.mapaccess2_fast64" Go (p p w) (p b) returns;
            MapAssignFast64 "runtime.mapassign_fast64" Go (p p w) (p) returns;
            MapAssignFast64Ptr "runtime.mapassign_fast64ptr" Go (p p p) (p) returns;
            MapDeleteFast64 "runtime.mapdelete_fast64" Go (p p w) () returns;
            MapAccess1FastStr "runtime.mapaccess1_faststr" Go (p p p w) (p) returns;
            MapAccess2FastStr "runtime.mapaccess2_faststr" Go (p p p w) (p b) returns;
            MapAssignFastStr "runtime.mapassign_faststr" Go (p p p w) (p) returns;
            MapDeleteFastStr "runtime.mapdelete_faststr" Go (p p p w) () returns;
            // (typ, hint, nil)
            MakeMap "runtime.makemap" Go (p w p) (p) returns;
            MakeMapSmall "runtime.makemap_small" Go () (p) returns;
            MapClear "runtime.mapclear" Go (p p) () returns;
            // (typ, m, *maps.Iter), (*maps.Iter)
            MapIterStart "runtime.mapIterStart" Go (p p p) () returns;
            MapIterNext "runtime.mapIterNext" Go (p) () returns;
            // Channels and goroutines.
            MakeChan "runtime.makechan" Rust (p w) (p) returns;
            ChanSend1 "runtime.chansend1" Rust (p p) () returns;
            ChanRecv1 "runtime.chanrecv1" Rust (p p) () returns;
            ChanRecv2 "runtime.chanrecv2" Rust (p p) (b) returns;
            CloseChan "runtime.closechan" Rust (p) () returns;
            ChanLen "runtime.chanlen" Rust (p) (w) returns;
            ChanCap "runtime.chancap" Rust (p) (w) returns;
            SelectNbSend "runtime.selectnbsend" Rust (p p) (b) returns;
            SelectNbRecv "runtime.selectnbrecv" Rust (p p) (b b) returns;
            // (cases: [](chan, elem), order: [2n]u16, pc, nsends, nrecvs, block) -> (index, received)
            SelectGo "runtime.selectgo" Rust (p p w w w w) (w b) returns;
            Block "runtime.block" Rust () () noreturn;
            // (funcval)
            NewProc "runtime.newproc" Rust (p) () returns;
            // Arithmetic.
            Complex128Div "runtime.complex128div" Go (d d d d) (d d) returns;
        }
    };
}

macro_rules! ty {
    (p) => {
        Ty::Ptr
    };
    (w) => {
        Ty::Word
    };
    (i) => {
        Ty::I32
    };
    (b) => {
        Ty::Bool
    };
    (d) => {
        Ty::F64
    };
    (f) => {
        Ty::F32
    };
}
macro_rules! returns {
    (returns) => {
        true
    };
    (noreturn) => {
        false
    };
}
macro_rules! table {
    ($($v:ident $sym:literal $prov:ident ($($p:ident)*) ($($r:ident)*) $ret:ident;)*) => {
        /// A row of the table.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[allow(missing_docs)]
        pub enum Builtin { $($v),* }
        /// All builtins, in the order of the enum.
        pub const ALL: &[Builtin] = &[$(Builtin::$v),*];
        impl Builtin {
            /// Symbol, provider and signature.
            pub const fn info(self) -> Info {
                match self {
                    $(Builtin::$v => Info {
                        symbol: $sym,
                        provider: Provider::$prov,
                        params: &[$(ty!($p)),*],
                        results: &[$(ty!($r)),*],
                        returns: returns!($ret),
                    }),*
                }
            }
        }
    };
}
for_each_builtin!(table);

impl Builtin {
    /// The builtin with link name `symbol`.
    pub fn by_symbol(symbol: &str) -> Option<Builtin> {
        ALL.iter().copied().find(|b| b.info().symbol == symbol)
    }
}
