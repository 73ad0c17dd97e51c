//! Every interleaving (up to a bound on preemptions) of the lock-free algorithms, by loom. Run with
//! `cargo test --release -p undergo-rtcore --features model --test model`.

use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst, fence};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;
use undergo_rtcore::run_queue::{CAP, RunQueue};
use undergo_rtcore::semaphore;

fn explore(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// The owner queues `items` and takes some, while thieves steal: every item comes out once.
fn steal(thieves: usize, items: usize) {
    let queue = Arc::new(RunQueue::new());
    let thieves: Vec<_> = (0..thieves)
        .map(|_| {
            let queue = queue.clone();
            thread::spawn(move || {
                let mine = RunQueue::new();
                let mut got: Vec<usize> = mine.steal_from(&queue).into_iter().collect();
                got.extend(core::iter::from_fn(|| mine.pop()));
                got
            })
        })
        .collect();
    let mut got = Vec::new();
    for item in 1..=items {
        if !queue.push(item) {
            got.extend(queue.pop());
            assert!(queue.push(item), "the owner has made room");
        }
    }
    got.extend(queue.pop());
    for t in thieves {
        got.extend(t.join().unwrap());
    }
    got.extend(core::iter::from_fn(|| queue.pop()));
    got.sort_unstable();
    assert_eq!(got, (1..=items).collect::<Vec<_>>());
}

/// The ring is full and wraps around under a thief.
#[test]
fn run_queue_wraps_under_a_thief() {
    explore(2, || steal(1, CAP + 1));
}

/// Two thieves and the owner want the same items.
#[test]
fn run_queue_with_two_thieves() {
    explore(2, || steal(2, 2));
}

/// A goroutine's place to sleep: a flag that the waker sets before it signals.
#[derive(Default)]
struct Sleeper {
    woken: Mutex<bool>,
    signal: Condvar,
}

impl Sleeper {
    fn sleep(&self) {
        let mut woken = self.woken.lock().unwrap();
        while !*woken {
            woken = self.signal.wait(woken).unwrap();
        }
    }

    fn wake(&self) {
        *self.woken.lock().unwrap() = true;
        self.signal.notify_one();
    }
}

struct Semaphore {
    units: AtomicU32,
    waiting: AtomicU32,
    queue: Mutex<Vec<Arc<Sleeper>>>,
    inside: AtomicBool,
}

impl Semaphore {
    /// As `runtime/rt/src/sema.rs` does it.
    fn acquire(&self) {
        if semaphore::try_take(&self.units) {
            return;
        }
        let sleeper = Arc::new(Sleeper::default());
        {
            let mut queue = self.queue.lock().unwrap();
            if !semaphore::wait(&self.units, &self.waiting) {
                return;
            }
            queue.push(sleeper.clone());
        }
        sleeper.sleep();
    }

    fn release(&self) {
        if !semaphore::release(&self.units, &self.waiting) {
            return;
        }
        let mut queue = self.queue.lock().unwrap();
        if !queue.is_empty() && semaphore::hand_over(&self.units, &self.waiting) {
            let sleeper = queue.remove(0);
            drop(queue);
            sleeper.wake();
        }
    }
}

/// Three goroutines want one unit: nobody sleeps for ever (loom would report it), and never two have it.
#[test]
fn semaphore_wakes_everybody() {
    explore(3, || {
        let s = Arc::new(Semaphore {
            units: AtomicU32::new(1),
            waiting: AtomicU32::new(0),
            queue: Mutex::new(Vec::new()),
            inside: AtomicBool::new(false),
        });
        let user = |s: Arc<Semaphore>| {
            move || {
                s.acquire();
                assert!(!s.inside.swap(true, SeqCst), "two have the unit");
                s.inside.store(false, SeqCst);
                s.release();
            }
        };
        let others = [thread::spawn(user(s.clone())), thread::spawn(user(s.clone()))];
        user(s.clone())();
        for t in others {
            t.join().unwrap();
        }
        assert_eq!(s.units.load(SeqCst), 1);
        assert_eq!(s.waiting.load(SeqCst), 0);
    });
}

/// The step from spinning to sleeping (`runtime/rt/src/sched`): a submitter queues work and wakes somebody only if nobody
/// spins; a spinner stops spinning and then looks at the queues once more. Work is never left behind.
#[test]
fn no_work_is_left_to_sleepers() {
    explore(3, || {
        let queue = Arc::new(RunQueue::new());
        let spinning = Arc::new(AtomicU32::new(1));
        let spinner = {
            let (queue, spinning) = (queue.clone(), spinning.clone());
            thread::spawn(move || {
                let mine = RunQueue::new();
                if let Some(item) = mine.steal_from(&queue) {
                    return Some(item);
                }
                spinning.fetch_sub(1, SeqCst);
                fence(SeqCst);
                if queue.is_empty() { None } else { mine.steal_from(&queue) }
            })
        };
        assert!(queue.push(7));
        fence(SeqCst);
        let wakes_somebody = spinning.load(SeqCst) == 0;
        let found = spinner.join().unwrap();
        assert!(found == Some(7) || wakes_somebody, "work waits, and nobody looks");
    });
}

/// Parking (`runtime/rt/src/park.rs`): a goroutine queues itself under a lock, is marked waiting, and only then the lock is
/// released; whoever takes it out of the queue finds it waiting, and it is made runnable once.
#[test]
fn parked_goroutines_are_readied_once() {
    const RUNNING: u32 = 2;
    const WAITING: u32 = 4;
    const RUNNABLE: u32 = 1;
    explore(4, || {
        let status = Arc::new(AtomicU32::new(RUNNING));
        let queue = Arc::new(Mutex::new(false));
        let waker = |status: Arc<AtomicU32>, queue: Arc<Mutex<bool>>| {
            thread::spawn(move || {
                let taken = core::mem::replace(&mut *queue.lock().unwrap(), false);
                if taken {
                    let r = status.compare_exchange(WAITING, RUNNABLE, SeqCst, SeqCst);
                    assert!(r.is_ok(), "readied in state {r:?}");
                }
                taken
            })
        };
        let wakers = [waker(status.clone(), queue.clone()), waker(status.clone(), queue.clone())];
        {
            let mut queued = queue.lock().unwrap();
            *queued = true;
            status.compare_exchange(RUNNING, WAITING, SeqCst, SeqCst).expect("nobody wakes what is not parked");
        }
        let readied = wakers.map(|t| t.join().unwrap()).iter().filter(|&&t| t).count();
        assert!(readied <= 1);
        assert_eq!(status.load(SeqCst), if readied == 1 { RUNNABLE } else { WAITING });
    });
}
