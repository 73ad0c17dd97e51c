//! Composite literals: built in place.

use std::rc::Rc;

use undergo_source::Name;
use undergo_syntax::ast::*;
use undergo_types::{Ty, TyKind};

use crate::consts::int_bits;
use crate::func::FuncLower;
use crate::val::{Addr, Val};

/// What the memory that a literal is built in holds before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fresh {
    /// Zeros.
    Zero,
    /// Anything.
    Garbage,
}

impl FuncLower<'_> {
    /// Whether values of the type are built in memory rather than in scalars.
    pub fn in_place(&self, ty: Ty) -> bool {
        self.scalars(ty).is_none()
    }

    /// A composite literal as a value.
    pub fn composite(&mut self, n: &'static CompositeLit, ty: Ty) -> Val {
        match ty.under() {
            TyKind::Struct(_) | TyKind::Array(..) => {
                let at = self.temp(ty);
                self.literal_into(n, ty, at, Fresh::Garbage);
                self.load(ty, at)
            }
            TyKind::Slice(elem) => self.slice_literal(n, *elem),
            TyKind::Map(key, elem) => self.map_literal(n, ty, *key, *elem),
            // An inner literal whose `&T` is left out.
            TyKind::Pointer(elem) => self.new_literal(n, *elem),
            _ => self.refuse(n.lbrace, ty, format!("internal: literal of type {ty:?}")),
        }
    }

    /// `&T{…}`
    pub fn new_literal(&mut self, n: &'static CompositeLit, elem: Ty) -> Val {
        let p = self.new_object(elem);
        self.at(n.lbrace);
        match elem.under() {
            TyKind::Struct(_) | TyKind::Array(..) => self.literal_into(n, elem, Addr::new(p), Fresh::Zero),
            _ => {
                let v = self.composite(n, elem);
                self.store(elem, &v, Addr::new(p));
            }
        }
        Val::one(p)
    }

    /// Builds a struct or array literal in memory that nothing else refers to.
    pub fn literal_into(&mut self, n: &'static CompositeLit, ty: Ty, dst: Addr, fresh: Fresh) {
        if let Some(sym) = self.static_literal(n, ty) {
            let src = self.b.sym_addr(sym, 0);
            self.store(ty, &Val::Mem(src), dst);
            return;
        }
        match ty.under() {
            TyKind::Struct(fields) => {
                let complete = n.elts.len() == fields.len()
                    && !fields.iter().any(|f| f.name.is_blank())
                    && !n.elts.iter().any(|e| self.is_promoted_key(e, ty));
                let fresh = if complete { fresh } else { self.cleared(ty, dst, fresh) };
                self.order_literal(n, ty);
                for (i, e) in n.elts.iter().enumerate() {
                    let (path, value) = match e {
                        Expr::KeyValue(kv) => (self.field_path(ty, &kv.key), &kv.value),
                        e => (vec![i], e),
                    };
                    if matches!(path.as_slice(), [i] if fields[*i].name.is_blank()) {
                        // Evaluated, but never stored.
                        self.effect(value);
                        continue;
                    }
                    let (at, fty) = self.walk_fields(crate::place::Located { addr: dst, nilable: false }, ty, &path);
                    self.element_into(value, fty, at.addr, fresh);
                }
            }
            TyKind::Array(elem, len) => {
                let indices = self.literal_indices(n);
                let complete = indices.len() as u64 == *len;
                let fresh = if complete { fresh } else { self.cleared(ty, dst, fresh) };
                self.elements_into(n, &indices, *elem, dst, fresh);
            }
            _ => {
                let v = self.composite(n, ty);
                self.store(ty, &v, dst);
            }
        }
    }

    fn cleared(&mut self, ty: Ty, dst: Addr, fresh: Fresh) -> Fresh {
        if fresh == Fresh::Garbage {
            self.store_zero(ty, dst);
        }
        Fresh::Zero
    }

    /// A key that names a field of an embedded struct leaves the rest of that struct zero.
    fn is_promoted_key(&self, e: &'static Expr, ty: Ty) -> bool {
        match e {
            Expr::KeyValue(kv) => self.field_path(ty, &kv.key).len() != 1,
            _ => false,
        }
    }

    /// The way to the field that a key of a struct literal names.
    fn field_path(&self, ty: Ty, key: &Expr) -> Vec<usize> {
        let Expr::Ident(id) = key.unparen() else { return Vec::new() };
        if let TyKind::Struct(fields) = ty.under() {
            let here = self.unit.pkg.path;
            let own = |f: &undergo_types::Field| f.name == id.name && (f.pkg == here || id.name.is_exported());
            if let Some(i) = fields.iter().position(own) {
                return vec![i];
            }
        }
        match undergo_types::lookup::lookup(ty, true, id.name, self.unit.pkg.path).found() {
            Some(f) => f.path,
            None => Vec::new(),
        }
    }

    /// Values with effects run first, in source order.
    pub fn order_literal(&mut self, n: &'static CompositeLit, ty: Ty) {
        let is_struct = n.elts.iter().any(|e| matches!(e, Expr::KeyValue(kv) if self.tv(&kv.key).is_none()));
        let mut operands = Vec::with_capacity(n.elts.len());
        // Of each operand the element it becomes, or nothing for keys.
        let mut elements: Vec<Option<usize>> = Vec::with_capacity(n.elts.len());
        for (i, e) in n.elts.iter().enumerate() {
            match e {
                Expr::KeyValue(kv) => {
                    if !is_struct {
                        operands.push(&kv.key);
                        elements.push(None);
                    }
                    operands.push(&kv.value);
                }
                e => operands.push(e),
            }
            elements.push(Some(i));
        }
        let target = |fl: &Self, i: usize| fl.element_type(n, ty, elements[i]?);
        if matches!(ty.under(), TyKind::Map(..)) {
            self.order_all_as(&operands, &target);
        } else {
            self.order_as(&operands, &target);
        }
    }

    /// The type of element `i` of a literal, if its elements have one place each.
    fn element_type(&self, n: &CompositeLit, ty: Ty, i: usize) -> Option<Ty> {
        match ty.under() {
            TyKind::Struct(fields) => match &n.elts[i] {
                Expr::KeyValue(kv) => match self.field_path(ty, &kv.key).as_slice() {
                    [i] => Some(fields[*i].ty),
                    _ => None,
                },
                _ => Some(fields[i].ty),
            },
            TyKind::Array(elem, _) | TyKind::Slice(elem) | TyKind::Map(_, elem) => Some(*elem),
            _ => None,
        }
    }

    fn element_into(&mut self, value: &'static Expr, ty: Ty, at: Addr, fresh: Fresh) {
        if let Expr::CompositeLit(inner) = value
            && !self.saved.contains_key(&inner.id)
            && self.in_place(ty)
            && !ty.is_interface()
        {
            return self.literal_into(inner, ty, at, fresh);
        }
        if fresh == Fresh::Zero && self.is_zero_const(value) && !ty.is_interface() {
            return;
        }
        self.expr_into(value, ty, at);
    }

    fn is_zero_const(&self, e: &Expr) -> bool {
        use undergo_types::constant::Value;
        self.is_nil(e)
            || match self.tv(e).and_then(|tv| tv.value) {
                Some(Value::Int(n)) => *n == 0.into(),
                Some(Value::Bool(b)) => !b,
                Some(Value::Str(s)) => s.is_empty(),
                _ => false,
            }
    }

    /// Index of each element of an array or slice literal.
    fn literal_indices(&self, n: &'static CompositeLit) -> Vec<u64> {
        let mut next = 0;
        let index = |e: &Expr| {
            if let Expr::KeyValue(kv) = e
                && let Some(c) = self.tv(&kv.key).and_then(|tv| tv.value)
            {
                next = int_bits(c) as u64;
            }
            next += 1;
            next - 1
        };
        n.elts.iter().map(index).collect()
    }

    fn elements_into(&mut self, n: &'static CompositeLit, indices: &[u64], elem: Ty, dst: Addr, fresh: Fresh) {
        self.order_literal(n, Ty::slice(elem));
        let size = self.layout(elem).size;
        for (e, &i) in n.elts.iter().zip(indices) {
            let value = match e {
                Expr::KeyValue(kv) => &kv.value,
                e => e,
            };
            self.element_into(value, elem, dst.plus(i * size), fresh);
        }
    }

    fn slice_literal(&mut self, n: &'static CompositeLit, elem: Ty) -> Val {
        let indices = self.literal_indices(n);
        let len = indices.iter().max().map_or(0, |m| m + 1);
        let array = Ty::array(elem, len);
        let count = self.word(len as i64);
        let static_data = self.static_literal(n, array);
        if static_data.is_none() {
            self.inner_literal_first(n);
        }
        let p = self.new_object(array);
        if let Some(sym) = static_data {
            let src = self.b.sym_addr(sym, 0);
            self.store(array, &Val::Mem(src), Addr::new(p));
        } else {
            self.elements_into(n, &indices, elem, Addr::new(p), Fresh::Zero);
        }
        Val::three(p, count, count)
    }

    /// Evaluates the element of a literal that is a literal itself before the outer one gets its memory, if nothing else
    /// in the outer one could tell. Otherwise each pointer of a nest would be live across the write barriers of all
    /// that is inside of it.
    fn inner_literal_first(&mut self, n: &'static CompositeLit) {
        let values = n.elts.iter().map(|e| match e {
            Expr::KeyValue(kv) => &kv.value,
            e => e,
        });
        let mut varying = values.filter(|e| !self.is_stable(e));
        if let (Some(inner), None) = (varying.next(), varying.next())
            && self.is_literal(inner)
            && !self.saved.contains_key(&inner.id())
            && !self.in_place(self.ty(inner))
        {
            self.save(inner);
        }
    }

    fn is_literal(&self, e: &Expr) -> bool {
        match e {
            // Those without a type of their own have their value elsewhere.
            Expr::CompositeLit(n) => n.ty.is_some(),
            Expr::Unary(n) => n.op == UnaryOp::Addr && matches!(n.x.unparen(), Expr::CompositeLit(_)),
            _ => false,
        }
    }

    /// Read-only data for a literal of constants that is large enough for a copy to pay.
    fn static_literal(&mut self, n: &'static CompositeLit, ty: Ty) -> Option<Name> {
        if n.elts.len() < 4 || !self.in_place(ty) {
            return None;
        }
        if !self.may_be_static() {
            return None;
        }
        self.cx.static_literal(self.unit.info, n, ty)
    }

    /// Whether expressions mean here what they say: no values are kept for them, and types are those of the source.
    pub fn may_be_static(&self) -> bool {
        self.saved.is_empty() && self.unit.targs.is_empty()
    }

    /// Leaf scalars of a type carried as scalars.
    pub fn scalars(&self, ty: Ty) -> Option<Rc<[(undergo_ir::Type, u64)]>> {
        // More than this many values per expression would only lengthen the code: memory serves better.
        const MAX: usize = 4;
        self.cx.layout(ty).scalars.clone().filter(|s| s.len() <= MAX)
    }

    /// The layout of a type.
    pub fn layout(&self, ty: Ty) -> Rc<crate::layout::Layout> {
        self.cx.layout(ty)
    }
}
