//! What is set up once per thread and used for every function.

use std::sync::Arc;

use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::{self, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use undergo_ir::Sym;

/// Reusable state of code generation; one per thread.
pub struct Ctx {
    pub(crate) isa: Arc<dyn TargetIsa>,
    pub(crate) clif: Context,
    pub(crate) control: ControlPlane,
    /// Whether [`crate::Compiled::clif`] shall be filled.
    pub keep_clif: bool,
    /// The functions that could not be optimized, and the panic of Cranelift that each met.
    pub retried: Vec<(Sym, String)>,
    plain_isa: Option<Arc<dyn TargetIsa>>,
    vast_isa: Option<Arc<dyn TargetIsa>>,
}

/// x86-64-v2: the instructions behind `math.Floor`, `bits.OnesCount` and the like, which every machine of the last 15
/// years has.
const FEATURES: &[&str] = &["has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt", "has_cmpxchg16b"];

impl Ctx {
    /// Sets Cranelift up.
    pub fn new() -> Ctx {
        Ctx {
            isa: target("speed", "backtracking"),
            clif: Context::new(),
            control: ControlPlane::default(),
            keep_clif: false,
            retried: Vec::new(),
            plain_isa: None,
            vast_isa: None,
        }
    }

    /// The target without the optimizer.
    pub(crate) fn plain_isa(&mut self) -> Arc<dyn TargetIsa> {
        self.plain_isa.get_or_insert_with(|| target("none", "backtracking")).clone()
    }

    /// The target for functions that are too large for the usual one (see [`crate::vast`]).
    pub(crate) fn vast_isa(&mut self) -> Arc<dyn TargetIsa> {
        self.vast_isa.get_or_insert_with(|| target("none", "single_pass")).clone()
    }

    /// Forgets the function that is being compiled.
    pub(crate) fn reset(&mut self) {
        self.clif = Context::new();
        self.control = ControlPlane::default();
    }
}

impl Default for Ctx {
    fn default() -> Ctx {
        Ctx::new()
    }
}

fn target(opt_level: &str, registers: &str) -> Arc<dyn TargetIsa> {
    let verify = if cfg!(debug_assertions) { "true" } else { "false" };
    let mut shared = settings::builder();
    for (name, value) in [
        ("opt_level", opt_level),
        ("regalloc_algorithm", registers),
        ("enable_verifier", verify),
        ("enable_pinned_reg", "true"),
        ("preserve_frame_pointers", "true"),
        ("unwind_info", "false"),
        ("is_pic", "false"),
        ("use_colocated_libcalls", "true"),
        // Our pass over the finished code walks it block by block.
        ("machine_code_cfg_info", "true"),
        // Stacks are contiguous segments with a guard checked in our own prologue.
        ("enable_probestack", "false"),
    ] {
        shared.set(name, value).expect("a setting of Cranelift");
    }
    let mut builder = isa::lookup_by_name("x86_64-unknown-linux-gnu").expect("Cranelift was built for x86");
    for feature in FEATURES {
        builder.enable(feature).expect("a feature of x86");
    }
    builder.finish(settings::Flags::new(shared)).expect("consistent settings")
}
