//! Proof, from the linked runtime image, that assembly stubs keep to their budget of a goroutine's stack.
//!
//! Every function of the image that Go code can call starts on a goroutine's stack, perhaps [`SMALL_FRAME`] bytes below
//! the guard. Until it has switched to the system stack it may use [`STUB_BYTES`]; a stub that compares with the guard
//! itself may use as much more as it asked for. Rust must not be called at all before the switch.
//!
//! The walk follows all paths of a stub with the distances of rsp and rbp from rsp at its entry. An address in another
//! register is not followed: rsp loaded from memory is where this stub last stored it, or is not on the goroutine's
//! stack.
//!
//! [`SMALL_FRAME`]: undergo_abi::call::SMALL_FRAME

use std::collections::{BTreeMap, BTreeSet, HashSet};

use iced_x86::{Code, Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind, Register};
use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};
use undergo_abi::call::STUB_BYTES;
use undergo_abi::g::offset::GUARD;
use undergo_link::RUNTIME;

/// Bytes below rsp at entry, or nothing if not on the goroutine's stack.
type Depth = Option<i64>;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    rsp: Depth,
    rbp: Depth,
    /// Where rsp was when it was last stored.
    stored: Depth,
    /// The size in the last `lea r11, [.. + size]`, which prepares a comparison with the guard.
    asked: i64,
}

/// Parts of stubs that are symbols of their own.
const INNER: [&str; 2] = ["undergo_lessstack", "memset"];

struct Image<'a> {
    code: &'a [u8],
    start: u64,
    /// Assembly functions by address: name and end.
    stubs: BTreeMap<u64, (&'a str, u64)>,
}

impl<'a> Image<'a> {
    fn read() -> Image<'a> {
        let file = object::File::parse(RUNTIME).expect("the image is ELF");
        let text = file.section_by_name(".text").expect("it has code");
        let (start, code) = (text.address(), text.data().expect("it is there"));
        let functions = || file.symbols().filter(|s| s.kind() == SymbolKind::Text);
        let starts: BTreeSet<u64> = functions().map(|s| s.address()).collect();
        let mut stubs = BTreeMap::new();
        for symbol in functions() {
            let name = symbol.name().expect("names are text");
            // Link names of Go have a dot, Rust's own names a prefix.
            let go = name.contains('.') && !name.starts_with("_ZN") && !name.starts_with("_R");
            if go || INNER.contains(&name) {
                // Most have no size.
                let end = starts.range(symbol.address() + 1..).next().copied();
                stubs.insert(symbol.address(), (name, end.unwrap_or(start + code.len() as u64)));
            }
        }
        Image { code, start, stubs }
    }

    fn stub_at(&self, ip: u64) -> Option<(&'a str, u64)> {
        let (_, &stub) = self.stubs.range(..=ip).next_back()?;
        (ip < stub.1).then_some(stub)
    }

    fn decode(&self, ip: u64) -> Instruction {
        let bytes = &self.code[(ip - self.start) as usize..];
        Decoder::with_ip(64, bytes, ip, DecoderOptions::NONE).decode()
    }
}

fn is_memory(i: &Instruction, operand: u32) -> bool {
    i.op_kind(operand) == OpKind::Memory
}

fn is_register(i: &Instruction, operand: u32, register: Register) -> bool {
    i.op_kind(operand) == OpKind::Register && i.op_register(operand) == register
}

/// What an instruction does to the state, calls and jumps aside.
fn step(i: &Instruction, state: &mut State) {
    let displacement = i.memory_displacement64() as i64;
    match i.mnemonic() {
        Mnemonic::Push => state.rsp = state.rsp.map(|d| d + 8),
        Mnemonic::Pop => {
            state.rsp = state.rsp.map(|d| d - 8);
            if is_register(i, 0, Register::RBP) {
                state.rbp = None;
            }
        }
        Mnemonic::Sub if is_register(i, 0, Register::RSP) && i.op_kind(1) != OpKind::Register => {
            state.rsp = state.rsp.map(|d| d + i.immediate(1) as i64);
        }
        Mnemonic::Add if is_register(i, 0, Register::RSP) => {
            state.rsp = state.rsp.map(|d| d - i.immediate(1) as i64);
        }
        Mnemonic::Mov if is_register(i, 0, Register::RBP) => {
            state.rbp = if is_register(i, 1, Register::RSP) { state.rsp } else { None };
        }
        Mnemonic::Mov if is_memory(i, 0) && is_register(i, 1, Register::RSP) => state.stored = state.rsp,
        Mnemonic::Mov if is_register(i, 0, Register::RSP) => {
            state.rsp = match i.op_kind(1) {
                OpKind::Memory if i.segment_prefix() == Register::FS => None,
                OpKind::Memory => state.stored,
                _ if is_register(i, 1, Register::RBP) => state.rbp,
                _ => None,
            };
        }
        Mnemonic::Lea if is_register(i, 0, Register::RSP) => {
            let from = if i.memory_base() == Register::RBP { state.rbp } else { None };
            state.rsp = from.map(|d| d - displacement);
        }
        Mnemonic::Lea if is_register(i, 0, Register::R11) => state.asked = displacement.abs(),
        // The guard is that far away from here on.
        Mnemonic::Cmp if is_memory(i, 1) && i.memory_base() == Register::R15 && displacement == GUARD as i64 => {
            state.rsp = state.rsp.map(|d| d - state.asked);
        }
        _ => {}
    }
}

/// Walks `stub` from its entry and returns the greatest depth, or what is wrong.
fn depth_of(image: &Image, entry: u64) -> Result<i64, String> {
    let mut deepest = 0;
    let mut seen = HashSet::new();
    let mut open = vec![(entry, State { rsp: Some(0), rbp: None, stored: None, asked: 0 })];
    while let Some((mut ip, mut state)) = open.pop() {
        while seen.insert((ip, state)) {
            if image.stub_at(ip).is_none() {
                // Behind the end of a function: after a call that does not return. In Rust: reached from a stub.
                match state.rsp {
                    Some(_) => return Err(format!("{ip:#x} is no assembly, and on the goroutine's stack")),
                    None => break,
                }
            }
            let i = image.decode(ip);
            step(&i, &mut state);
            deepest = deepest.max(state.rsp.unwrap_or(0));
            match i.flow_control() {
                FlowControl::Return | FlowControl::IndirectBranch | FlowControl::Exception => break,
                FlowControl::Interrupt if i.code() != Code::Int3 => {}
                FlowControl::UnconditionalBranch => {
                    ip = i.near_branch_target();
                    continue;
                }
                FlowControl::ConditionalBranch => open.push((i.near_branch_target(), state)),
                FlowControl::Call if i.code() != Code::Syscall => {
                    if let Some(d) = state.rsp {
                        open.push((i.near_branch_target(), State { rsp: Some(d + 8), ..state }));
                    }
                }
                FlowControl::IndirectCall => deepest = deepest.max(state.rsp.map_or(0, |d| d + 8)),
                _ => {}
            }
            ip = i.next_ip();
        }
    }
    Ok(deepest)
}

#[test]
fn stubs_fit_their_budget() {
    let image = Image::read();
    assert!(image.stubs.len() > 100, "only {} stubs", image.stubs.len());
    let mut wrong = Vec::new();
    let mut deepest = (0, "");
    for (&entry, &(name, _)) in &image.stubs {
        match depth_of(&image, entry) {
            Ok(depth) if depth > STUB_BYTES as i64 => wrong.push(format!("{name}: {depth} bytes, of {STUB_BYTES}")),
            Ok(depth) => deepest = deepest.max((depth, name)),
            Err(text) => wrong.push(format!("{name}: {text}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(deepest, (STUB_BYTES as i64, "runtime.morestack"), "the budget is what the deepest stub needs");
}
