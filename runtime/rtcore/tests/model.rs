//! Every interleaving (up to a bound on preemptions) of the lock-free algorithms, by loom. Run with
//! `cargo test --release -p undergo-rtcore --features model --test model`.

use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst, fence};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;
use undergo_rtcore::grey::Grey;
use undergo_rtcore::mark_work::MarkWork;
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

/// A goroutine in a select on two channels (`runtime/rt/src/select.rs`), as its partners see it.
struct Selecting {
    status: AtomicU32,
    claimed: AtomicU32,
    /// Whether its waiter is in the queue of the channel, under the channel's lock.
    queued: [Mutex<bool>; 2],
    /// Its waiters have been given back.
    freed: AtomicBool,
}

impl Selecting {
    const RUNNING: u32 = 2;
    const WAITING: u32 = 4;
    const RUNNABLE: u32 = 1;

    /// Locks both channels, queues, parks, and unlocks them in the order of the list of waiters.
    fn park(&self) {
        let mut guards = [self.queued[0].lock().unwrap(), self.queued[1].lock().unwrap()];
        guards.iter_mut().for_each(|queued| **queued = true);
        self.status.compare_exchange(Self::RUNNING, Self::WAITING, SeqCst, SeqCst).expect("it runs");
        for guard in guards {
            assert!(!self.freed.load(SeqCst), "the list is read before the last channel is released");
            drop(guard);
        }
    }

    /// Sends on channel `on`, or closes it; whether the goroutine got it. The second value tells whether it was there.
    fn send(&self, on: usize) -> (bool, bool) {
        let was_queued = core::mem::replace(&mut *self.queued[on].lock().unwrap(), false);
        if !was_queued || self.claimed.compare_exchange(0, 1, SeqCst, SeqCst).is_err() {
            return (false, was_queued);
        }
        // The waiters of the other channels: all are visited before any is freed.
        *self.queued[1 - on].lock().unwrap() = false;
        self.freed.store(true, SeqCst);
        let r = self.status.compare_exchange(Self::WAITING, Self::RUNNABLE, SeqCst, SeqCst);
        assert!(r.is_ok(), "readied in state {r:?}");
        (true, true)
    }
}

/// Hand-off to a select: of the partners that find its waiters one wins, wakes it once, and leaves no waiter behind.
#[test]
fn a_select_is_claimed_once() {
    for partners in [[0, 1], [0, 0], [1, 1]] {
        explore(3, move || {
            let select = Arc::new(Selecting {
                status: AtomicU32::new(Selecting::RUNNING),
                claimed: AtomicU32::new(0),
                queued: [Mutex::new(false), Mutex::new(false)],
                freed: AtomicBool::new(false),
            });
            let senders = partners.map(|on| {
                let select = select.clone();
                thread::spawn(move || select.send(on))
            });
            select.park();
            let ends = senders.map(|t| t.join().unwrap());
            let won = ends.iter().filter(|e| e.0).count();
            let found = ends.iter().any(|e| e.1);
            assert_eq!(won, found as usize);
            let left = select.queued.iter().any(|q| *q.lock().unwrap());
            assert_eq!(left, !found);
            let status = select.status.load(SeqCst);
            assert_eq!(status, if found { Selecting::RUNNABLE } else { Selecting::WAITING });
        });
    }
}

/// A timer (`runtime/rt/src/timer`): `heap` names the heap it is in, 0 for none; each heap says under its lock whether
/// it holds the timer; `op` serialises arming and stopping.
struct Timer {
    op: Mutex<()>,
    heap: AtomicU32,
    heaps: [Mutex<bool>; 2],
    fired: AtomicU32,
}

impl Timer {
    fn disarm(&self) -> bool {
        loop {
            let heap = self.heap.load(SeqCst);
            if heap == 0 {
                return false;
            }
            let mut holds = self.heaps[heap as usize - 1].lock().unwrap();
            if self.heap.load(SeqCst) == heap {
                assert!(*holds);
                *holds = false;
                self.heap.store(0, SeqCst);
                return true;
            }
        }
    }

    fn stop(&self) -> bool {
        let _op = self.op.lock().unwrap();
        self.disarm()
    }

    /// Arms it in a heap (that of the P where this runs); whether it had been armed.
    fn arm(&self, heap: u32) -> bool {
        let _op = self.op.lock().unwrap();
        let was = self.disarm();
        let mut holds = self.heaps[heap as usize - 1].lock().unwrap();
        assert!(!*holds);
        *holds = true;
        self.heap.store(heap, SeqCst);
        was
    }

    /// A P runs what is due in a heap.
    fn run(&self, heap: u32) {
        let mut holds = self.heaps[heap as usize - 1].lock().unwrap();
        if *holds {
            self.fired.fetch_add(1, SeqCst);
            *holds = false;
            self.heap.store(0, SeqCst);
        }
    }
}

/// A timer is moved to another heap and stopped while both heaps run what is due: every arming ends once, by firing or
/// by being stopped.
#[test]
fn a_timer_fires_or_is_stopped() {
    explore(3, || {
        let timer = Arc::new(Timer {
            op: Mutex::new(()),
            heap: AtomicU32::new(0),
            heaps: [Mutex::new(false), Mutex::new(false)],
            fired: AtomicU32::new(0),
        });
        assert!(!timer.arm(1));
        let runner = {
            let timer = timer.clone();
            thread::spawn(move || {
                timer.run(1);
                timer.run(2);
            })
        };
        let stopper = {
            let timer = timer.clone();
            thread::spawn(move || timer.stop())
        };
        let moved = timer.arm(2);
        runner.join().unwrap();
        let stopped = stopper.join().unwrap();
        let left = timer.stop();
        let ends = timer.fired.load(SeqCst) + [moved, stopped, left].iter().filter(|&&end| end).count() as u32;
        assert_eq!(ends, 2, "two armings");
        assert!(timer.heaps.iter().all(|h| !*h.lock().unwrap()));
    });
}

/// A heap in which object n leads to 2n and 2n + 1, up to this number; whoever marks them. The first marker has a queue from
/// which others steal.
const OBJECTS: usize = 5;

#[derive(Default)]
struct Heap {
    work: MarkWork,
    shared: Mutex<Vec<usize>>,
    queue: RunQueue,
    seen: Mutex<Vec<usize>>,
}

impl Heap {
    fn read(&self, object: usize, stack: &mut Vec<usize>) {
        self.seen.lock().unwrap().push(object);
        stack.extend([2 * object, 2 * object + 1].into_iter().filter(|&n| n <= OBJECTS));
    }

    /// Takes shared entries, or steals.
    fn take(&self, stack: &mut Vec<usize>) -> bool {
        {
            let mut shared = self.shared.lock().unwrap();
            stack.extend(shared.pop());
            self.work.tell(shared.len());
        }
        if stack.is_empty() {
            let mut stolen = [0];
            let n = self.queue.grab(&mut stolen);
            stack.extend(&stolen[..n]);
        }
        !stack.is_empty()
    }

    fn give(&self, stack: &mut Vec<usize>) {
        let mut shared = self.shared.lock().unwrap();
        shared.append(stack);
        self.work.tell(shared.len());
    }

    /// As `Marker::drain` of the runtime does it; the marker with the queue keeps one entry there.
    fn mark(&self, markers: u32, owns: bool, mut stack: Vec<usize>) {
        loop {
            while let Some(object) = stack.pop().or_else(|| if owns { self.queue.pop() } else { None }) {
                self.read(object, &mut stack);
                if owns && let Some(entry) = stack.pop() {
                    assert!(self.queue.push(entry));
                }
                // Markers and, when there is plenty, assists.
                if self.work.is_wanted() || stack.len() > 1 {
                    self.give(&mut stack);
                }
            }
            self.work.become_idle();
            loop {
                if self.work.has_shared() || !self.queue.is_empty() {
                    self.work.become_busy();
                    if self.take(&mut stack) {
                        break;
                    }
                    self.work.become_idle();
                }
                if self.work.seems_over(markers) && self.work.is_over(markers, self.shared.lock().unwrap().len()) {
                    return;
                }
                thread::yield_now();
            }
        }
    }

    /// One object's worth of help.
    fn assist(&self) {
        let mut stack = Vec::new();
        self.work.assist_begins();
        if self.take(&mut stack) {
            let object = stack.pop().unwrap();
            self.read(object, &mut stack);
        }
        let mut shared = self.shared.lock().unwrap();
        shared.append(&mut stack);
        self.work.tell(shared.len());
        self.work.assist_ends();
    }
}

fn marking(markers: u32, assists: usize) {
    let heap = Arc::new(Heap::default());
    heap.work.begin();
    let start = |f: Box<dyn FnOnce(&Heap) + Send>| {
        let heap = heap.clone();
        thread::spawn(move || f(&heap))
    };
    let mut threads: Vec<_> =
        (1..markers).map(|_| start(Box::new(move |heap| heap.mark(markers, false, Vec::new())))).collect();
    threads.extend((0..assists).map(|_| start(Box::new(Heap::assist))));
    heap.mark(markers, true, vec![1]);
    for t in threads {
        t.join().unwrap();
    }
    assert!(heap.shared.lock().unwrap().is_empty() && heap.queue.is_empty(), "markers have left entries");
    let mut seen = heap.seen.lock().unwrap().clone();
    seen.sort_unstable();
    assert_eq!(seen, (1..=OBJECTS).collect::<Vec<_>>());
}

/// Two markers share what there is and steal, and end together when nothing is left.
#[test]
fn markers_end_when_everything_is_marked() {
    explore(2, || marking(2, 0));
}

/// Markers wait for what an assist gives back, stolen or not.
#[test]
fn markers_wait_for_assists() {
    explore(2, || marking(1, 1));
    explore(1, || marking(2, 1));
}

/// A span: its marks, and which of them have been read.
struct Marked {
    marks: [AtomicU32; 2],
    read: [AtomicU32; 2],
    grey: Grey,
    queue: Mutex<usize>,
}

impl Marked {
    fn mark(&self, word: usize, bit: u32) {
        self.marks[word].fetch_or(bit, SeqCst);
        if self.grey.note(word) {
            *self.queue.lock().unwrap() += 1;
        }
    }

    /// Reads the span if it is queued. What is read in word 0 leads to an object of word 1.
    fn read_if_queued(&self) -> bool {
        {
            let mut queue = self.queue.lock().unwrap();
            if *queue == 0 {
                return false;
            }
            *queue -= 1;
        }
        loop {
            let words = self.grey.take();
            for word in (0..2).filter(|w| words >> w & 1 != 0) {
                let read = self.read[word].load(SeqCst);
                let todo = self.marks[word].load(SeqCst) & !read;
                self.read[word].store(read | todo, SeqCst);
                if word == 0 && todo != 0 {
                    self.mark(1, 4);
                }
            }
            if self.grey.leave() {
                return true;
            }
        }
    }
}

/// Whatever is marked in a span is read, by the one that is reading or by the next; and it is queued once at a time.
#[test]
fn marks_of_a_span_are_read() {
    for words in [[0, 0], [0, 1]] {
        explore(3, move || {
            let span = Arc::new(Marked {
                marks: [AtomicU32::new(0), AtomicU32::new(0)],
                read: [AtomicU32::new(0), AtomicU32::new(0)],
                grey: Grey::new(),
                queue: Mutex::new(0),
            });
            let marker = {
                let span = span.clone();
                thread::spawn(move || {
                    span.mark(words[0], 1);
                    span.read_if_queued();
                })
            };
            span.mark(words[1], 2);
            span.read_if_queued();
            marker.join().unwrap();
            while span.read_if_queued() {}
            for (marks, read) in span.marks.iter().zip(&span.read) {
                assert_eq!(marks.load(SeqCst), read.load(SeqCst));
            }
            assert_eq!(*span.queue.lock().unwrap(), 0);
        });
    }
}
