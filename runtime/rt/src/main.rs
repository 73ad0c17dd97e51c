//! The runtime image.
//!
//! Reading order: [`start`] (process entry, what is initialised in which order), [`g`], [`m`], [`p`] (the actors),
//! [`sched`] (who runs next), [`stack`] (segments), [`park`] (blocking and waking, what the other modules use),
//! [`world`] (stopping everything), [`procs`] (GOMAXPROCS), [`numa`] (memory nodes), [`syscall`], [`signal`], [`traceback`], [`exit`] (throw,
//! fatal); then [`mem`], [`gc`], [`metrics`], [`chan`], [`select`], [`timer`], [`bubble`] (testing/synctest), [`sema`],
//! [`netpoll`], [`profile`] (of processor time), [`profiles`] (of all else), [`tracer`], [`intern`], [`iface`], [`strings`], [`print`].
//!
//! Rust code runs on the system stack of an M, never on a goroutine stack, and never calls Go. It may assume
//! throughout one entry that its M keeps its P and that the current goroutine does not move: nothing preempts Rust.
#![no_std]
#![no_main]
#![warn(missing_docs)]

mod api;
mod bubble;
mod chan;
mod choice;
mod config;
mod env;
mod exit;
mod g;
mod gc;
mod heapdump;
mod iface;
mod intern;
mod lock;
mod m;
mod mem;
mod metrics;
mod module;
mod netpoll;
mod numa;
mod osapi;
mod p;
mod park;
mod persist;
mod print;
mod procs;
mod profile;
mod profiles;
mod reflect;
mod roots;
mod rt;
mod sched;
mod select;
mod sema;
mod signal;
mod stack;
mod start;
mod strings;
mod syscall;
mod timer;
mod traceback;
mod tracer;
mod types;
mod waiter;
mod witness;
mod world;
