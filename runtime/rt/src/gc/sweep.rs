//! Sweeping: what is not marked is free.
//!
//! For a span that is copying its marks to its kept bits and moving its cursor to the start; the memory of dead objects
//! is not touched. Spans without survivors go back to the page heap. The whole heap is swept at once, with the world
//! stopped: about 100 ns per 8 KB.

use crate::mem::span::{N_SPAN_CLASSES, PAGE_TABLE, Span, span_class};
use crate::mem::stats::STATS;
use crate::mem::{central, pages};
use crate::witness::WorldStopped;
use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;
use undergo_rtcore::object_bits::count;
use undergo_rtcore::size_class::N_CLASSES;

/// Calls `f` with every span in use, from the highest address to the lowest.
fn each_span(mut f: impl FnMut(NonNull<Span>)) {
    let mut page = pages::committed_pages();
    while page > 0 {
        page -= 1;
        // SAFETY: M1: the table covers all committed pages.
        if let Some(span) = NonNull::new(unsafe { *PAGE_TABLE.at::<*mut Span>(page) }) {
            // SAFETY: M1.
            page = unsafe { span.as_ref() }.page();
            f(span);
        }
    }
}

/// Frees everything unmarked. Returns the bytes of the objects kept.
pub fn all(_: &WorldStopped<'_>) -> u64 {
    central::clear();
    let mut live_bytes = 0;
    let mut freed = [0u64; N_CLASSES];
    let mut freed_large = 0;
    each_span(|mut span| {
        // SAFETY: M1, M3: no cache or list holds the span, and nobody else looks at it.
        unsafe {
            let s = span.as_mut();
            let live = count(&*s.marks, s.objects);
            freed[s.class] += (allocated(s) - live) as u64;
            live_bytes += (live * s.elem) as u64;
            if live == 0 {
                if s.class == 0 {
                    freed_large += s.elem as u64;
                }
                pages::free_span(span);
                return;
            }
            for word in 0..s.objects.div_ceil(64) {
                (*s.kept)[word] = (*s.marks)[word];
                (*s.marks)[word] = 0;
            }
            s.cursor = 0;
            s.needs_zero = true;
            if live < s.objects {
                debug_assert!(span_class(s.class, s.scan) < N_SPAN_CLASSES);
                central::put(span_class(s.class, s.scan), span);
            }
        }
    });
    for (total, n) in STATS.frees.iter().zip(freed) {
        total.fetch_add(n, Relaxed);
    }
    STATS.large_freed.fetch_add(freed_large, Relaxed);
    live_bytes
}

/// Number of objects in use before the sweep: all below the cursor, and the kept ones above.
fn allocated(span: &Span) -> usize {
    // SAFETY: M1: the span's entry of the kept table.
    let kept = unsafe { &*span.kept };
    span.cursor + count(kept, span.objects) - count(kept, span.cursor)
}
