//! `print` and `println`.

use undergo_abi::builtins::Builtin;
use undergo_types::{Basic, BuiltinId, Ty, TyKind};

use crate::alg::is_empty_interface;
use crate::func::FuncLower;
use crate::val::Val;

impl FuncLower<'_> {
    /// Prints values as one operation.
    pub fn print(&mut self, id: BuiltinId, args: &[(Val, Ty)]) {
        self.b.builtin(Builtin::PrintLock, &[]);
        for (i, (v, ty)) in args.iter().enumerate() {
            if i > 0 && id == BuiltinId::Println {
                self.b.builtin(Builtin::PrintSp, &[]);
            }
            self.print_value(v, *ty);
        }
        if id == BuiltinId::Println {
            self.b.builtin(Builtin::PrintNl, &[]);
        }
        self.b.builtin(Builtin::PrintUnlock, &[]);
    }

    fn print_value(&mut self, v: &Val, ty: Ty) {
        match ty.under() {
            TyKind::Basic(b) => self.print_basic(v, ty, *b),
            TyKind::Interface(_) => {
                let b = if is_empty_interface(ty) { Builtin::PrintEface } else { Builtin::PrintIface };
                self.b.builtin(b, &[v.get(0), v.get(1)]);
            }
            TyKind::Slice(_) => {
                self.b.builtin(Builtin::PrintSlice, &[v.get(0), v.get(1), v.get(2)]);
            }
            _ => {
                self.b.builtin(Builtin::PrintPointer, &[v.get(0)]);
            }
        }
    }

    fn print_basic(&mut self, v: &Val, ty: Ty, b: Basic) {
        use Basic::*;
        match b {
            Bool | UntypedBool => {
                let w = self.extend(v.get(0), true);
                self.b.builtin(Builtin::PrintBool, &[w]);
            }
            String | UntypedString => {
                self.b.builtin(Builtin::PrintString, &[v.get(0), v.get(1)]);
            }
            Float32 => {
                self.b.builtin(Builtin::PrintFloat32, &[v.get(0)]);
            }
            Float64 | UntypedFloat => {
                self.b.builtin(Builtin::PrintFloat64, &[v.get(0)]);
            }
            Complex64 => {
                self.b.builtin(Builtin::PrintComplex64, &[v.get(0), v.get(1)]);
            }
            Complex128 | UntypedComplex => {
                self.b.builtin(Builtin::PrintComplex128, &[v.get(0), v.get(1)]);
            }
            UnsafePointer | UntypedNil => {
                self.b.builtin(Builtin::PrintPointer, &[v.get(0)]);
            }
            b => {
                let unsigned = crate::convert::is_unsigned(b);
                let w = self.extend(v.get(0), unsigned);
                // The runtime's own type for addresses in messages.
                let hex = ty.as_named().is_some_and(|n| {
                    n.obj.name.as_str() == "hex" && n.obj.pkg.is_some_and(|p| p.path.as_str() == "runtime")
                });
                let builtin = match (hex, unsigned) {
                    (true, _) => Builtin::PrintHex,
                    (false, true) => Builtin::PrintUint,
                    (false, false) => Builtin::PrintInt,
                };
                self.b.builtin(builtin, &[w]);
            }
        }
    }
}
