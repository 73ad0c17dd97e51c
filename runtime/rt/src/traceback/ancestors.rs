//! `GODEBUG=tracebackancestors=n`: traces show where the goroutine that made a goroutine stood then, and the one that made
//! that, up to n of them.
//!
//! What is needed of a goroutine's past is its *birth*: the stack of the one that made it, and that one's own birth. It is
//! kept as long as the goroutine lives or another birth leads to it.

use super::{Walk, print};
use crate::g::G;
use crate::lock::Mutex;
use crate::mem::vec::OffVec;
use crate::{config, m};
use core::fmt::Write;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use undergo_rtcore::lock_rank::Rank;

/// How many ancestors are shown, 0 for none.
static LIMIT: AtomicU32 = AtomicU32::new(0);
/// Frames kept of each stack. Go: `tracebackInnerFrames`.
const FRAMES: usize = 50;
/// Lists of births, by id of the goroutine.
const LISTS: usize = 1024;
/// No birth.
const NONE: u32 = u32::MAX;

/// How a goroutine came to be.
#[derive(Clone, Copy)]
struct Birth {
    /// Id of the goroutine.
    id: u64,
    /// The goroutine if it lives, and the births that lead here.
    users: u32,
    /// Next in its list, or in that of free entries.
    next: u32,
    /// The birth of the one that made it.
    above: u32,
    /// Id of that one.
    parent: u64,
    /// pc of the go statement that made that one.
    created_by: usize,
    /// Return addresses of that one, innermost first.
    stack: [usize; FRAMES],
    n: usize,
}

struct Births {
    all: OffVec<Birth>,
    lists: [u32; LISTS],
    free: u32,
}

static BIRTHS: Mutex<Births> =
    Mutex::new(Rank::Births, Births { all: OffVec::new(), lists: [NONE; LISTS], free: NONE });

/// Reads the setting. First thread.
pub fn init() {
    let n = config::godebug("tracebackancestors").and_then(crate::env::parse).unwrap_or(0);
    LIMIT.store(n.min(u64::from(u32::MAX)) as u32, Relaxed);
}

/// The current goroutine has made `gp`, in an entry.
pub fn born(gp: &G) {
    if LIMIT.load(Relaxed) == 0 {
        return;
    }
    // SAFETY: the M runs a goroutine.
    let parent = unsafe { &*m::current().curg };
    let mut stack = [0; FRAMES];
    let mut n = 0;
    for (place, p) in stack.iter_mut().zip(Walk::in_entry(parent)) {
        *place = p.ret;
        n += 1;
    }
    let mut births = BIRTHS.lock();
    let above = births.find(parent.head.id);
    if above != NONE {
        births.all[above as usize].users += 1;
    }
    let (parent, created_by) = (parent.head.id, parent.created_by);
    births.add(Birth { id: gp.head.id, users: 1, next: NONE, above, parent, created_by, stack, n });
}

/// A goroutine ends.
pub fn died(gp: &G) {
    if LIMIT.load(Relaxed) == 0 {
        return;
    }
    let mut births = BIRTHS.lock();
    let mut at = births.find(gp.head.id);
    while at != NONE {
        let b = &mut births.all[at as usize];
        b.users -= 1;
        if b.users > 0 {
            break;
        }
        let above = b.above;
        births.remove(at);
        at = above;
    }
}

/// Prints the ancestors of a goroutine.
pub fn print(out: &mut dyn Write, gp: &G) {
    let limit = LIMIT.load(Relaxed);
    if limit == 0 {
        return;
    }
    let births = BIRTHS.lock();
    let mut at = births.find(gp.head.id);
    for _ in 0..limit {
        if at == NONE {
            break;
        }
        let b = &births.all[at as usize];
        let _ = writeln!(out, "[originating from goroutine {}]:", b.parent);
        for &ret in &b.stack[..b.n] {
            print::returns_to(out, ret);
        }
        if b.n == FRAMES {
            let _ = out.write_str("...additional frames elided...\n");
        }
        if b.parent != 1 {
            print::created_at(out, b.created_by, 0);
        }
        at = b.above;
    }
}

impl Births {
    fn find(&self, id: u64) -> u32 {
        let mut at = self.lists[id as usize % LISTS];
        while at != NONE && self.all[at as usize].id != id {
            at = self.all[at as usize].next;
        }
        at
    }

    fn add(&mut self, birth: Birth) {
        let list = birth.id as usize % LISTS;
        let birth = Birth { next: self.lists[list], ..birth };
        self.lists[list] = match self.free {
            NONE => {
                self.all.push(birth);
                (self.all.len() - 1) as u32
            }
            at => {
                self.free = self.all[at as usize].next;
                self.all[at as usize] = birth;
                at
            }
        };
    }

    fn remove(&mut self, gone: u32) {
        let Birth { id, next, .. } = self.all[gone as usize];
        let list = id as usize % LISTS;
        if self.lists[list] == gone {
            self.lists[list] = next;
        } else {
            let mut at = self.lists[list];
            while self.all[at as usize].next != gone {
                at = self.all[at as usize].next;
            }
            self.all[at as usize].next = next;
        }
        self.all[gone as usize].next = self.free;
        self.free = gone;
    }
}
