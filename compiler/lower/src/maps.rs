//! Map operations: which function of the runtime serves which type of map.

use undergo_abi::builtins::{Builtin, ZEROS};
use undergo_ir::{IntCond, Sym, Type, Value};
use undergo_syntax::ast::*;
use undergo_types::{Basic, Ty, TyKind};

use crate::alg::regular_memory;
use crate::func::FuncLower;
use crate::val::{Addr, Val};

/// Elements above this size have no place in the runtime's shared zero value.
const ZERO_VALUE_SIZE: u64 = 1024;
/// Larger elements are stored indirectly, which the fast variants do not know.
const FAST_ELEM_SIZE: u64 = 128;

/// How a map's keys are handed to the runtime.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Keys {
    Bits32,
    Bits64,
    /// As `Bits64`, but stored as pointers.
    Pointer,
    Text,
    Memory,
}

fn keys(map: Ty) -> (Keys, Ty, Ty) {
    let TyKind::Map(key, elem) = map.under() else { return (Keys::Memory, Ty::invalid(), Ty::invalid()) };
    let (k, e) = (undergo_types::layout::layout(*key), undergo_types::layout::layout(*elem));
    let kind = if e.size > FAST_ELEM_SIZE {
        Keys::Memory
    } else if key.as_basic() == Some(Basic::String) {
        Keys::Text
    } else if !regular_memory(*key) {
        Keys::Memory
    } else {
        match (k.size, k.has_ptrs()) {
            (4, _) => Keys::Bits32,
            (8, false) => Keys::Bits64,
            (8, true) => Keys::Pointer,
            _ => Keys::Memory,
        }
    };
    (kind, *key, *elem)
}

impl FuncLower<'_> {
    /// Arguments that stand for the key.
    fn key_args(&mut self, kind: Keys, key_ty: Ty, key: &Val, as_pointer: bool) -> Vec<Value> {
        let word = |fl: &mut Self, t: Type| match key {
            Val::Scalars(s) if s.len() == 1 => {
                let v = s[0];
                match (fl.b.func.ty(v), t) {
                    (a, b) if a == b => v,
                    (Type::Ptr, _) => fl.to_word(v),
                    (_, Type::Ptr) => fl.to_ptr(v),
                    _ => fl.resize(v, true, t),
                }
            }
            v => {
                let at = Addr::new(fl.spill(key_ty, v));
                fl.load_scalar(t, at)
            }
        };
        match kind {
            Keys::Bits32 => vec![word(self, Type::I32)],
            Keys::Bits64 => vec![word(self, Type::I64)],
            Keys::Pointer if as_pointer => vec![word(self, Type::Ptr)],
            Keys::Pointer => vec![word(self, Type::I64)],
            Keys::Text => vec![key.get(0), key.get(1)],
            Keys::Memory => vec![self.spill(key_ty, key)],
        }
    }

    fn map_call(&mut self, map: Ty, m: Value, which: [Builtin; 5], key: &Val) -> Vec<Value> {
        let (kind, key_ty, _) = keys(map);
        let builtin = match kind {
            Keys::Bits32 => which[0],
            Keys::Bits64 => which[1],
            Keys::Pointer => which[2],
            Keys::Text => which[3],
            Keys::Memory => which[4],
        };
        let as_pointer = builtin == Builtin::MapAssignFast64Ptr;
        let mut args = vec![self.type_addr(map), m];
        args.extend(self.key_args(kind, key_ty, key, as_pointer));
        self.b.builtin(builtin, &args)
    }

    /// The address of the element for `key`, which is created if need be.
    pub fn map_assign(&mut self, map: Ty, m: Value, key: &Val) -> Value {
        use Builtin::*;
        self.map_call(map, m, [MapAssignFast32, MapAssignFast64, MapAssignFast64Ptr, MapAssignFastStr, MapAssign], key)
            [0]
    }

    /// `delete(m, key)`
    pub fn map_delete(&mut self, map: Ty, m: Value, key: &Val) {
        use Builtin::*;
        self.map_call(map, m, [MapDeleteFast32, MapDeleteFast64, MapDeleteFast64, MapDeleteFastStr, MapDelete], key);
    }

    /// `m[key]`
    pub fn map_read(&mut self, map: Ty, m: Value, key: &Val) -> Val {
        use Builtin::*;
        let (_, key_ty, elem) = keys(map);
        let p = if self.layout(elem).size > ZERO_VALUE_SIZE {
            let args = self.fat_args(map, m, key_ty, key, elem);
            self.b.builtin(MapAccess1Fat, &args)[0]
        } else {
            self.map_call(
                map,
                m,
                [MapAccess1Fast32, MapAccess1Fast64, MapAccess1Fast64, MapAccess1FastStr, MapAccess1],
                key,
            )[0]
        };
        self.load(elem, Addr::new(p))
    }

    fn map_read_ok(&mut self, map: Ty, m: Value, key: &Val) -> (Val, Value) {
        use Builtin::*;
        let (_, key_ty, elem) = keys(map);
        let r = if self.layout(elem).size > ZERO_VALUE_SIZE {
            let args = self.fat_args(map, m, key_ty, key, elem);
            self.b.builtin(MapAccess2Fat, &args)
        } else {
            self.map_call(
                map,
                m,
                [MapAccess2Fast32, MapAccess2Fast64, MapAccess2Fast64, MapAccess2FastStr, MapAccess2],
                key,
            )
        };
        (self.load(elem, Addr::new(r[0])), r[1])
    }

    /// Arguments of the functions that get a zero value from their caller.
    fn fat_args(&mut self, map: Ty, m: Value, key_ty: Ty, key: &Val, elem: Ty) -> Vec<Value> {
        let typ = self.type_addr(map);
        let key = self.spill(key_ty, key);
        let zero = self.temp(elem);
        self.store_zero(elem, zero);
        vec![typ, m, key, zero.base]
    }

    /// A key that is only looked up: `m[string(bytes)]` copies nothing.
    fn lookup_key(&mut self, e: &'static Expr, key: Ty) -> Val {
        if key.as_basic() == Some(Basic::String) && !self.is_nil(e) && !self.ty(e).is_interface() {
            return self.string_operand(e);
        }
        self.expr_as(e, key)
    }

    /// `m[k]` as a value.
    pub fn map_index(&mut self, n: &'static IndexExpr) -> Val {
        let map = self.ty(&n.x);
        let (_, key, _) = keys(map);
        self.order(&[&n.x, &n.indices[0]]);
        let m = self.expr1(&n.x);
        let k = self.lookup_key(&n.indices[0], key);
        self.at(n.lbrack);
        self.map_read(map, m, &k)
    }

    /// `v, ok := m[k]`
    pub fn map_lookup_ok(&mut self, n: &'static IndexExpr) -> (Val, Value) {
        let map = self.ty(&n.x);
        let (_, key, _) = keys(map);
        self.order(&[&n.x, &n.indices[0]]);
        let m = self.expr1(&n.x);
        let k = self.lookup_key(&n.indices[0], key);
        self.at(n.lbrack);
        self.map_read_ok(map, m, &k)
    }

    /// `len(m)`: the map's first word, or that of zeros for nil. Without a branch, so that code generation sees when the
    /// same length is asked for twice.
    pub fn map_len(&mut self, m: Value) -> Value {
        let zeros = self.b.sym_addr(Sym::new(ZEROS), 0);
        let is_nil = self.b.icmp_imm(IntCond::Eq, m, 0);
        let at = self.b.select(is_nil, zeros, m);
        self.load_scalar(Type::I64, Addr::new(at))
    }

    /// `make(map[K]V, hint)`; no hint is 0.
    pub fn make_map(&mut self, map: Ty, hint: Option<Value>) -> Value {
        let small = hint.is_none_or(|h| self.const_of(h).is_some_and(|n| (0..=8).contains(&n)));
        if small {
            return self.b.builtin(Builtin::MakeMapSmall, &[])[0];
        }
        let hint = hint.unwrap_or_else(|| self.word(0));
        let (typ, nil) = (self.type_addr(map), self.b.nil());
        self.b.builtin(Builtin::MakeMap, &[typ, hint, nil])[0]
    }
}
