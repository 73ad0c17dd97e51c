//! Interface tables: which code implements which method of an interface for a type.
//!
//! All itabs are in one hash table by (interface, type), those of the compiler included, so that there is one itab per
//! pair. Lookups take no lock: the table is published with release stores, entries are only ever added, and a full one
//! is replaced by a copy (the old one stays, since somebody may be reading it). A pair that does not match has an itab
//! whose first method is 0.

use crate::lock::Mutex;
use crate::module::module;
use crate::park::Pair;
use crate::persist;
use crate::reflect::{name_at, text_at, type_at};
use crate::types::{InterfaceMethod, Itab, Method, Name, Type, Uncommon};
use core::ptr::{self, null_mut};
use core::sync::atomic::{AtomicPtr, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::method_merge::{Methods, merge};
use undergo_rtsys::entry;

/// An open-addressing table; `slots` follow in memory. `mask` is constant, slots go from null to an itab once.
struct Table {
    mask: usize,
    slots: *const AtomicPtr<Itab>,
}

/// The current table; null before the first use.
static TABLE: AtomicPtr<Table> = AtomicPtr::new(null_mut());
/// Number of entries; the lock for adding.
static COUNT: Mutex<usize> = Mutex::new(Rank::Itab, 0);

impl Table {
    fn new(slots: usize) -> &'static Table {
        let memory = persist::alloc(size_of::<Table>() + slots * 8, 8).cast::<Table>();
        // SAFETY: fresh zeroed memory; null is a valid slot.
        unsafe {
            memory.write(Table { mask: slots - 1, slots: memory.add(1).cast() });
            &*memory
        }
    }

    fn slot(&self, i: usize) -> &AtomicPtr<Itab> {
        // SAFETY: there are mask + 1 slots.
        unsafe { &*self.slots.add(i & self.mask) }
    }

    fn start(inter: *const Type, ty: *const Type) -> usize {
        let mixed = (inter as usize ^ (ty as usize).rotate_left(27)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed >> 24
    }

    fn find(&self, inter: *const Type, ty: *const Type) -> *mut Itab {
        let mut i = Table::start(inter, ty);
        loop {
            let itab = self.slot(i).load(Acquire);
            // SAFETY: itabs live for ever.
            if itab.is_null() || unsafe { (*itab).inter == inter && (*itab).typ == ty } {
                return itab;
            }
            i += 1;
        }
    }

    /// Adds an itab that is not there; there is room, and the lock is held.
    fn add(&self, itab: *mut Itab) {
        // SAFETY: itabs live for ever.
        let mut i = unsafe { Table::start((*itab).inter, (*itab).typ) };
        while !self.slot(i).load(Relaxed).is_null() {
            i += 1;
        }
        self.slot(i).store(itab, Release);
    }
}

/// The table with room for one more entry. The lock is held.
fn table_with_room(count: &mut usize) -> &'static Table {
    // SAFETY: tables live for ever.
    let old = unsafe { TABLE.load(Acquire).as_ref() };
    let Some(old) = old else { return first_table(count) };
    if (*count + 1) * 4 <= (old.mask + 1) * 3 {
        return old;
    }
    let new = Table::new((old.mask + 1) * 2);
    for i in 0..=old.mask {
        let itab = old.slot(i).load(Relaxed);
        if !itab.is_null() {
            new.add(itab);
        }
    }
    TABLE.store(ptr::from_ref(new).cast_mut(), Release);
    new
}

/// A table with the compiler's itabs.
fn first_table(count: &mut usize) -> &'static Table {
    let [first, n] = module().itabs;
    let n = n as usize;
    let new = Table::new((n * 2).next_power_of_two().max(512));
    for i in 0..n {
        // SAFETY: the linker lists the addresses of n itabs.
        let itab = unsafe { *(first as *const *mut Itab).add(i) };
        // SAFETY: as above.
        if new.find(unsafe { (*itab).inter }, unsafe { (*itab).typ }).is_null() {
            new.add(itab);
            *count += 1;
        }
    }
    TABLE.store(ptr::from_ref(new).cast_mut(), Release);
    new
}

/// Both method lists of a pair.
struct Both<'a> {
    inter: &'a Type,
    wanted: &'static [InterfaceMethod],
    uncommon: Option<&'static Uncommon>,
    offered: &'static [Method],
}

impl<'a> Both<'a> {
    fn new(inter: &'a Type, ty: &Type) -> Both<'a> {
        let uncommon = ty.uncommon();
        Both { inter, wanted: inter.interface_methods(), uncommon, offered: uncommon.map_or(&[], |u| u.methods()) }
    }
}

impl Methods for Both<'_> {
    fn wanted(&self) -> usize {
        self.wanted.len()
    }

    fn offered(&self) -> usize {
        self.offered.len()
    }

    fn matches(&self, wanted: usize, offered: usize) -> bool {
        let (w, o) = (self.wanted[wanted], self.offered[offered]);
        let offered_name = name_at(o.name);
        if w.name != o.name && name_at(w.name).text() != offered_name.text() || type_at(w.typ) != type_at(o.typ) {
            return false;
        }
        if offered_name.is_exported() {
            return true;
        }
        let mut wanted_pkg = name_at(w.name).pkg_path();
        if wanted_pkg.is_empty() {
            // SAFETY: T1: the package path of an interface type is a name.
            wanted_pkg = unsafe { Name::new(self.inter.pkg_path_name()) }.text();
        }
        let mut offered_pkg = offered_name.pkg_path();
        if offered_pkg.is_empty() {
            offered_pkg = self.uncommon.map_or(&[], |u| name_at(u.pkg_path).text());
        }
        wanted_pkg == offered_pkg
    }
}

/// Makes the itab of a pair.
fn build(inter: &Type, ty: &Type) -> *mut Itab {
    let both = Both::new(inter, ty);
    let n = both.wanted.len();
    let itab = persist::alloc(size_of::<Itab>() + n.saturating_sub(1) * 8, 8).cast::<Itab>();
    // SAFETY: fresh memory with room for n code addresses.
    unsafe {
        (*itab).inter = inter;
        (*itab).typ = ty;
        (*itab).hash = ty.hash;
        let fun = (&raw mut (*itab).fun).cast::<usize>();
        let complete = merge(&both, |wanted, offered| fun.add(wanted).write(text_at(both.offered[offered].ifn)));
        if complete.is_err() {
            fun.write(0);
        }
    }
    itab
}

/// The itab of a pair, its first method 0 if the type does not implement the interface.
fn itab(inter: *const Type, ty: *const Type) -> *mut Itab {
    // SAFETY: tables live for ever.
    if let Some(table) = unsafe { TABLE.load(Acquire).as_ref() } {
        let itab = table.find(inter, ty);
        if !itab.is_null() {
            return itab;
        }
    }
    let mut count = COUNT.lock();
    let table = table_with_room(&mut count);
    let found = table.find(inter, ty);
    if !found.is_null() {
        return found;
    }
    // SAFETY: Go code hands over types (T1).
    let new = unsafe { build(&*inter, &*ty) };
    table.add(new);
    *count += 1;
    new
}

entry! {
    /// The itab of a pair, or nil if the type lacks a method.
    "runtime.getitab" => fn getitab(inter: *const Type, ty: *const Type) -> *mut Itab {
        let itab = itab(inter, ty);
        // SAFETY: itabs live for ever.
        if unsafe { (*itab).fun[0] } == 0 { null_mut() } else { itab }
    }

    /// Name of the first method of the interface that the type lacks.
    "runtime.missingMethod" => fn missing_method(inter: *const Type, ty: *const Type) -> Pair {
        // SAFETY: Go code hands over types (T1).
        let both = unsafe { Both::new(&*inter, &*ty) };
        match merge(&both, |_, _| {}) {
            Ok(()) => Pair::default(),
            Err(wanted) => {
                let text = name_at(both.wanted[wanted].name).text();
                Pair(text.as_ptr() as u64, text.len() as u64)
            }
        }
    }
}
