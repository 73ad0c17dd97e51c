//! Places: what can be assigned to or have its address taken.
//!
//! The operands of a place are evaluated when the place is made, its checks happen when it is used: in `a[i], b = x, y`
//! an index out of range panics only when `a[i]` is assigned.

use undergo_abi::g::BoundsCode;
use undergo_ir::{BinOp, InstData, Value};
use undergo_syntax::ast::*;
use undergo_types::{ObjKind, SelectionKind, Ty, TyKind};

use crate::func::FuncLower;
use crate::val::{Addr, Val};

/// Largest offset from a nil pointer that is certain to fault.
const NIL_PAGE: u64 = 4096;

/// An address, and whether its base may be nil without having been checked.
#[derive(Clone, Copy, Debug)]
pub struct Located {
    /// Where.
    pub addr: Addr,
    /// The base may be nil: an access near it faults, but taking the address must be checked.
    pub nilable: bool,
}

/// A left-hand side whose operands have been evaluated.
#[derive(Clone, Debug)]
pub enum Place {
    /// `_`
    Blank,
    /// Memory.
    Mem(Located),
    /// Element of a slice or array, not yet checked: base, index, length, element size.
    Elem {
        /// Address of element 0.
        base: Value,
        /// Index, I64.
        index: Value,
        /// Whether the index's type is unsigned.
        unsigned: bool,
        /// Number of elements.
        len: Value,
        /// Bytes per element.
        size: u64,
        /// Whether base may be nil (pointer to array).
        nilable: bool,
    },
    /// `m[k]`
    MapElem {
        /// The map's type.
        map: Ty,
        /// The map.
        m: Value,
        /// The key, of the map's key type.
        key: Val,
    },
}

impl FuncLower<'_> {
    /// Whether `e` denotes memory.
    pub fn is_addressable(&self, e: &Expr) -> bool {
        if !self.saved.is_empty() && self.saved.contains_key(&e.id()) {
            return false;
        }
        match e {
            Expr::Paren(n) => self.is_addressable(&n.x),
            Expr::Ident(id) => matches!(self.unit.info.obj(id.id).map(|o| &o.data().kind), Some(ObjKind::Var(_))),
            Expr::Selector(n) => match self.unit.info.selections.get(&n.id) {
                Some(sel) => {
                    sel.kind == SelectionKind::Field && (self.follows_pointer(n, sel) || self.is_addressable(&n.x))
                }
                None => matches!(self.unit.info.obj(n.sel.id).map(|o| &o.data().kind), Some(ObjKind::Var(_))),
            },
            Expr::Index(n) => match self.ty(&n.x).under() {
                TyKind::Slice(_) | TyKind::Pointer(_) => true,
                TyKind::Array(..) => self.is_addressable(&n.x),
                _ => false,
            },
            Expr::Star(_) => true,
            _ => false,
        }
    }

    /// Whether the last field lies behind a pointer.
    pub fn follows_pointer(&self, n: &SelectorExpr, sel: &undergo_types::Selection) -> bool {
        let mut ty = self.ty(&n.x);
        for &f in &sel.path {
            if ty.as_pointer().is_some() {
                return true;
            }
            let TyKind::Struct(fields) = ty.under() else { return false };
            ty = fields[f].ty;
        }
        false
    }

    /// The address of an addressable expression. Bounds are checked.
    pub fn addr(&mut self, e: &'static Expr) -> Located {
        match e {
            Expr::Paren(n) => self.addr(&n.x),
            Expr::Ident(id) => match self.unit.info.obj(id.id) {
                Some(o) => {
                    self.at(id.pos);
                    let addr = self.var_addr(o);
                    Located { addr, nilable: false }
                }
                None => self.addr_of_value(e),
            },
            Expr::Selector(n) => match self.unit.info.selections.get(&n.id) {
                Some(sel) if self.is_addressable(e) => self.field_place(n, sel).0,
                Some(_) => self.addr_of_value(e),
                None => match self.unit.info.obj(n.sel.id) {
                    Some(o) => {
                        let addr = self.var_addr(o);
                        Located { addr, nilable: false }
                    }
                    None => self.addr_of_value(e),
                },
            },
            Expr::Index(n) if self.is_addressable(e) => {
                let place = self.index_place(n);
                self.at(n.lbrack);
                self.check_place(&place)
            }
            Expr::Star(n) => {
                let p = self.expr1(&n.x);
                self.at(n.pos);
                Located { addr: Addr::new(p), nilable: true }
            }
            e => self.addr_of_value(e),
        }
    }

    /// A temporary that holds the value.
    fn addr_of_value(&mut self, e: &'static Expr) -> Located {
        let ty = self.ty(e);
        let at = self.temp(ty);
        self.expr_into(e, ty, at);
        Located { addr: at, nilable: false }
    }

    /// Place and type of a field whose operand is a pointer or addressable.
    pub fn field_place(&mut self, n: &'static SelectorExpr, sel: &undergo_types::Selection) -> (Located, Ty) {
        let xt = self.ty(&n.x);
        if let Some(elem) = xt.as_pointer() {
            let p = self.expr1(&n.x);
            self.at(n.dot);
            return self.walk_fields(Located { addr: Addr::new(p), nilable: true }, elem, &sel.path);
        }
        let from = if self.is_addressable(&n.x) { self.addr(&n.x) } else { self.addr_of_value(&n.x) };
        self.at(n.dot);
        self.walk_fields(from, xt, &sel.path)
    }

    /// From a struct (or, at embedded pointers, through them) to the field at `path`.
    pub fn walk_fields(&mut self, mut at: Located, mut ty: Ty, path: &[usize]) -> (Located, Ty) {
        for &f in path {
            if let Some(elem) = ty.as_pointer() {
                let p = self.load_at(at, ty).get(0);
                at = Located { addr: Addr::new(p), nilable: true };
                ty = elem;
            }
            let TyKind::Struct(fields) = ty.under() else { break };
            let off = self.layout(ty).fields[f];
            at.addr = at.addr.plus(off);
            ty = fields[f].ty;
        }
        (at, ty)
    }

    /// Reads a value; a nil base panics.
    pub fn load_at(&mut self, at: Located, ty: Ty) -> Val {
        self.guard(at, ty);
        self.load(ty, at.addr)
    }

    /// Writes a value; a nil base panics.
    pub fn store_at(&mut self, at: Located, ty: Ty, v: &Val) {
        self.guard(at, ty);
        self.store(ty, v, at.addr);
    }

    /// Checks a base that may be nil if the access itself might not fault.
    pub fn guard(&mut self, at: Located, ty: Ty) {
        if !at.nilable {
            return;
        }
        let size = self.layout(ty).size;
        let in_place = self.scalars(ty).is_none();
        // Large values are read lazily, perhaps never, and copies may start at their end.
        if size == 0 || in_place || at.addr.off as u64 + size > NIL_PAGE {
            self.b.push(InstData::NilCheck(at.addr.base), &[]);
        }
    }

    /// The place of `x[i]`, x not a map.
    pub fn index_place(&mut self, n: &'static IndexExpr) -> Place {
        let xt = self.ty(&n.x);
        let index = &n.indices[0];
        self.order(&[&n.x, index]);
        // A variable is read when its elements are: `a[a[a[i]]]` should not hold on to three slices at once.
        let early = matches!(n.x.unparen(), Expr::Ident(_)).then(|| self.index_value(index));
        let (base, len, elem, nilable) = match xt.under() {
            TyKind::Slice(elem) => {
                let s = self.expr(&n.x);
                (s.get(0), s.get(1), *elem, false)
            }
            TyKind::Array(elem, count) => {
                let a = self.addr(&n.x);
                let base = self.address(a.addr);
                // A constant offset from nil is only lost when it is large; check then.
                if a.nilable {
                    self.b.push(InstData::NilCheck(a.addr.base), &[]);
                }
                (base, self.word(*count as i64), *elem, false)
            }
            TyKind::Pointer(array) => {
                let p = self.expr1(&n.x);
                match array.under() {
                    TyKind::Array(elem, count) => (p, self.word(*count as i64), *elem, true),
                    _ => (p, self.word(0), Ty::invalid(), true),
                }
            }
            _ => {
                self.refuse(n.lbrack, Ty::invalid(), format!("internal: index of {xt:?}"));
                return Place::Blank;
            }
        };
        let (index, unsigned) = early.unwrap_or_else(|| self.index_value(index));
        let size = self.layout(elem).size;
        Place::Elem { base, index, unsigned, len, size, nilable }
    }

    /// Checks the bounds of a place and gives its address.
    pub fn check_place(&mut self, p: &Place) -> Located {
        match p {
            Place::Mem(l) => *l,
            &Place::Elem { base, index, unsigned, len, size, nilable } => {
                if nilable && (self.const_of(index).is_none() || size > 512) {
                    self.b.push(InstData::NilCheck(base), &[]);
                }
                self.check_bounds(BoundsCode::Index, index, len, unsigned);
                let addr = self.elem_addr(base, index, size);
                Located { addr, nilable: nilable && addr.base == base }
            }
            Place::Blank | Place::MapElem { .. } => Located { addr: Addr::new(self.b.nil()), nilable: true },
        }
    }

    /// Address of element `index`.
    pub fn elem_addr(&mut self, base: Value, index: Value, size: u64) -> Addr {
        if let Some(i) = self.const_of(index)
            && let Some(off) = i.checked_mul(size as i64).filter(|o| (0..1 << 30).contains(o))
        {
            return Addr { base, off };
        }
        let off = match size {
            1 => index,
            _ => {
                let size = self.word(size as i64);
                self.b.binary(BinOp::Mul, index, size)
            }
        };
        Addr::new(self.b.ptr_add(base, off))
    }

    /// Evaluates the operands of a left-hand side.
    pub fn place(&mut self, e: &'static Expr) -> Place {
        match e {
            Expr::Paren(n) => self.place(&n.x),
            Expr::Ident(id) if id.name.is_blank() => Place::Blank,
            Expr::Index(n) => match self.ty(&n.x).under() {
                TyKind::Map(key, _) => {
                    let map = self.ty(&n.x);
                    self.order(&[&n.x, &n.indices[0]]);
                    let m = self.expr1(&n.x);
                    let key_val = self.expr_as(&n.indices[0], *key);
                    let key = self.own(*key, key_val);
                    Place::MapElem { map, m, key }
                }
                _ => self.index_place(n),
            },
            e => Place::Mem(self.addr(e)),
        }
    }

    /// The type of a left-hand side; none for `_`.
    pub fn place_type(&self, e: &Expr) -> Option<Ty> {
        match e.unparen() {
            Expr::Ident(id) if id.name.is_blank() => None,
            Expr::Ident(id) => self.unit.info.obj(id.id).map(|o| self.subst(o.type_())),
            Expr::Index(n) => self.map_elem(&n.x).or_else(|| Some(self.ty(e))),
            e => Some(self.ty(e)),
        }
    }

    /// The element type, if `x` is a map.
    pub fn map_elem(&self, x: &Expr) -> Option<Ty> {
        match self.ty(x).under() {
            TyKind::Map(_, elem) => Some(*elem),
            _ => None,
        }
    }

    /// Assigns to a place.
    pub fn assign_place(&mut self, p: &Place, ty: Ty, v: &Val) {
        match p {
            Place::Blank => {}
            Place::MapElem { map, m, key } => {
                let slot = self.map_assign(*map, *m, key);
                self.store(ty, v, Addr::new(slot));
            }
            p => {
                let at = self.check_place(p);
                self.store_at(at, ty, v);
            }
        }
    }

    /// Reads a place.
    pub fn read_place(&mut self, p: &Place, ty: Ty) -> Val {
        match p {
            Place::Blank => self.zero(ty),
            Place::MapElem { map, m, key } => self.map_read(*map, *m, key),
            p => {
                let at = self.check_place(p);
                self.load_at(at, ty)
            }
        }
    }

    /// The place with its checks done, for `op=`: read first, then written, checked once.
    pub fn settle(&mut self, p: Place) -> Place {
        match p {
            Place::Elem { .. } => Place::Mem(self.check_place(&p)),
            p => p,
        }
    }
}
