//! From `_start` to the first goroutine.

use crate::g::{self};
use crate::m::{self, M};
use crate::module;
use crate::rt::{self, RT};
use crate::sched::{self, threads};
use crate::{config, env, exit, signal};
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;
use undergo_abi::module::Import;
use undergo_rtsys::entry;
use undergo_rtsys::linux::{clock, mm, thread};

/// Called by `_start` on the initial stack, which becomes the system stack of the first M.
#[unsafe(no_mangle)]
extern "C" fn undergo_start(sp: usize) -> ! {
    // Arguments first: everything else may look at the environment.
    env::init(sp);
    if module::import(Import::Main) == 0 {
        exit::write("undergo runtime: no program is linked to this image\n");
        thread::exit(2);
    }
    if module::module().version != undergo_abi::VERSION {
        exit::write("undergo runtime: program and runtime image are of different versions\n");
        thread::exit(2);
    }
    // SAFETY: the vDSO's function has the type that clock wants.
    unsafe { clock::set_vdso_clock_gettime(env::vdso("__vdso_clock_gettime")) };
    RT.start_ns.store(rt::nanotime(), Relaxed);
    RT.last_poll.store(rt::nanotime(), Relaxed);
    RT.n_cpu.store(thread::cpu_count() as u32, Relaxed);
    first_m();
    // Settings before memory: they may fix heap base and seeds.
    config::init();
    crate::mem::init();
    crate::numa::init();
    signal::init();
    // Ps last: from here on entries may run.
    crate::world::resize(crate::procs::initial());
    {
        let mut s = RT.sched.lock();
        for i in (1..rt::n_p()).rev() {
            let pp = RT.all_p[i].load(Relaxed);
            // SAFETY: nobody else runs yet.
            unsafe { (*pp).set_status(crate::p::PStatus::Idle) };
            threads::put_idle_p(&mut s, pp);
        }
    }
    let p0 = RT.all_p[0].load(Relaxed);
    // SAFETY: as above.
    unsafe { (*p0).set_status(crate::p::PStatus::Idle) };
    threads::acquire_p(p0);
    spawn_main();
    sched::schedule()
}

/// The first M, found by fs from here on. Nothing that takes a lock may run before.
fn first_m() {
    // A system stack of our own, since the kernel's is limited by the user; the M lies at its top.
    const STACK: usize = 256 << 10;
    let Some(stack) = mm::map(STACK + threads::SIGNAL_STACK) else {
        exit::write("undergo runtime: no memory for the first stack\n");
        thread::exit(2);
    };
    let top = (stack.as_ptr() as usize + STACK + threads::SIGNAL_STACK - size_of::<M>()) & !63;
    // SAFETY: zeroed memory at the top of the fresh mapping; all-zero is a valid M.
    let mp = unsafe { &mut *(top as *mut M) };
    mp.this = mp;
    mp.signal_stack = stack.as_ptr() as usize;
    mp.g0_sp = top;
    // SAFETY: a live M.
    unsafe { thread::set_fs(top) };
    mp.tid = thread::gettid();
    threads::register(mp);
    threads::init_thread(mp);
}

/// A funcval for the first goroutine.
static mut MAIN: [usize; 1] = [0];

fn spawn_main() {
    // SAFETY: written once, before the goroutine exists.
    let f = unsafe {
        MAIN[0] = module::import(Import::Main);
        &raw const MAIN as *const usize
    };
    sched::create::spawn_main(f);
}

entry! {
    /// The main goroutine begins: it stays on the first thread until `initsDone`.
    "runtime.mainStarted" => fn main_started() {
        let gp = g::current();
        let mp = m::current();
        gp.lock_count_internal += 1;
        gp.locked_m = mp;
        mp.locked_g = gp;
        sched::sysmon::start();
        sched::deadlock::DISABLED.store(false, Relaxed);
    }

    /// All packages are initialised.
    "runtime.initsDone" => fn inits_done() {
        let gp = g::current();
        gp.lock_count_internal -= 1;
        if gp.lock_count == 0 && gp.lock_count_internal == 0 {
            gp.locked_m = null_mut();
            m::current().locked_g = null_mut();
        }
    }

    /// LockOSThread.
    "runtime.LockOSThread" => fn lock_os_thread() {
        sched::template::ensure();
        let gp = g::current();
        gp.lock_count += 1;
        gp.locked_m = m::current();
        m::current().locked_g = gp;
    }

    /// UnlockOSThread.
    "runtime.UnlockOSThread" => fn unlock_os_thread() {
        let gp = g::current();
        if gp.lock_count == 0 {
            return;
        }
        gp.lock_count -= 1;
        if gp.lock_count == 0 && gp.lock_count_internal == 0 {
            gp.locked_m = null_mut();
            m::current().locked_g = null_mut();
        }
    }
}
