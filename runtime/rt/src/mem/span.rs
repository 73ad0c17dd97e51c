//! Spans: runs of pages that hold objects of one size, and the way from an address to its object.

use super::reserve::Reserve;
use super::special::Special;
use crate::types::Type;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicU32, AtomicU64};
use undergo_rtcore::grey::Grey;
use undergo_rtcore::object_bits::{Bits, FIRST_READ, MAX_WITH_READ, Pair};
use undergo_rtcore::size_class::{MASK_IN_SPAN_MAX, N_CLASSES, PAGE, PAGE_SHIFT, SIZES, Scan, index_by, reciprocal};

/// The heap itself.
pub static HEAP: Reserve = Reserve::new();
/// `*mut Span` per page (M1).
pub static PAGE_TABLE: Reserve = Reserve::new();
/// [`Bits`] per page, used at the first page of a span of more than 64 objects, or whose objects are read together.
pub static BITS: Reserve = Reserve::new();
/// A bit per word of each page: pointer masks of objects up to [`MASK_IN_SPAN_MAX`] bytes.
pub static MASKS: Reserve = Reserve::new();

/// Bytes of the heap for which there is a word of pointer masks.
const MASKED: usize = 512;

/// Number of span classes: a size class with and one without pointers each.
pub const N_SPAN_CLASSES: usize = 2 * N_CLASSES;

/// Size class times two, plus one if the objects hold no pointers. Go: `spanClass`.
#[inline]
pub const fn span_class(class: usize, scan: Scan) -> usize {
    class * 2 + matches!(scan, Scan::No) as usize
}

/// What a span is to [`super::arena`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arena {
    /// Nothing.
    No,
    /// A chunk.
    Chunk,
    /// A chunk that has been freed.
    Closed,
    /// One that cannot be accessed.
    Sealed,
}

/// A run of pages in use. Go: `runtime.mspan`.
///
/// | field | who | when |
/// |---|---|---|
/// | start, pages, class, scan, elem, objects, bits | page heap | before the span is published |
/// | large_type | allocator | before the object is published |
/// | cursor, needs_zero | the P that caches the span (M2); the sweeper | while cached; while unswept |
/// | next | the central list that holds the span | under its lock |
/// | specials | [`super::special`] | under its lock |
/// | own | as `*bits`, which it is then | |
/// | kept in `*bits` | the sweeper | while unswept |
/// | marks in `*bits` | markers, allocation; the sweeper | atomically if several mark; while unswept |
/// | is_local | the sweeper | while unswept |
/// | grey | markers |
/// | read bits in `*bits` | the marker that reads the span; allocation; the sweeper | marking; while unswept |
/// | swept | the sweeper | the end of its sweep |
/// | arena, and then scan | [`super::arena`] | the world being stopped, while nothing is marked; when it is made or swept |
/// | masks | the P that caches the span | before the object is published |
/// What marking looks at fills the first cache line.
#[doc(alias = "mspan")]
#[repr(C, align(64))]
#[derive(Debug)]
pub struct Span {
    /// Address of the first page.
    pub start: usize,
    /// Object size; for a large object that of its pages.
    pub elem: usize,
    /// For [`index_by`].
    pub reciprocal: u32,
    /// Size class, 0 for a large object.
    pub class: u32,
    /// Number of objects.
    pub objects: usize,
    /// Objects below this one are in use; those from here on only if their kept bit is set.
    pub cursor: usize,
    /// Bits of its objects: a pair for every 64 of them, and read bits if it has any.
    bits: *mut Pair,
    /// Whether objects hold pointers.
    pub scan: Scan,
    /// Whether free objects may hold old data.
    pub needs_zero: bool,
    /// Whether it is a chunk of an arena.
    pub arena: Arena,
    /// Whether its objects are read together: it has read bits behind their marks, and they are likely to be many.
    pub is_local: bool,
    /// Which objects are still to be read.
    pub grey: Grey,
    /// Number of the last sweep of this span ([`crate::gc::sweep`]).
    pub swept: AtomicU32,
    /// Type of a large object with pointers.
    pub large_type: *const Type,
    /// Next span of a central list.
    pub next: *mut Span,
    /// What shall happen when objects of this span die.
    pub specials: *mut Special,
    /// Number of pages.
    pub pages: usize,
    /// Where its bits are if one pair is enough, so that no memory beside the record is needed.
    own: Pair,
}

impl Span {
    /// Writes a fresh span of `pages` pages at page number `page`.
    ///
    /// # Safety
    /// The record and the pages belong to the caller, who holds the page heap's lock.
    pub unsafe fn init(span: NonNull<Span>, page: usize, pages: usize, class: usize, scan: Scan, needs_zero: bool) {
        let (elem, objects) = match class {
            0 => (pages * PAGE, 1),
            _ => (SIZES[class] as usize, pages * PAGE / SIZES[class] as usize),
        };
        let has_read_bits = has_read_bits(scan, class, elem);
        let has_own = objects <= 64 && !has_read_bits;
        let bits = match has_own {
            // SAFETY: caller.
            true => unsafe { &raw mut (*span.as_ptr()).own },
            false => BITS.at::<Bits>(page).cast::<Pair>(),
        };
        let is_local = has_read_bits && crate::gc::sweep::is_dense(class);
        // SAFETY: the tables cover every committed page; the entries of a free page belong to its owner.
        unsafe {
            if !has_own {
                bits.write_bytes(0, objects.div_ceil(64));
            }
            if scan == Scan::Yes && class != 0 && elem <= MASK_IN_SPAN_MAX {
                // The first access to a page of masks should be a write, or the kernel maps it twice.
                mask_of(page * PAGE).write(0);
            }
            if has_read_bits {
                bits.cast::<u64>().add(FIRST_READ).write_bytes(0, objects.div_ceil(64));
            }
            span.write(Span {
                start: HEAP.base() + page * PAGE,
                elem,
                reciprocal: reciprocal(class),
                class: class as u32,
                objects,
                cursor: 0,
                bits,
                large_type: ptr::null(),
                next: ptr::null_mut(),
                specials: ptr::null_mut(),
                pages,
                scan,
                is_local,
                grey: Grey::new(),
                needs_zero,
                arena: Arena::No,
                swept: AtomicU32::new(crate::gc::sweep::number()),
                own: Pair::default(),
            });
        }
    }

    /// Number of the first page.
    pub fn page(&self) -> usize {
        (self.start - HEAP.base()) >> PAGE_SHIFT
    }

    /// Pointer masks, if the objects have them beside the span.
    #[inline]
    pub fn masks(&self) -> *mut u64 {
        mask_of(self.start - HEAP.base())
    }

    /// Whether each object starts with its type.
    #[inline]
    pub fn has_headers(&self) -> bool {
        self.class != 0 && self.elem > MASK_IN_SPAN_MAX && self.scan == Scan::Yes
    }

    /// Whether it has bits for what has been read, so that it may be local: small objects with pointers, and not too many of
    /// them.
    #[inline]
    pub fn has_read_bits(&self) -> bool {
        has_read_bits(self.scan, self.class as usize, self.elem)
    }

    /// The bits of the 64 objects of a word.
    #[inline]
    pub fn pair(&self, word: usize) -> *mut Pair {
        debug_assert!(word < self.objects.div_ceil(64));
        // SAFETY: M1: the span's bits, of which there are as many.
        unsafe { self.bits.add(word) }
    }

    /// Bits of all objects.
    ///
    /// # Safety
    /// Nobody changes those that are looked at.
    #[inline]
    pub unsafe fn pairs(&self) -> &[Pair] {
        // SAFETY: M1; caller.
        unsafe { core::slice::from_raw_parts(self.bits, self.objects.div_ceil(64)) }
    }

    /// Read bits of 64 objects, if the span has any.
    #[inline]
    pub fn read_bits(&self, word: usize) -> *mut u64 {
        // SAFETY: M1: the span's bits, which have room behind the pairs.
        unsafe { self.bits.cast::<u64>().add(FIRST_READ + word) }
    }

    /// Nothing has been read.
    ///
    /// # Safety
    /// The span is unswept, and being swept by the caller.
    pub unsafe fn clear_read_bits(&self) {
        if self.has_read_bits() {
            // SAFETY: as in `read_bits`; caller.
            unsafe { self.read_bits(0).write_bytes(0, self.objects.div_ceil(64)) };
        }
    }

    /// Number of the object at `address`, which lies in the span; `None` in the waste at its end.
    #[inline]
    pub fn index_of(&self, address: usize) -> Option<usize> {
        let index = index_by(self.reciprocal, address - self.start);
        (index < self.objects).then_some(index)
    }

    /// Whether object `index` is in use.
    #[inline]
    pub fn is_allocated(&self, index: usize) -> bool {
        // SAFETY: M1: the span's bits.
        index < unsafe { (&raw const self.cursor).read_volatile() }
            || unsafe { (*self.pair(index / 64)).kept } & 1 << (index % 64) != 0
    }

    /// The marks of the 64 objects of a word, while others may set some.
    #[inline]
    pub fn marks(&self, word: usize) -> &AtomicU64 {
        // SAFETY: M1: the span's bits, whose marks others change atomically.
        unsafe { AtomicU64::from_ptr(&raw mut (*self.pair(word)).marks) }
    }

    /// Which of the 64 objects of a word are in use; more may be soon.
    #[inline]
    pub fn in_use(&self, word: usize) -> u64 {
        // SAFETY: M1: the span's bits.
        let (cursor, kept) = unsafe { ((&raw const self.cursor).read_volatile(), (*self.pair(word)).kept) };
        let below = match cursor.saturating_sub(64 * word) {
            n @ ..64 => (1 << n) - 1,
            _ => u64::MAX,
        };
        kept | below
    }

    /// Whether object `index` is marked in the running collection.
    #[inline]
    pub fn is_marked(&self, index: usize) -> bool {
        // SAFETY: M1: the span's bits.
        unsafe { (*self.pair(index / 64)).marks & 1 << (index % 64) != 0 }
    }
}

/// Whether spans of a kind have read bits.
const fn has_read_bits(scan: Scan, class: usize, elem: usize) -> bool {
    matches!(scan, Scan::Yes) && class != 0 && elem <= MASK_IN_SPAN_MAX && PAGE / elem <= MAX_WITH_READ
}

/// The pointer mask that covers a byte of the heap: a bit for each of 64 words.
#[inline]
pub fn mask_of(offset: usize) -> *mut u64 {
    MASKS.at(offset / MASKED)
}

/// The span that holds `address`, or null.
#[inline]
pub fn span_of(address: usize) -> *mut Span {
    let offset = address.wrapping_sub(HEAP.base());
    if offset >= HEAP.committed() {
        return ptr::null_mut();
    }
    // SAFETY: M1: the page table covers every committed page.
    unsafe { PAGE_TABLE.at::<*mut Span>(offset >> PAGE_SHIFT).read_volatile() }
}

/// An object that an address leads to.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Its span.
    pub span: *mut Span,
    /// Its number.
    pub index: usize,
    /// Address of its slot, header included.
    pub slot: usize,
}

/// The object in use that contains `address`.
#[inline]
pub fn find_object(address: usize) -> Option<Found> {
    let span = span_of(address);
    if span.is_null() {
        return None;
    }
    // SAFETY: M1.
    let s = unsafe { &*span };
    let index = s.index_of(address)?;
    s.is_allocated(index).then(|| Found { span, index, slot: s.start + index * s.elem })
}
