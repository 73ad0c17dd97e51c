//! Entries of the scheduler's public face: Gosched, clocks, random numbers, limits.

use crate::g;
use crate::park::{self, Pair};
use crate::rt::{self, RT};
use crate::tracer::Yield;
use crate::{choice, config, env, m, sched, traceback};
use core::sync::atomic::Ordering::*;
use undergo_rtsys::entry;
use undergo_rtsys::linux::clock;

entry! {
    /// Yields.
    "runtime.Gosched" | "runtime.goyield" => fn gosched() {
        park::yield_now(g::current(), Yield::Gosched)
    }

    /// NumCPU.
    "runtime.numcpu" => fn numcpu() -> usize {
        RT.n_cpu.load(Relaxed) as usize
    }

    /// NumGoroutine.
    "runtime.gcount" => fn gcount() -> usize {
        sched::create::count()
    }

    /// Monotonic clock.
    "runtime.nanotime" => fn nanotime() -> i64 {
        clock::monotonic_ns()
    }

    /// The clock by which mutexes decide that a waiter starves.
    "internal/sync.runtime_nanotime" => fn sync_nanotime() -> i64 {
        if choice::is_seeded() { choice::schedule_ns() } else { clock::monotonic_ns() }
    }

    /// Wall clock: seconds and nanoseconds.
    "runtime.walltime" => fn walltime() -> Pair {
        let t = clock::wall();
        Pair(t.sec as u64, t.nsec as u64)
    }

    /// 64 random bits, not predictable.
    "runtime.rand" => fn rand() -> u64 {
        if choice::is_seeded() { choice::bits() } else { m::current().strong.next() }
    }

    /// 64 random bits from the kernel, for what is set up before anything else.
    "runtime.bootstrapRand" => fn bootstrap_rand() -> u64 {
        if choice::is_seeded() { choice::bits() } else { env::bootstrap_rand() }
    }

    /// debug.SetMaxStack.
    "runtime/debug.setMaxStack" => fn set_max_stack(n: usize) -> usize {
        RT.max_stack.swap(n, Relaxed)
    }

    /// debug.SetMaxThreads.
    "runtime/debug.setMaxThreads" => fn set_max_threads(n: i64) -> i64 {
        let mut s = RT.sched.lock();
        let old = core::mem::replace(&mut s.max_m, n.clamp(0, i64::from(i32::MAX)) as i32);
        if s.n_m > s.max_m {
            let max = s.max_m;
            drop(s);
            crate::exit::thread_exhaustion(max);
        }
        i64::from(old)
    }

    /// GOTRACEBACK level, as text.
    "runtime.settraceback" => fn settraceback(p: *const u8, n: usize) {
        // SAFETY: a Go string.
        config::set_traceback(unsafe { if n == 0 { &[] } else { core::slice::from_raw_parts(p, n) } });
    }

    /// Whether tracebacks show labels: not if `n` is 0.
    "runtime.settracebacklabels" => fn settracebacklabels(n: usize) {
        traceback::labels::SHOWN.store(n != 0, Relaxed);
    }

    /// Whether another round of active spinning in a mutex makes sense.
    "internal/sync.runtime_canSpin" | "sync.runtime_canSpin" => fn can_spin(i: i64) -> bool {
        if i >= 4 || RT.n_cpu.load(Relaxed) <= 1 {
            return false;
        }
        let busy_elsewhere = rt::n_p() as i32 > RT.n_idle_p.load(Relaxed) as i32 + RT.n_spinning.load(Relaxed) + 1;
        busy_elsewhere && sched::find::is_empty(g::current_p())
    }

    /// A round of active spinning.
    "internal/sync.runtime_doSpin" | "sync.runtime_doSpin" => fn do_spin() {
        undergo_rtsys::arch::cpu::relax(30);
    }
}

/// Results of reflectcall: copies memory results and pointer results with the collector's barriers.
///
/// `dst` and `src` are the memory results in the caller's frame and in ours; `regs` is the caller's `abi.RegArgs`.
#[unsafe(no_mangle)]
extern "C" fn undergo_reflect_results(dst: *mut u8, src: *const u8, n: usize, regs: *mut u8, typ: *const u8) {
    use undergo_rtsys::arch::reflect::{PTRS, RETURN_IS_PTR};
    // SAFETY: the stub passes the two frames and a RegArgs.
    unsafe {
        if n > 0 {
            crate::gc::barrier::before_copy(dst, src, n);
            crate::mem::copy::copy(dst, src, n);
        }
        let _ = typ;
        let is_ptr = *regs.add(RETURN_IS_PTR);
        for i in 0..undergo_abi::call::INT_ARG_REGS {
            if is_ptr & 1 << i != 0 {
                let slot = regs.add(PTRS + 8 * i);
                let value = regs.add(8 * i);
                crate::gc::barrier::before_copy(slot, value, 8);
                crate::mem::copy::copy(slot, value, 8);
            }
        }
    }
}
