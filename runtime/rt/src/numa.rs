//! Memory nodes: the topology of the machine, and which Ps belong to which node ([`undergo_rtcore::topology`]).
//!
//! Read once at start from `/sys/devices/system/node`, or from the directory that `GODEBUG=numatree=DIR` names, so that
//! tests can pretend to have another machine.
//!
//! | static | who, when |
//! |---|---|
//! | TOPOLOGY | written by the first thread at start, then only read |
//! | GROUPS | written under the scheduler's lock with the world stopped; read under that lock, or by the owner of a running P |
//!
//! Invariant 1: [`init`] runs before there are other threads. Invariant 2: whoever owns a running P keeps the world from
//! standing still, so GROUPS does not change under it.

use crate::lock::Guard;
use crate::rt::{RT, Sched};
use crate::{choice, config};
use core::cell::UnsafeCell;
use core::ffi::CStr;
use core::sync::atomic::Ordering::Relaxed;
use undergo_rtcore::topology::{Groups, MAX_NODES, Topology};
use undergo_rtsys::linux::{file, thread};

struct Shared<T>(UnsafeCell<T>);

// SAFETY: access is as the table of the module says.
unsafe impl<T> Sync for Shared<T> {}

static TOPOLOGY: Shared<Topology> = Shared(UnsafeCell::new(Topology::flat()));
static GROUPS: Shared<Groups> = Shared(UnsafeCell::new(Groups::none()));

/// Idle Ps are listed per node.
pub const N_LISTS: usize = MAX_NODES;

/// Reads the topology; first thread.
pub fn init() {
    let pretended = config::godebug("numatree");
    if pretended.is_none() && RT.n_cpu.load(Relaxed) == 1 {
        return;
    }
    let dir = pretended.unwrap_or(b"/sys/devices/system/node");
    let usable = thread::affinity();
    let found = Topology::read(|name, out| read(dir, name, out), |cpu| pretended.is_some() || usable.has(cpu));
    if let Some(topology) = found {
        // SAFETY: invariant 1.
        unsafe { *TOPOLOGY.0.get() = topology };
    }
}

/// The beginning of the file `name` of a directory.
fn read(dir: &[u8], name: &[u8], out: &mut [u8]) -> Option<usize> {
    let mut path = [0; 512];
    let end = dir.len() + 1 + name.len();
    path.get_mut(..dir.len())?.copy_from_slice(dir);
    *path.get_mut(dir.len())? = b'/';
    path.get_mut(dir.len() + 1..end)?.copy_from_slice(name);
    let fd = usize::try_from(file::open(CStr::from_bytes_until_nul(&path).ok()?, file::CLOEXEC)).ok()?;
    let n = file::read_at(fd, out, 0);
    file::close(fd);
    usize::try_from(n).ok()
}

/// Divides `n_p` Ps among the nodes. The world is stopped, or is not yet running.
pub fn divide(_: &mut Guard<'_, Sched>, n_p: usize) {
    // SAFETY: the caller holds the scheduler's lock with the world stopped.
    unsafe { *GROUPS.0.get() = Groups::new(topology(), n_p) };
}

fn topology() -> &'static Topology {
    // SAFETY: only read since `init`.
    unsafe { &*TOPOLOGY.0.get() }
}

/// How Ps are divided. For owners of a running P.
pub fn groups() -> &'static Groups {
    // SAFETY: invariant 2.
    unsafe { &*GROUPS.0.get() }
}

/// The same, for holders of the scheduler's lock.
pub fn groups_locked(_: &Sched) -> &Groups {
    // SAFETY: GROUPS changes under the lock that the caller holds.
    unsafe { &*GROUPS.0.get() }
}

/// Number of nodes, at least 1.
#[inline]
pub fn n_nodes() -> usize {
    topology().n_nodes()
}

/// The kernel's number of a node.
pub fn id(node: usize) -> usize {
    topology().id(node)
}

/// The node of this thread's P, which runs.
#[inline]
pub fn own_node() -> usize {
    match n_nodes() {
        1 => 0,
        _ => groups().node_of_p(crate::g::current_p().id as usize),
    }
}

/// The node that this thread runs on at the moment.
pub fn current_node() -> usize {
    match n_nodes() {
        1 => 0,
        _ if choice::is_seeded() => 0,
        _ => topology().node_of_cpu(thread::current_cpu()),
    }
}
