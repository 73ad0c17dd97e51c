//! Types that are larger than gc allows: it finds them when it lays types out, after type checking.
//!
//! The error goes to the declaration whose type they are part of, for parameters to the function's. A defined type
//! answers for itself, so that a declaration is looked into as far as the next defined type.

use rustc_hash::FxHashSet;
use undergo_source::Pos;
use undergo_types::layout::{TOO_LARGE, size_of};
use undergo_types::{Obj, ObjKind, Ty, TyKind, VarKind};

use crate::checker::Checker;

/// Bytes of a channel's elements are fewer than these.
const CHANNEL_ELEMENT: u64 = 1 << 16;

impl Checker<'_> {
    /// Checks the types of all variables and functions, and the types that are declared here.
    pub(crate) fn type_sizes(&mut self) {
        let mut declared: Vec<Obj> = Vec::new();
        for info in &self.infos {
            let defs = info.objs.iter().zip(&info.is_def).filter(|(_, is_def)| **is_def);
            declared.extend(defs.filter_map(|(obj, _)| *obj));
        }
        declared.sort_by_key(|o| o.pos);
        for obj in declared {
            let mut seen = FxHashSet::default();
            match &obj.kind {
                ObjKind::Var(VarKind::Param | VarKind::Result | VarKind::Recv) => {}
                ObjKind::TypeName { alias: false, .. } => self.parts(obj.type_().underlying(), obj.pos, &mut seen),
                ObjKind::TypeName { .. } | ObjKind::Var(_) | ObjKind::Func(_) => {
                    self.parts(obj.type_(), obj.pos, &mut seen)
                }
                _ => {}
            }
        }
    }

    /// Checks `t` and what it is made of, unless that has been done.
    fn parts(&mut self, t: Ty, pos: Pos, seen: &mut FxHashSet<Ty>) {
        if t.has_params() || !seen.insert(t) {
            return;
        }
        match t.kind() {
            TyKind::Named(n) if !n.targs.is_empty() => self.parts(t.underlying(), pos, seen),
            TyKind::Pointer(e) | TyKind::Slice(e) => self.parts(*e, pos, seen),
            TyKind::Array(e, _) => {
                self.parts(*e, pos, seen);
                self.addressable_size(t, pos);
            }
            TyKind::Struct(fields) => {
                fields.iter().for_each(|f| self.parts(f.ty, pos, seen));
                self.addressable_size(t, pos);
            }
            TyKind::Map(k, e) => {
                self.parts(*k, pos, seen);
                self.parts(*e, pos, seen);
            }
            TyKind::Chan(_, e) => {
                self.parts(*e, pos, seen);
                if size_of(*e).is_some_and(|size| size >= CHANNEL_ELEMENT) {
                    self.error(pos, "channel element type too large (>64kB)");
                }
            }
            TyKind::Func(sig) => sig.params.iter().chain(&sig.results).for_each(|p| self.parts(p.ty, pos, seen)),
            _ => {}
        }
    }

    fn addressable_size(&mut self, t: Ty, pos: Pos) {
        if size_of(t).is_some_and(|size| size >= TOO_LARGE) {
            let t = self.type_str(t);
            self.error(pos, format!("type {t} larger than address space"));
        }
    }
}
