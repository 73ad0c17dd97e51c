//! GOMAXPROCS: its default, which follows the CPUs that we may use and the limit of our cgroup while the program runs, and
//! changes by the program.
//!
//! sysmon looks at the default about once a second. If it has changed, it wakes a goroutine of the overlay, which sets it:
//! sysmon has no P and cannot stop the world.

use crate::g::{self, G, WaitReason};
use crate::lock::Mutex;
use crate::park::{GList, park};
use crate::rt::{self, MAX_P};
use crate::tracer::Stop;
use crate::{choice, config, env, sched, world};
use core::ffi::CStr;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, Ordering::*};
use undergo_rtcore::cgroup::{self, Version};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;
use undergo_rtsys::linux::{file, mm, thread};

/// The files of the limit, open as long as the process lives.
#[derive(Clone, Copy, Debug)]
enum Limit {
    None,
    V1 { quota: usize, period: usize },
    V2 { max: usize },
}

/// Also held while the default is computed.
static LIMIT: Mutex<Limit> = Mutex::new(Rank::Leaf, Limit::None);
/// The program or the environment has chosen a number.
static CUSTOM: AtomicBool = AtomicBool::new(false);
/// The goroutine that waits for changes.
static UPDATER: Mutex<Updater> = Mutex::new(Rank::Sysmon, Updater(null_mut()));
/// ns between looks at the default.
const INTERVAL: i64 = 1_000_000_000;

struct Updater(*mut G);

// SAFETY: goroutines are never unmapped; the one here is parked and whoever takes it wakes it.
unsafe impl Send for Updater {}

/// GOMAXPROCS at start. Finds the cgroup; first thread.
pub fn initial() -> usize {
    if config::godebug("containermaxprocs") != Some(b"0") {
        *LIMIT.lock() = find_limit().unwrap_or(Limit::None);
    }
    if choice::is_seeded() {
        CUSTOM.store(true, SeqCst);
        return 1;
    }
    match env::var("GOMAXPROCS").and_then(env::parse) {
        Some(n) if n > 0 => {
            CUSTOM.store(true, SeqCst);
            (n as usize).min(MAX_P)
        }
        _ => default(),
    }
}

/// The number that follows from CPUs and limits.
fn default() -> usize {
    let cpus = thread::cpu_count().min(MAX_P);
    let limit = match *LIMIT.lock() {
        Limit::None => None,
        Limit::V1 { quota, period } => {
            let (mut q, mut p) = ([0; 32], [0; 32]);
            cgroup::limit_v1(reread(quota, &mut q), reread(period, &mut p))
        }
        Limit::V2 { max } => cgroup::limit_v2(reread(max, &mut [0; 64])),
    };
    limit.map_or(cpus, |n| n.min(cpus))
}

/// The beginning of a short file.
fn reread(fd: usize, buffer: &mut [u8]) -> &[u8] {
    let n = file::read_at(fd, buffer, 0);
    &buffer[..usize::try_from(n).unwrap_or(0)]
}

/// Opens the files of the limit of this process, if there are any.
fn find_limit() -> Option<Limit> {
    const PATH: usize = 2048;
    let text = Text::read(c"/proc/self/cgroup")?;
    let (version, group) = cgroup::group(text.bytes())?;
    let mounts = Text::read(c"/proc/self/mountinfo")?;
    let mut path = [0; PATH];
    let n = cgroup::directory(mounts.bytes(), version, group, &mut path)?;
    let mut open = |name: &[u8]| {
        let end = n + name.len();
        path.get_mut(n..end)?.copy_from_slice(name);
        let fd = file::open(CStr::from_bytes_until_nul(path.get(..end)?).ok()?, file::CLOEXEC);
        usize::try_from(fd).ok()
    };
    Some(match version {
        Version::V1 => Limit::V1 { quota: open(b"/cpu.cfs_quota_us\0")?, period: open(b"/cpu.cfs_period_us\0")? },
        Version::V2 => Limit::V2 { max: open(b"/cpu.max\0")? },
    })
}

/// A whole file in memory of its own, which is given back.
struct Text {
    at: *mut u8,
    cap: usize,
    len: usize,
}

impl Text {
    /// The content of a file of up to 16 MB.
    fn read(path: &CStr) -> Option<Text> {
        let fd = usize::try_from(file::open(path, file::CLOEXEC)).ok()?;
        let mut cap = 64 << 10;
        let text = loop {
            let Some(p) = mm::map(cap) else { break None };
            let mut text = Text { at: p.as_ptr(), cap, len: 0 };
            while text.len < cap {
                // SAFETY: the mapping has `cap` bytes and is ours.
                let rest = unsafe { core::slice::from_raw_parts_mut(text.at.add(text.len), cap - text.len) };
                match file::read_at(fd, rest, text.len) {
                    n if n > 0 => text.len += n as usize,
                    _ => break,
                }
            }
            if text.len < cap {
                break Some(text);
            }
            cap *= 2;
            if cap > 16 << 20 {
                break None;
            }
        };
        file::close(fd);
        text
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: `len` bytes of the mapping were filled.
        unsafe { core::slice::from_raw_parts(self.at, self.len) }
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        // SAFETY: our own mapping, which nothing refers to any more.
        unsafe { mm::unmap(self.at, self.cap) };
    }
}

/// Called by sysmon on every round: wakes the updater if the default has changed. `last` is when that was last looked at.
pub fn sysmon_tick(now: i64, last: &mut i64) {
    if now - *last < INTERVAL || CUSTOM.load(SeqCst) {
        return;
    }
    *last = now;
    if default() == rt::n_p() {
        return;
    }
    let gp = core::mem::replace(&mut UPDATER.lock().0, null_mut());
    if !gp.is_null() {
        let mut list = GList::new();
        list.push(gp);
        sched::inject(list);
    }
}

/// Sets the number of Ps to `n`; the current entry answers `answer`. Its last act.
fn set(n: usize, answer: usize) -> usize {
    if n == rt::n_p() {
        return answer;
    }
    g::current().set_results(answer, 0);
    world::run_stopped(
        |gp, [n, answer], _| {
            gp.set_results(answer, 0);
            n
        },
        [n, answer],
        Stop::Procs,
    );
    answer
}

entry! {
    /// GOMAXPROCS: the old number; 0 only asks.
    "runtime.gomaxprocs" => fn gomaxprocs(n: usize) -> usize {
        let old = rt::n_p();
        if n == 0 {
            return old;
        }
        CUSTOM.store(true, SeqCst);
        // Whoever computes the default finishes first, and nobody begins again.
        drop(LIMIT.lock());
        set(n.min(MAX_P), old)
    }

    /// Back to the default, and to its updates.
    "runtime.gomaxprocsDefault" => fn gomaxprocs_default() {
        CUSTOM.store(choice::is_seeded(), SeqCst);
        set(if choice::is_seeded() { 1 } else { default() }, 0);
    }

    /// Whether the default is followed while the program runs.
    "runtime.gomaxprocsFollows" => fn gomaxprocs_follows() -> bool {
        !choice::is_seeded() && config::godebug("updatemaxprocs") != Some(b"0")
    }

    /// Waits until the default has changed.
    "runtime.gomaxprocsWait" => fn gomaxprocs_wait() {
        let gp = g::current();
        let mut updater = UPDATER.lock();
        updater.0 = gp;
        park(gp, WaitReason::UpdateProcsIdle, move || drop(updater))
    }

    /// The updater found out that the default has changed: sets it, unless the program has chosen meanwhile.
    "runtime.gomaxprocsUpdate" => fn gomaxprocs_update() {
        if !CUSTOM.load(SeqCst) {
            set(default(), 0);
        }
    }
}
