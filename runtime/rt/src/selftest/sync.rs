//! Channels, select, semaphores, timers, the poller.

use super::memory::{CHAN_INT, CHAN_POINTER, POINTER};
use super::{collect, entry_call, go, raised, say};
use core::ptr::null;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use undergo_rtsys::linux::clock::monotonic_ns;
use undergo_rtsys::linux::sys::syscall3;

fn chan(n: usize) -> usize {
    entry_call!("runtime.makechan", CHAN_INT.ty(), n)[0]
}

fn send(c: usize, v: usize) {
    entry_call!("runtime.chansend1", c, &raw const v);
}

fn receive(c: usize) -> Option<usize> {
    let mut v = usize::MAX;
    let ok = entry_call!("runtime.chanrecv2", c, &raw mut v)[0] & 0xff != 0;
    let v = core::hint::black_box(v);
    assert!(ok || v == 0);
    ok.then_some(v)
}

extern "C" fn producer(arg: usize) {
    // SAFETY: the starter waits for us.
    let [c, n, done] = unsafe { *(arg as *const [usize; 3]) };
    for i in 1..=n {
        send(c, i);
    }
    send(done, 1);
}

fn channels() {
    for cap in [0, 1, 7, 100] {
        let (c, done) = (chan(cap), chan(0));
        let args = [c, 20_000, done];
        for _ in 0..4 {
            go(producer, &raw const args as usize);
        }
        let mut sum = 0;
        for _ in 0..80_000 {
            sum += receive(c).unwrap_or(0);
        }
        for _ in 0..4 {
            receive(done);
        }
        assert!(sum == 4 * 20_000 * 20_001 / 2);
        core::hint::black_box(&args);
        assert!(entry_call!("runtime.chanlen", c)[0] == 0 && entry_call!("runtime.chancap", c)[0] == cap);
        entry_call!("runtime.closechan", c);
        assert!(receive(c).is_none());
        send(c, 1);
        assert!(raised() == 5);
        entry_call!("runtime.closechan", c);
        assert!(raised() == 6);
    }
    say("channels\n");
}

extern "C" fn pointer_sender(c: usize) {
    for i in 0..50_000usize {
        let p = entry_call!("runtime.newobject", POINTER.ty())[0] as *mut usize;
        // SAFETY: a live object.
        unsafe { p.write(i) };
        let v = p as usize;
        entry_call!("runtime.chansend1", c, &raw const v);
    }
    entry_call!("runtime.closechan", c);
}

/// Values in flight survive collections.
fn pointers() {
    let c = entry_call!("runtime.makechan", CHAN_POINTER.ty(), 50)[0];
    go(pointer_sender, c);
    let mut next = 0;
    loop {
        let mut p = null::<usize>();
        let ok = entry_call!("runtime.chanrecv2", c, &raw mut p)[0] & 0xff != 0;
        let p = core::hint::black_box(p);
        if !ok {
            break;
        }
        if next % 5_000 == 0 {
            collect(1);
        }
        // SAFETY: a live object, or the test fails.
        assert!(unsafe { *p } == next);
        next += 1;
    }
    assert!(next == 50_000);
    say("pointers through channels\n");
}

/// A select over `cases`, of which the first `sends` send: case and whether a value was received.
fn select(cases: &[[usize; 2]], sends: usize, block: bool) -> (isize, bool) {
    let mut order = [0u16; 32];
    let n = cases.len();
    let r = entry_call!("runtime.selectgo", cases.as_ptr(), order.as_mut_ptr(), 0, sends, n - sends, block);
    (r[0] as isize, r[1] & 0xff != 0)
}

extern "C" fn select_both(arg: usize) {
    // SAFETY: the starter waits for us.
    let [a, b, out] = unsafe { *(arg as *const [usize; 3]) };
    let mut sum = 0;
    let (mut open_a, mut open_b) = (a, b);
    while open_a != 0 || open_b != 0 {
        let mut v = 0usize;
        let at = &raw mut v as usize;
        let (case, ok) = select(&[[open_a, at], [open_b, at]], 0, true);
        let v = core::hint::black_box(v);
        match (case, ok) {
            (0, false) => open_a = 0,
            (1, false) => open_b = 0,
            _ => sum += v,
        }
    }
    send(out, sum);
}

fn selects() {
    let (a, b, out) = (chan(0), chan(3), chan(0));
    assert!(select(&[[a, 0], [b, 0]], 0, false).0 == -1);
    let args = [a, b, out];
    for _ in 0..3 {
        go(select_both, &raw const args as usize);
    }
    let mut counts = [0; 2];
    let v = 7usize;
    for _ in 0..100_000 {
        let (case, _) = select(&[[a, &raw const v as usize], [b, &raw const v as usize]], 2, true);
        counts[case as usize] += 1;
    }
    entry_call!("runtime.closechan", a);
    entry_call!("runtime.closechan", b);
    let sum: usize = (0..3).map(|_| receive(out).unwrap_or(0)).sum();
    core::hint::black_box(&args);
    assert!(sum == 700_000 && counts[0] > 1000 && counts[1] > 1000);
    say("select\n");
}

static SEMA: AtomicU32 = AtomicU32::new(1);
static SHARED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn locker(done: usize) {
    for i in 0..20_000 {
        entry_call!("runtime.semacquireMutex", SEMA.as_ptr(), i % 3 == 0);
        let n = SHARED.load(SeqCst);
        if i % 1000 == 0 {
            entry_call!("runtime.Gosched");
        }
        SHARED.store(n + 1, SeqCst);
        entry_call!("sync.runtime_Semrelease", SEMA.as_ptr(), i % 2 == 0, 0);
    }
    send(done, 1);
}

fn semaphores() {
    let done = chan(0);
    for _ in 0..6 {
        go(locker, done);
    }
    for _ in 0..6 {
        receive(done);
    }
    assert!(SHARED.load(SeqCst) == 120_000 && SEMA.load(SeqCst) == 1);
    say("semaphores\n");
}

static LIST: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

extern "C" fn cond_waiter(done: usize) {
    let ticket = entry_call!("sync.runtime_notifyListAdd", LIST.as_ptr())[0];
    send(done, 1);
    entry_call!("sync.runtime_notifyListWait", LIST.as_ptr(), ticket);
    send(done, 2);
}

fn conditions() {
    let done = chan(0);
    for _ in 0..5 {
        go(cond_waiter, done);
    }
    for _ in 0..5 {
        assert!(receive(done) == Some(1));
    }
    entry_call!("runtime.notifyListNotifyOne", LIST.as_ptr());
    assert!(receive(done) == Some(2));
    entry_call!("runtime.notifyListNotifyAll", LIST.as_ptr());
    for _ in 0..4 {
        assert!(receive(done) == Some(2));
    }
    say("conditions\n");
}

extern "C" fn sleeper(arg: usize) {
    // SAFETY: the starter waits for us.
    let [ms, out] = unsafe { *(arg as *const [usize; 2]) };
    entry_call!("runtime.sleep", ms * 1_000_000);
    send(out, ms);
}

/// `chan time.Time` with room for one.
fn new_timer(ms: usize, period: usize) -> (usize, usize) {
    static TIME: super::memory::Described = super::memory::Described::time();
    static CHAN_TIME: super::memory::Described = super::memory::Described::chan_of(&TIME);
    let c = entry_call!("runtime.makechan", CHAN_TIME.ty(), 1)[0];
    let when = monotonic_ns() as usize + ms * 1_000_000;
    let t = entry_call!("time.newTimer", when, period * 1_000_000, 0, 0, c, c)[0];
    (t, c)
}

fn timers() {
    let out = chan(0);
    let args = [[30, out], [10, out], [20, out]];
    let start = monotonic_ns();
    for a in &args {
        go(sleeper, a.as_ptr() as usize);
    }
    assert!([receive(out), receive(out), receive(out)] == [Some(10), Some(20), Some(30)]);
    core::hint::black_box(&args);
    let took = monotonic_ns() - start;
    assert!((30_000_000..80_000_000).contains(&took));
    // One that fires.
    let (t, c) = new_timer(5, 0);
    let mut value = [0usize; 3];
    entry_call!("runtime.chanrecv1", c, value.as_mut_ptr());
    assert!(core::hint::black_box(value)[1] != 0);
    assert!(entry_call!("time.stopTimer", t)[0] & 0xff == 0);
    // One that has fired, unseen: stopping drops the value.
    let (t, c) = new_timer(1, 0);
    entry_call!("runtime.sleep", 5_000_000);
    assert!(entry_call!("runtime.chanlen", c)[0] == 0 && entry_call!("runtime.chancap", c)[0] == 0);
    assert!(entry_call!("time.stopTimer", t)[0] & 0xff == 1);
    assert!(entry_call!("runtime.selectnbrecv", value.as_mut_ptr(), c)[0] & 0xff == 0);
    // Armed again.
    let when = monotonic_ns() as usize + 1_000_000;
    assert!(entry_call!("time.resetTimer", t, when, 0)[0] & 0xff == 0);
    entry_call!("runtime.chanrecv1", c, value.as_mut_ptr());
    // A ticker.
    let (t, c) = new_timer(2, 2);
    for _ in 0..5 {
        entry_call!("runtime.chanrecv1", c, value.as_mut_ptr());
    }
    assert!(entry_call!("time.stopTimer", t)[0] & 0xff == 1);
    // Forgotten ones are collected; one that is waited for is not.
    for _ in 0..1000 {
        new_timer(3_600_000, 0);
    }
    let (_, c) = new_timer(20, 0);
    collect(1);
    entry_call!("runtime.chanrecv1", c, value.as_mut_ptr());
    assert!(crate::rt::all_p().map(|p| p.timers.len()).sum::<usize>() < 50);
    say("timers\n");
}

extern "C" fn pipe_writer(fd: usize) {
    entry_call!("runtime.sleep", 5_000_000);
    // SAFETY: one byte to our own pipe.
    unsafe { syscall3(1, fd, b"x".as_ptr() as usize, 1) };
}

fn poller() {
    let mut fds = [0i32; 2];
    // SAFETY: pipe2 with O_NONBLOCK writes two descriptors.
    assert!(unsafe { syscall3(293, fds.as_mut_ptr() as usize, 0x800, 0) } == 0);
    entry_call!("internal/poll.runtime_pollServerInit");
    let [pd, errno, _] = entry_call!("internal/poll.runtime_pollOpen", fds[0]);
    assert!(pd != 0 && errno == 0);
    let r = b'r' as usize;
    assert!(entry_call!("internal/poll.runtime_pollReset", pd, r)[0] == 0);
    go(pipe_writer, fds[1] as usize);
    assert!(entry_call!("runtime.pollWait", pd, r)[0] == 0);
    // A deadline.
    assert!(entry_call!("internal/poll.runtime_pollReset", pd, r)[0] == 0);
    entry_call!("internal/poll.runtime_pollSetDeadline", pd, 5_000_000, r);
    assert!(entry_call!("runtime.pollWait", pd, r)[0] == 2);
    assert!(entry_call!("internal/poll.runtime_pollReset", pd, r)[0] == 2);
    entry_call!("internal/poll.runtime_pollSetDeadline", pd, 0, r);
    assert!(entry_call!("internal/poll.runtime_pollReset", pd, r)[0] == 0);
    entry_call!("internal/poll.runtime_pollUnblock", pd);
    assert!(entry_call!("runtime.pollWait", pd, r)[0] == 1);
    entry_call!("internal/poll.runtime_pollClose", pd);
    // A regular file cannot be polled: EPERM.
    // SAFETY: open for reading.
    let file = unsafe { syscall3(2, c"/proc/self/exe".as_ptr() as usize, 0, 0) };
    assert!(entry_call!("internal/poll.runtime_pollOpen", file)[1] == 1);
    say("poller\n");
}

pub fn run() {
    channels();
    pointers();
    selects();
    semaphores();
    conditions();
    timers();
    poller();
}
