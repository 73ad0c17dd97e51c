//! The page heap: cuts spans from free pages, takes them back, and gives memory back to the system. Ps take single pages a few
//! at a time ([`Stash`]), sweepers give back those of a piece of the heap together: its lock is not on the common path.
//!
//! On a machine with several memory nodes each chunk of the heap is made for one of them, the system is asked for its memory,
//! and Ps take pages of their own nodes as long as the heap can grow. What is free elsewhere meanwhile goes back to the system
//! as anything that the heap does not need ([`scavenger`]).

use super::pool::Pool;
use super::span::{BITS, HEAP, MASKS, PAGE_TABLE, Span};
use super::{scavenger, stats};
use crate::gc::sweep;
use crate::lock::{Guard, Mutex};
use crate::numa;
use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::object_bits::Bits;
use undergo_rtcore::page_map::{CHUNK, PageMap, Summary};
use undergo_rtcore::size_class::{PAGE, Scan};
use undergo_rtcore::topology::MAX_NODES;
use undergo_rtsys::linux::mm::{self, flag};

use super::reserve::Reserve;

static USED: Reserve = Reserve::new();
static RELEASED: Reserve = Reserve::new();
static SUMMARIES: Reserve = Reserve::new();
/// A byte per chunk: its node, if there are several. Written before the chunk is committed.
static OWNERS: Reserve = Reserve::new();

/// State behind the lock.
///
/// | field | meaning |
/// |---|---|
/// | spans | records of spans |
/// | hints | search hints of the page map |
/// | chunks | committed chunks of the heap |
/// | in_use | pages in spans |
/// | released | free pages without physical memory |
/// | ready | the other free pages, by node |
struct State {
    spans: Pool<Span>,
    hints: [usize; MAX_NODES],
    ready: [usize; MAX_NODES],
    chunks: usize,
    in_use: usize,
    released: usize,
}

static STATE: Mutex<State> = Mutex::new(
    Rank::Heap,
    State { spans: Pool::new(), hints: [0; MAX_NODES], ready: [0; MAX_NODES], chunks: 0, in_use: 0, released: 0 },
);

/// Where the heap shall lie: addresses that look like nothing else.
const HINT: usize = 0xc0 << 32;
/// Pieces of the heap that are swept at most before pages without physical memory are taken.
const SWEEPS: usize = 4;
/// With several nodes the heap grows at least by one in so many of its chunks.
const GROWTH: usize = 32;
/// Bytes of pointer masks of a page.
const MASK_BYTES: usize = PAGE / 64;
/// Most and least address space to reserve.
const RESERVE_MAX: usize = 1 << 40;
const RESERVE_MIN: usize = 256 << 20;

/// Reserves address space for the heap and its tables: as much as the system allows, up to 1 TB.
pub fn init() {
    let mut size = RESERVE_MAX;
    while !HEAP.init(HINT, size) {
        size /= 2;
        if size < RESERVE_MIN {
            crate::exit::throw("runtime: cannot reserve address space for the heap");
        }
    }
    let pages = size / PAGE;
    let ok = PAGE_TABLE.init(0, pages * size_of::<*mut Span>())
        && BITS.init(0, pages * size_of::<Bits>())
        && MASKS.init(0, pages * MASK_BYTES)
        && USED.init(0, pages / 8)
        && RELEASED.init(0, pages / 8)
        && SUMMARIES.init(0, (pages / CHUNK * size_of::<Summary>()).next_multiple_of(1 << 16))
        && OWNERS.init(0, (pages / CHUNK).next_multiple_of(1 << 16));
    if !ok {
        crate::exit::throw("runtime: cannot reserve address space for the heap");
    }
}

/// The node of the chunk that a committed page lies in.
#[inline]
pub fn node_of(page: usize) -> usize {
    match numa::n_nodes() {
        1 => 0,
        // SAFETY: the table covers committed chunks, whose entries do not change.
        _ => unsafe { OWNERS.at::<u8>(page / CHUNK).read() as usize },
    }
}

impl State {
    fn map(&mut self) -> PageMap<'_> {
        let words = self.chunks * CHUNK / 64;
        let owners = if numa::n_nodes() == 1 { 0 } else { self.chunks };
        // SAFETY: the tables are committed for `chunks` chunks, and reached only through this lock.
        unsafe {
            PageMap {
                used: core::slice::from_raw_parts_mut(USED.at(0), words),
                released: core::slice::from_raw_parts_mut(RELEASED.at(0), words),
                summaries: core::slice::from_raw_parts_mut(SUMMARIES.at(0), self.chunks),
                owners: core::slice::from_raw_parts(OWNERS.at(0), owners),
                hints: &mut self.hints,
            }
        }
    }

    /// Commits at least `pages` more pages for a node. False: out of memory.
    fn grow(&mut self, pages: usize, node: usize) -> bool {
        let needed = pages.div_ceil(CHUNK);
        // Chunks of different nodes are mappings of their own, of which the system allows no more than about 65,000.
        let more = if numa::n_nodes() == 1 { 0 } else { self.chunks / GROWTH };
        (more > needed && self.add(more, node)) || self.add(needed, node)
    }

    /// Commits `n` more chunks for a node. False: out of memory.
    fn add(&mut self, n: usize, node: usize) -> bool {
        let from = self.chunks;
        let to = from + n;
        let n = to * CHUNK;
        let ok = PAGE_TABLE.commit(n * size_of::<*mut Span>())
            && BITS.commit(n * size_of::<Bits>())
            && MASKS.commit(n * MASK_BYTES)
            && USED.commit(n / 8)
            && RELEASED.commit(n / 8)
            && SUMMARIES.commit(to * size_of::<Summary>())
            && self.assign(from, to, node)
            && HEAP.commit(n * PAGE);
        if ok {
            self.chunks = to;
            self.released += n - from * CHUNK;
            self.map().add_chunks(from, to);
        }
        ok
    }

    /// Chunks `from..to`, which are new, are going to belong to a node. False: out of memory.
    fn assign(&self, from: usize, to: usize, node: usize) -> bool {
        if numa::n_nodes() == 1 {
            return true;
        }
        if !OWNERS.commit(to) {
            return false;
        }
        // SAFETY: committed, and nobody looks at entries of chunks that are not; the memory is ours, and nobody uses it.
        unsafe {
            OWNERS.at::<u8>(from).write_bytes(node as u8, to - from);
            // With fewer Ps than nodes a P has no node of its own: memory comes from where it is touched.
            if crate::rt::n_p() >= numa::n_nodes() {
                mm::prefer_node(HEAP.at(from * CHUNK * PAGE), (to - from) * CHUNK * PAGE, numa::id(node));
            }
        }
        true
    }

    /// Takes pages that are used in the map already.
    fn take_run(&mut self, page: usize, pages: usize, released: usize) -> Taken {
        self.in_use += pages;
        self.released -= released;
        self.ready[node_of(page)] -= pages - released;
        Taken { page, released, span: self.spans.alloc().as_ptr() }
    }

    /// Pages that were in use are free; they have physical memory.
    fn free(&mut self, page: usize, pages: usize) {
        self.map().free(page, pages);
        self.in_use -= pages;
        self.ready[node_of(page)] += pages;
    }

    /// Free pages have no physical memory any more.
    fn mark_released(&mut self, page: usize, pages: usize) {
        self.map().mark_released(page, pages);
        self.released += pages;
        self.ready[node_of(page)] -= pages;
    }

    /// Free pages with physical memory.
    fn ready(&self) -> usize {
        self.chunks * CHUNK - self.in_use - self.released
    }

    fn sizes(&self) -> Sizes {
        Sizes {
            in_use: self.in_use * PAGE,
            idle: (self.chunks * CHUNK - self.in_use) * PAGE,
            released: self.released * PAGE,
            span_records: self.spans.live() * size_of::<Span>(),
        }
    }
}

/// Pages that have been taken, with a record for the span that they become.
#[derive(Clone, Copy, Debug)]
struct Taken {
    page: usize,
    /// Those of them without physical memory, whose content is zero.
    released: usize,
    span: *mut Span,
}

/// Pages that are taken together.
const STASH: usize = 8;

/// Single pages that a P has taken ahead, so that the lock is not needed for each span of small objects. All zero is valid and
/// empty. They count as in use. Touched by the M that holds the P, and by whoever stopped the world.
#[derive(Debug)]
pub struct Stash {
    pages: [Taken; STASH],
    len: usize,
}

impl Stash {
    fn pop(&mut self) -> Option<Taken> {
        self.len = self.len.checked_sub(1)?;
        Some(self.pages[self.len])
    }

    /// Takes more pages: one at least, and others as long as there are some of its kind, with memory or without.
    fn fill(&mut self) -> Option<Taken> {
        let (mut state, first) = take(1)?;
        let mut released = first.released;
        let node = node_of(first.page);
        while self.len < STASH && (first.released != 0 || state.ready[node] > 0) {
            let Some(run) = state.map().alloc(1, node) else { break };
            let taken = state.take_run(run.page, 1, run.released);
            released += taken.released;
            self.pages[self.len] = taken;
            self.len += 1;
        }
        // The lowest first.
        self.pages[..self.len].reverse();
        done_taking(state, released);
        Some(first)
    }

    /// Gives the pages back. The P goes away.
    pub fn give_back(&mut self) {
        let mut state = STATE.lock();
        while let Some(taken) = self.pop() {
            state.free(taken.page, 1);
            if taken.released != 0 {
                state.mark_released(taken.page, 1);
            }
            // SAFETY: the record was taken with the page, and nobody has seen it.
            unsafe { state.spans.free(NonNull::new_unchecked(taken.span)) };
        }
    }
}

/// A span of one page for objects of `class`. `None`: out of memory.
pub fn alloc_page(stash: &mut Stash, class: usize, scan: Scan) -> Option<NonNull<Span>> {
    let taken = match stash.pop() {
        Some(taken) => taken,
        None => stash.fill()?,
    };
    publish(taken, 1, class, scan)
}

/// A span of `pages` pages for objects of `class`. `None`: out of memory.
pub fn alloc_span(pages: usize, class: usize, scan: Scan) -> Option<NonNull<Span>> {
    let (state, taken) = take(pages)?;
    done_taking(state, taken.released);
    publish(taken, pages, class, scan)
}

/// The page heap, after an attempt to have pages of dead spans in a node, before those are taken that have no physical memory
/// yet.
fn ready_for(pages: usize, node: usize) -> Guard<'static, State> {
    let mut state = STATE.lock();
    for _ in 0..SWEEPS {
        if state.ready[node] >= pages || sweep::is_claimed() {
            break;
        }
        drop(state);
        sweep::some();
        state = STATE.lock();
    }
    state
}

/// Whether a node has free pages with physical memory.
pub fn has_ready(node: usize) -> bool {
    STATE.lock().ready[node] > 0
}

/// Takes `pages` pages, of the node of this thread's P if possible. `None`: out of memory.
fn take(pages: usize) -> Option<(Guard<'static, State>, Taken)> {
    let node = numa::own_node();
    let mut state = ready_for(pages, node);
    loop {
        if let Some(run) = state.map().alloc(pages, node) {
            let taken = state.take_run(run.page, pages, run.released);
            return Some((state, taken));
        }
        // Dead spans before the heap grows.
        drop(state);
        let swept = sweep::some();
        state = STATE.lock();
        if !swept && !state.grow(pages, node) {
            return take_far(state, pages, node);
        }
    }
}

/// Takes pages of another node than `node`, the nearest that has some.
#[cold]
fn take_far(mut state: Guard<'static, State>, pages: usize, node: usize) -> Option<(Guard<'static, State>, Taken)> {
    if numa::n_nodes() == 1 {
        return None;
    }
    let run = numa::groups().near(node).find_map(|far| state.map().alloc(pages, far))?;
    let taken = state.take_run(run.page, pages, run.released);
    Some((state, taken))
}

/// `released` pages without physical memory have been taken.
fn done_taking(state: Guard<'static, State>, released: usize) {
    let sizes = state.sizes();
    drop(state);
    if released > 0 {
        scavenger::make_room(released * PAGE, &sizes);
    }
}

/// Makes pages that have been taken a span.
fn publish(taken: Taken, pages: usize, class: usize, scan: Scan) -> Option<NonNull<Span>> {
    let span = NonNull::new(taken.span)?;
    // SAFETY: the record and the pages are ours. The page table covers the committed pages (M1).
    unsafe {
        Span::init(span, taken.page, pages, class, scan, taken.released != pages);
        // Only the first page of a big span of small objects would not do: interior pointers hit any page.
        for page in taken.page..taken.page + pages {
            PAGE_TABLE.at::<*mut Span>(page).write_volatile(span.as_ptr());
        }
    }
    Some(span)
}

/// Takes spans and their pages back, `first` and what is linked to it, and counts what has died, there or elsewhere.
///
/// # Safety
/// No object of these spans is in use and no cache or list holds them.
pub unsafe fn free_spans(first: *mut Span, freed: &stats::Freed) {
    let mut state = STATE.lock();
    stats::STATS.add(freed);
    let mut next = NonNull::new(first);
    while let Some(span) = next {
        // SAFETY: M1: still a valid record; the caller gave it up.
        unsafe {
            let (page, pages) = (span.as_ref().page(), span.as_ref().pages);
            next = NonNull::new(span.as_ref().next);
            for p in page..page + pages {
                PAGE_TABLE.at::<*mut Span>(p).write_volatile(core::ptr::null_mut());
            }
            state.free(page, pages);
            state.spans.free(span);
        }
    }
}

/// Number of committed pages: the page table is meaningful below it.
pub fn committed_pages() -> usize {
    HEAP.committed() / PAGE
}

/// Gives physical memory of free pages back until at most `keep` free pages have some, or `budget` bytes have been
/// given. Whether there is more to give. The lock is dropped between runs.
pub fn scavenge(keep: usize, budget: usize) -> bool {
    const RUN: usize = 64;
    let mut below = usize::MAX;
    let mut bytes = 0;
    while bytes < budget {
        let mut state = STATE.lock();
        let idle = state.ready();
        if idle <= keep {
            return false;
        }
        let max = (idle - keep).min(RUN);
        let top = below.min(state.chunks * CHUNK);
        let Some((page, n)) = state.map().find_unreleased(top, max) else { return false };
        // SAFETY: free pages, which nobody can take while we hold the lock.
        let r = unsafe { mm::advise((HEAP.base() + page * PAGE) as *mut u8, n * PAGE, flag::MADV_DONTNEED) };
        if r < 0 {
            return false;
        }
        state.mark_released(page, n);
        stats::STATS.scavenged.fetch_add((n * PAGE) as u64, Relaxed);
        bytes += n * PAGE;
        below = page;
    }
    true
}

/// Sizes in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Pages in spans.
    pub in_use: usize,
    /// Free pages, with or without physical memory.
    pub idle: usize,
    /// Free pages without physical memory.
    pub released: usize,
    /// Span records in use.
    pub span_records: usize,
}

/// Current sizes.
pub fn sizes() -> Sizes {
    STATE.lock().sizes()
}

/// Current sizes, and the counts of objects that go with them: objects in use fit into the pages in use, since no span is
/// made or freed and no object counted as dead meanwhile.
pub fn sizes_and_totals() -> (Sizes, stats::Totals) {
    let state = STATE.lock();
    let sizes = state.sizes();
    (sizes, stats::totals())
}
