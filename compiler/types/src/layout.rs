//! Sizes, alignments, field offsets and pointer masks: the gc compiler's rules for amd64.
//!
//! Two rules are not obvious. A struct whose last field has size zero is padded by one byte, so that the address of
//! that field does not point at the next object. A type's *pointer bytes* are the prefix of a value that can hold
//! pointers; what lies behind is never scanned.
//!
//! Incomplete types (in erroneous programs, or while their declaration is being checked) have size zero and are not
//! remembered. Sizes saturate instead of overflowing: [`TOO_LARGE`] is a bound for callers that report such types.

use std::sync::OnceLock;

use crate::ty::{Basic, Named, Ty, TyKind};

/// No type may be this large.
pub const TOO_LARGE: u64 = 1 << 50;
/// Size and alignment of a pointer.
pub const WORD: u64 = 8;

/// How values of a type lie in memory.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Layout {
    /// Bytes, a multiple of `align`.
    pub size: u64,
    /// Alignment, also as a field.
    pub align: u64,
    /// Length of the prefix that can hold pointers, a multiple of 8; 0 for none.
    pub ptr_bytes: u64,
    /// Offsets of a struct's fields.
    pub fields: Vec<u64>,
}

impl Layout {
    fn scalar(size: u64) -> Layout {
        Layout { size, align: size, ..Layout::default() }
    }

    fn words(n: u64, ptr_words: u64) -> Layout {
        Layout { size: n * WORD, align: WORD, ptr_bytes: ptr_words * WORD, fields: Vec::new() }
    }

    /// Whether values can hold pointers.
    pub fn has_ptrs(&self) -> bool {
        self.ptr_bytes > 0
    }

    /// Whether a value is stored in an interface's data word itself: it is exactly one pointer.
    pub fn direct_iface(&self) -> bool {
        self.size == WORD && self.ptr_bytes == WORD
    }
}

/// The memo of a type's layout, part of [`crate::ty::TyData`].
pub type Memo = OnceLock<Box<Layout>>;

/// The layout of a type of values.
pub fn layout(t: Ty) -> &'static Layout {
    static INCOMPLETE: Layout = Layout { size: 0, align: 1, ptr_bytes: 0, fields: Vec::new() };
    if let Some(l) = t.data().layout.get() {
        return l;
    }
    let mut w = Walk { active: Vec::new(), complete: true };
    w.ty(t);
    t.data().layout.get().map_or(&INCOMPLETE, |l| l)
}

/// The size of a type whose declaration may be incomplete; none if it is.
pub fn size_of(t: Ty) -> Option<u64> {
    complete_layout(t).map(|l| l.size)
}

/// The layout, unless something in it is not known (yet).
pub fn complete_layout(t: Ty) -> Option<&'static Layout> {
    layout(t);
    t.data().layout.get().map(|l| &**l)
}

/// `n` rounded up to a multiple of `align`, a power of two.
pub fn round_up(n: u64, align: u64) -> u64 {
    let align = align.max(1);
    n.checked_add(align - 1).map_or(u64::MAX / align * align, |n| n & !(align - 1))
}

struct Walk {
    /// Defined types being expanded; met again, the program is wrong.
    active: Vec<Named>,
    complete: bool,
}

impl Walk {
    fn ty(&mut self, t: Ty) -> Layout {
        if let Some(l) = t.data().layout.get() {
            return (**l).clone();
        }
        let outer = std::mem::replace(&mut self.complete, true);
        let l = self.compute(t);
        if self.complete {
            let _ = t.data().layout.set(Box::new(l.clone()));
        }
        self.complete &= outer;
        l
    }

    fn compute(&mut self, t: Ty) -> Layout {
        match t.kind() {
            TyKind::Basic(b) => self.basic(*b),
            TyKind::Named(n) => {
                let u = n.underlying();
                if self.active.contains(n) || u.is_invalid() {
                    return self.unknown();
                }
                self.active.push(*n);
                let l = self.ty(u);
                self.active.pop();
                l
            }
            TyKind::Pointer(_) | TyKind::Map(..) | TyKind::Chan(..) | TyKind::Func(_) => Layout::words(1, 1),
            TyKind::Slice(_) => Layout::words(3, 1),
            TyKind::Interface(_) => Layout::words(2, 2),
            TyKind::Array(e, n) => self.array(*e, *n),
            TyKind::Struct(fields) => self.sequence(fields.iter().map(|f| f.ty)),
            // Only as results of calls: as if they were fields.
            TyKind::Tuple(ts) => self.sequence(ts.iter().copied()),
            TyKind::TypeParam(_) | TyKind::Union(_) => self.unknown(),
        }
    }

    fn unknown(&mut self) -> Layout {
        self.complete = false;
        Layout { align: 1, ..Layout::default() }
    }

    fn basic(&mut self, b: Basic) -> Layout {
        use Basic::*;
        match b {
            Bool | Int8 | Uint8 | UntypedBool => Layout::scalar(1),
            Int16 | Uint16 => Layout::scalar(2),
            Int32 | Uint32 | Float32 | UntypedRune => Layout::scalar(4),
            Int64 | Uint64 | Int | Uint | Uintptr | Float64 | UntypedInt | UntypedFloat => Layout::scalar(8),
            Complex64 => Layout { size: 8, align: 4, ..Layout::default() },
            Complex128 | UntypedComplex => Layout { size: 16, align: 8, ..Layout::default() },
            String | UntypedString => Layout::words(2, 1),
            UnsafePointer | UntypedNil => Layout::words(1, 1),
            Invalid => self.unknown(),
        }
    }

    fn array(&mut self, elem: Ty, n: u64) -> Layout {
        let e = self.ty(elem);
        let ptr_bytes = match n.checked_sub(1) {
            Some(before) if e.has_ptrs() => e.size.saturating_mul(before).saturating_add(e.ptr_bytes),
            _ => 0,
        };
        Layout { size: e.size.saturating_mul(n), align: e.align, ptr_bytes, fields: Vec::new() }
    }

    fn sequence(&mut self, types: impl Iterator<Item = Ty>) -> Layout {
        let mut out = Layout { align: 1, ..Layout::default() };
        let mut last_is_empty = false;
        for t in types {
            let f = self.ty(t);
            let at = round_up(out.size, f.align);
            out.fields.push(at);
            out.align = out.align.max(f.align);
            if f.has_ptrs() {
                out.ptr_bytes = at.saturating_add(f.ptr_bytes);
            }
            out.size = at.saturating_add(f.size);
            last_is_empty = f.size == 0;
        }
        if last_is_empty && out.size > 0 {
            out.size = out.size.saturating_add(1);
        }
        out.size = round_up(out.size, out.align);
        out
    }
}

/// The pointer mask: bit i (of byte i / 8, from the lowest) says whether word i can hold a pointer. It has
/// `ptr_bytes / 8` bits, rounded up to whole bytes.
pub fn pointer_mask(t: Ty) -> Vec<u8> {
    let words = layout(t).ptr_bytes / WORD;
    let mut mask = vec![0; words.div_ceil(8) as usize];
    each_pointer(t, 0, &mut |offset| {
        let word = (offset / WORD) as usize;
        mask[word / 8] |= 1 << (word % 8);
    });
    mask
}

/// Calls `f` with the offset of every word of a value that can hold a pointer, plus `base`, in ascending order.
pub fn each_pointer(t: Ty, base: u64, f: &mut dyn FnMut(u64)) {
    if !layout(t).has_ptrs() {
        return;
    }
    match t.under() {
        TyKind::Array(e, n) => {
            let size = layout(*e).size;
            (0..*n).for_each(|i| each_pointer(*e, base + i * size, f));
        }
        TyKind::Struct(fields) => {
            for (field, off) in fields.iter().zip(&layout(t).fields) {
                each_pointer(field.ty, base + off, f);
            }
        }
        // The first word is a descriptor or an itab, which the collector does not manage.
        TyKind::Interface(_) => f(base + WORD),
        // Pointers, strings, slices and what else starts with its only pointer.
        _ => f(base),
    }
}

#[cfg(test)]
mod tests {
    use undergo_source::Name;

    use super::*;
    use crate::ty::Field;

    fn basic(b: Basic) -> Ty {
        Ty::basic(b)
    }
    fn strukt(types: &[Ty]) -> Ty {
        let field = |(i, &ty): (usize, &Ty)| Field {
            name: Name::new(&format!("F{i}")),
            pkg: Name::new("p"),
            ty,
            embedded: false,
            tag: Name::empty(),
        };
        Ty::new(TyKind::Struct(types.iter().enumerate().map(field).collect()))
    }
    /// (size, align, ptr_bytes)
    fn facts(t: Ty) -> (u64, u64, u64) {
        let l = layout(t);
        (l.size, l.align, l.ptr_bytes)
    }

    #[test]
    fn as_gc_lays_it_out() {
        let (i8, i32, i64, p) =
            (basic(Basic::Int8), basic(Basic::Int32), basic(Basic::Int64), basic(Basic::UnsafePointer));
        assert_eq!(facts(strukt(&[i8, i64, i8])), (24, 8, 0));
        assert_eq!(layout(strukt(&[i8, i32, i8])).fields, [0, 4, 8]);
        assert_eq!(facts(strukt(&[])), (0, 1, 0));
        // A trailing field of size zero costs a byte, a leading one does not.
        assert_eq!(facts(strukt(&[i64, strukt(&[])])), (16, 8, 0));
        assert_eq!(facts(strukt(&[strukt(&[]), i64])), (8, 8, 0));
        assert_eq!(facts(strukt(&[strukt(&[]), strukt(&[])])), (0, 1, 0));
        assert_eq!(facts(strukt(&[i64, Ty::array(i64, 0)])), (16, 8, 0));
        assert_eq!(facts(strukt(&[i64, p, i64])), (24, 8, 16));
        assert_eq!(facts(basic(Basic::Complex64)), (8, 4, 0));
        assert_eq!(facts(Ty::array(strukt(&[p, i64]), 3)), (48, 8, 40));
        assert_eq!(facts(Ty::slice(i8)), (24, 8, 8));
        assert!(layout(strukt(&[strukt(&[]), p])).direct_iface());
        assert!(layout(Ty::array(p, 1)).direct_iface());
        assert!(!layout(i64).direct_iface());
    }

    #[test]
    fn masks() {
        let (i64, p, s) = (basic(Basic::Int64), basic(Basic::UnsafePointer), basic(Basic::String));
        let any = crate::universe::any();
        assert_eq!(pointer_mask(strukt(&[p, i64, any, s])), [0b01_1001]);
        assert_eq!(pointer_mask(Ty::array(s, 5)), [0b0101_0101, 0b1]);
        assert_eq!(pointer_mask(i64), [0u8; 0]);
    }

    #[test]
    fn huge_types_saturate() {
        let t = Ty::array(Ty::array(basic(Basic::Int64), u64::MAX), u64::MAX);
        assert!(layout(t).size >= TOO_LARGE);
    }
}
