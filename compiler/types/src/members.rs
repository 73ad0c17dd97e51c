//! Members of one type by name, without a walk through all of them where there are many.

use std::ops::Deref;
use std::sync::{LazyLock, RwLock};

use rustc_hash::FxHashMap;
use undergo_source::Name;

use crate::identical::same_id;
use crate::obj::Obj;
use crate::ty::{Field, Ty};

/// Up to so many members are looked through one by one.
const FEW: usize = 16;

/// The methods declared for a type, in source order. No two have the same name.
#[derive(Default, Debug)]
pub struct Methods {
    list: Vec<Obj>,
    /// Empty while there are few.
    by_name: FxHashMap<Name, u32>,
}

impl Methods {
    /// Adds one.
    pub fn push(&mut self, m: Obj) {
        self.list.push(m);
        if self.list.len() > FEW {
            let unknown = self.by_name.len()..self.list.len();
            self.by_name.extend(unknown.map(|i| (self.list[i].name, i as u32)));
        }
    }

    /// The one of this name, seen from package `pkg`.
    pub fn find(&self, name: Name, pkg: Name) -> Option<Obj> {
        let is = |m: &&Obj| same_id(m.name, m.pkg.map_or(Name::empty(), |p| p.path), name, pkg);
        match self.by_name.is_empty() {
            true => self.list.iter().find(is).copied(),
            false => self.by_name.get(&name).map(|&i| &self.list[i as usize]).filter(is).copied(),
        }
    }
}

impl Deref for Methods {
    type Target = [Obj];

    fn deref(&self) -> &[Obj] {
        &self.list
    }
}

/// Where the fields of a struct of many are.
#[derive(Debug)]
struct FieldIndex {
    /// The first of each name. A second one is an error that has been reported.
    by_name: FxHashMap<Name, u32>,
    embedded: Vec<u32>,
}

static LARGE_STRUCTS: LazyLock<RwLock<FxHashMap<Ty, &'static FieldIndex>>> = LazyLock::new(RwLock::default);

/// Calls `f` for the fields of struct type `t` that have this name or are embedded, in their order, with their index.
pub(crate) fn named_or_embedded(t: Ty, fields: &'static [Field], name: Name, mut f: impl FnMut(usize, &'static Field)) {
    if fields.len() <= FEW {
        return fields.iter().enumerate().for_each(|(i, field)| f(i, field));
    }
    let index = field_index(t, fields);
    let named = index.by_name.get(&name).copied();
    let at = named.map_or(0, |n| index.embedded.partition_point(|&e| e < n));
    let (before, behind) = index.embedded.split_at(at);
    let behind = behind.iter().copied().filter(|&e| Some(e) != named);
    before.iter().copied().chain(named).chain(behind).for_each(|i| f(i as usize, &fields[i as usize]));
}

fn field_index(t: Ty, fields: &[Field]) -> &'static FieldIndex {
    if let Some(known) = LARGE_STRUCTS.read().expect("no writer panics").get(&t) {
        return known;
    }
    let mut by_name = FxHashMap::default();
    let mut embedded = Vec::new();
    for (i, f) in fields.iter().enumerate() {
        by_name.entry(f.name).or_insert(i as u32);
        if f.embedded {
            embedded.push(i as u32);
        }
    }
    let index = &*Box::leak(Box::new(FieldIndex { by_name, embedded }));
    LARGE_STRUCTS.write().expect("no reader panics").entry(t).or_insert(index)
}
