//! `runtime.GoroutineProfile`: the stacks of all goroutines at one moment.

use super::places::{self, Place};
use super::{Walk, logical};
use crate::g::{FLAG_LEAKED, G, GStatus};
use crate::gc::barrier;
use crate::tracer::Stop;
use crate::witness::WorldStopped;
use crate::{m, rt, world};
use core::ptr;
use undergo_rtsys::entry;

/// Return addresses of a stack at most.
const MAX_DEPTH: usize = 128;

/// `overlay/runtime/goroutines.go`: goroutineStacks. For each goroutine the words get the number of its return addresses,
/// its labels, and the addresses, innermost first.
#[repr(C)]
struct Request {
    words: *mut usize,
    /// Number of words that there is room for.
    room: usize,
    /// Number of goroutines.
    count: usize,
    /// Number of words that they take.
    used: usize,
}

/// Writes all stacks, that of the goroutine `gp`, which asks, first; or those of leaked goroutines only.
fn collect(gp: &mut G, [request, leaked]: [usize; 2], _: &WorldStopped<'static>) -> usize {
    // SAFETY: the request of a goroutine that waits for us.
    let r = unsafe { &mut *(request as *mut Request) };
    let own: *mut G = gp;
    (r.count, r.used) = (0, 0);
    if leaked == 0 {
        write(r, gp);
    }
    for other in rt::all_g().filter(|&other| !ptr::eq(other, own)) {
        // SAFETY: the world is stopped.
        let other = unsafe { &*other };
        let wanted = leaked == 0 || other.flags & FLAG_LEAKED != 0;
        if wanted && !matches!(other.status(), GStatus::Idle | GStatus::Dead) && !other.is_system() {
            write(r, other);
        }
    }
    0
}

fn write(r: &mut Request, gp: &G) {
    let walk = if ptr::eq(gp, m::current().curg) {
        Walk::in_entry(gp)
    } else {
        // SAFETY: the world is stopped.
        unsafe { Walk::stopped(gp) }
    };
    let header = r.used;
    r.count += 1;
    r.used += 2;
    let mut n = 0;
    // Wrappers are no functions of the program.
    let places = places::waiting(gp, &walk).map(Place::ret);
    let frames = walk.filter(|&p| logical(p).next().is_some()).map(|p| p.ret);
    for ret in places.chain(frames).take(MAX_DEPTH) {
        if r.used < r.room {
            // SAFETY: the words have that much room.
            unsafe { *r.words.add(r.used) = ret };
        }
        r.used += 1;
        n += 1;
    }
    if r.used <= r.room {
        barrier::shade(gp.head.labels);
        // SAFETY: as above.
        unsafe { ptr::copy_nonoverlapping([n, gp.head.labels].as_ptr(), r.words.add(header), 2) };
    }
}

entry! {
    /// Collects the stacks of all goroutines, or of the leaked ones; those for which there is no room are only counted.
    "runtime.goroutinestacks" => fn goroutine_stacks(request: *mut Request, leaked: usize) {
        world::run_stopped(collect, [request as usize, leaked & 1], Stop::GoroutineProfile);
    }
}
