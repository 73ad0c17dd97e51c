//! The functions of package unsafe.

use undergo_syntax::ast::Expr;
use undergo_syntax::print::expr_string;
use undergo_types::constant::Value;
use undergo_types::layout::{TOO_LARGE, complete_layout, layout};
use undergo_types::lookup::{Lookup, Member};
use undergo_types::predicates::core_type;
use undergo_types::{Basic, BuiltinId, Mode, Named, SelectionKind, Ty, TyKind};

use crate::builtins::BuiltinCall;
use crate::checker::Checker;
use crate::cycles::first_in_source;
use crate::index::Sign;
use crate::operand::{OpMode, Operand};

impl<'a> Checker<'a> {
    pub(crate) fn unsafe_builtin(&mut self, x: &mut Operand, b: &BuiltinCall, args: Vec<Operand>) -> bool {
        use BuiltinId::*;
        match b.id {
            UnsafeAdd => self.unsafe_add(x, b, args),
            UnsafeAlignof => self.sizeof_or_alignof(x, b, "argument to unsafe.Alignof"),
            UnsafeSizeof => self.sizeof_or_alignof(x, b, "argument to unsafe.Sizeof"),
            UnsafeOffsetof => self.offsetof(x, b),
            UnsafeSlice => self.unsafe_slice(x, b, args),
            UnsafeSliceData => {
                self.unsafe_version(b, (1, 20), "unsafe.SliceData");
                match core_type(x.ty).map(Ty::kind) {
                    Some(TyKind::Slice(e)) => self.builtin_value(x, b, &[Ty::slice(*e)], Ty::pointer(*e)),
                    _ => self.invalid_argument(x, "is not a slice"),
                }
            }
            UnsafeString => self.unsafe_string(x, b, args),
            UnsafeStringData => {
                self.unsafe_version(b, (1, 20), "unsafe.StringData");
                let string = Ty::basic(Basic::String);
                self.assignment(x, Some(string), "argument to unsafe.StringData");
                x.is_valid() && self.builtin_value(x, b, &[string], byte_pointer())
            }
            _ => false,
        }
    }

    fn unsafe_version(&mut self, b: &BuiltinCall, v: (u32, u32), what: &str) {
        self.verify_version(b.call.fun.err_pos(), v, what);
    }

    fn invalid_argument(&mut self, x: &Operand, why: &str) -> bool {
        let op = self.operand_str(x);
        self.error_op(x, format!("invalid argument: {op} {why}"));
        false
    }

    fn unsafe_add(&mut self, x: &mut Operand, b: &BuiltinCall, mut args: Vec<Operand>) -> bool {
        self.unsafe_version(b, (1, 17), "unsafe.Add");
        let pointer = Ty::basic(Basic::UnsafePointer);
        self.assignment(x, Some(pointer), "argument to unsafe.Add");
        if !x.is_valid() || !self.is_valid_index(&mut args[1], "length", Sign::Any) {
            return false;
        }
        self.builtin_value(x, b, &[pointer, args[1].ty], pointer)
    }

    fn unsafe_slice(&mut self, x: &mut Operand, b: &BuiltinCall, mut args: Vec<Operand>) -> bool {
        self.unsafe_version(b, (1, 17), "unsafe.Slice");
        let Some(TyKind::Pointer(elem)) = core_type(x.ty).map(Ty::kind) else {
            return self.invalid_argument(x, "is not a pointer");
        };
        if !self.is_valid_index(&mut args[1], "length", Sign::NonNegative) {
            return false;
        }
        self.builtin_value(x, b, &[Ty::pointer(*elem), args[1].ty], Ty::slice(*elem))
    }

    fn unsafe_string(&mut self, x: &mut Operand, b: &BuiltinCall, mut args: Vec<Operand>) -> bool {
        self.unsafe_version(b, (1, 20), "unsafe.String");
        self.assignment(x, Some(byte_pointer()), "argument to unsafe.String");
        if !x.is_valid() || !self.is_valid_index(&mut args[1], "length", Sign::NonNegative) {
            return false;
        }
        self.builtin_value(x, b, &[byte_pointer(), args[1].ty], Ty::basic(Basic::String))
    }

    fn sizeof_or_alignof(&mut self, x: &mut Operand, b: &BuiltinCall, context: &str) -> bool {
        self.assignment(x, None, context);
        if !x.is_valid() {
            return false;
        }
        let uintptr = Ty::basic(Basic::Uintptr);
        if self.has_variable_size(x.ty, &mut Vec::new()) {
            return self.builtin_value(x, b, &[x.ty], uintptr);
        }
        let l = layout(x.ty);
        if b.id == BuiltinId::UnsafeSizeof && l.size >= TOO_LARGE {
            let op = self.operand_str(x);
            self.error_op(x, format!("{op} is too large"));
            return false;
        }
        let n = if b.id == BuiltinId::UnsafeSizeof { l.size } else { l.align };
        x.set_const(uintptr, Value::int(n.into()));
        true
    }

    fn offsetof(&mut self, x: &mut Operand, b: &BuiltinCall) -> bool {
        let arg = &b.call.args[0];
        let Expr::Selector(s) = arg.unparen() else {
            let text = expr_string(arg);
            self.error(arg.err_pos(), format!("invalid argument: {text} is not a selector expression"));
            self.use_exprs([arg]);
            return false;
        };
        self.expr(None, x, &s.x);
        if !x.is_valid() {
            return false;
        }
        // Only one pointer may be followed: that of the operand itself.
        let base = match x.ty.as_pointer() {
            Some(p) if matches!(p.under(), TyKind::Struct(_)) => p,
            _ => x.ty,
        };
        let name = s.sel.name;
        let found = match self.lookup_member(base, false, name) {
            Lookup::Found(f) => f,
            Lookup::NeedsPointer(_) => return self.method_offset(arg),
            _ => {
                let t = self.type_str(base);
                self.error_op(x, format!("invalid argument: {t} has no single field {name}"));
                return false;
            }
        };
        let Member::Field(field) = found.member else { return self.method_offset(arg) };
        if found.indirect {
            let t = self.type_str(base);
            self.error_op(x, format!("invalid argument: field {name} is embedded via a pointer in {t}"));
            return false;
        }
        self.note_selection(s, SelectionKind::Field, base, &found, field.ty);
        let mode = if x.mode == OpMode::Variable { Mode::Variable } else { Mode::Value };
        self.record_type_id(s.id, mode, field.ty, None);
        let uintptr = Ty::basic(Basic::Uintptr);
        if self.has_variable_size(base, &mut Vec::new()) {
            return self.builtin_value(x, b, &[field.ty], uintptr);
        }
        let (mut offset, mut at) = (0u64, base);
        for &i in &found.path {
            let TyKind::Struct(fields) = at.under() else { break };
            offset = offset.saturating_add(layout(at).fields.get(i).copied().unwrap_or(0));
            at = fields[i].ty;
        }
        if offset >= TOO_LARGE {
            let op = self.operand_str(x);
            self.error_op(x, format!("{op} is too large"));
            return false;
        }
        x.set_const(uintptr, Value::int(offset.into()));
        true
    }

    /// Whether the size depends on type arguments: then it is no constant. Nor is it if the type contains itself,
    /// which is reported.
    fn has_variable_size(&mut self, t: Ty, active: &mut Vec<Named>) -> bool {
        if !t.has_params() && complete_layout(t).is_some() {
            return false;
        }
        match t.kind() {
            TyKind::TypeParam(_) => true,
            TyKind::Array(e, _) => self.has_variable_size(*e, active),
            TyKind::Struct(fields) => fields.iter().any(|f| self.has_variable_size(f.ty, active)),
            TyKind::Named(n) => {
                if let Some(i) = active.iter().position(|a| a == n) {
                    let cycle = active[i..].to_vec();
                    self.type_cycle_error(&cycle);
                    return true;
                }
                if !self.is_complete(t) {
                    return true;
                }
                let obj = n.generic().obj;
                if let Some(&i) = self.path_index.get(&obj) {
                    let cycle = self.obj_path[i..].to_vec();
                    self.cycle_error(&cycle, first_in_source(&cycle));
                    return true;
                }
                active.push(*n);
                self.path_index.insert(obj, self.obj_path.len());
                self.obj_path.push(obj);
                let variable = self.has_variable_size(t.underlying(), active);
                self.obj_path.pop();
                self.path_index.remove(&obj);
                active.pop();
                variable
            }
            _ => false,
        }
    }

    fn method_offset(&mut self, arg: &'static Expr) -> bool {
        let text = expr_string(arg);
        self.error(arg.err_pos(), format!("invalid argument: {text} is a method value"));
        false
    }
}

fn byte_pointer() -> Ty {
    Ty::pointer(undergo_types::universe::byte())
}
