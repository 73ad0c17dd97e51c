//! Flags. One or two dashes, `-flag value` or `-flag=value`, as Go's commands take them; flags end at the first
//! other argument.

use std::io::IsTerminal;

use undergo_driver::build::{Emit, Extent, Paths, Symbols};
use undergo_driver::golist::Tests;
use undergo_driver::ldflags::LinkFlags;
use undergo_driver::report::{Amount, Color, Format, Style};

/// What a command line says.
#[derive(Clone, Debug)]
pub struct Flags {
    /// `-o`
    pub output: Option<String>,
    /// `-tags`
    pub tags: Vec<String>,
    /// `-e` and `-json`
    pub style: Style,
    /// `--emit`
    pub emit: Option<Emit>,
    /// `--emit-func`
    pub emit_filter: String,
    /// `--time-phases`
    pub time_phases: bool,
    /// `-ldflags` and `-s`
    pub link: LinkFlags,
    /// `-trimpath`
    pub paths: Paths,
    /// `--whole`
    pub extent: Extent,
    /// `-C`
    pub dir: Option<String>,
    /// `--stock`: check GOROOT's own file selection.
    pub stock: bool,
    /// `-test`: check tests as well.
    pub tests: Tests,
    /// What follows the flags.
    pub rest: Vec<String>,
}

/// Reads flags.
pub fn parse(args: &[String]) -> Result<Flags, String> {
    let mut flags = Flags {
        output: None,
        tags: Vec::new(),
        style: Style { amount: Amount::Limited, format: format_for_stderr() },
        emit: None,
        emit_filter: String::new(),
        time_phases: false,
        link: LinkFlags::default(),
        paths: Paths::Absolute,
        extent: Extent::Program,
        dir: None,
        stock: false,
        tests: Tests::Without,
        rest: Vec::new(),
    };
    let mut i = 0;
    while i < args.len() {
        let arg = &args[i];
        let Some(body) = arg.strip_prefix('-').filter(|b| !b.is_empty()) else { break };
        i += 1;
        if body == "-" {
            break;
        }
        let body = body.strip_prefix('-').unwrap_or(body);
        let (name, inline) = match body.split_once('=') {
            Some((n, v)) => (n, Some(v.to_owned())),
            None => (body, None),
        };
        let mut value = || {
            inline
                .clone()
                .or_else(|| {
                    i += 1;
                    args.get(i - 1).cloned()
                })
                .ok_or_else(|| format!("flag needs an argument: -{name}"))
        };
        match name {
            "o" => flags.output = Some(value()?),
            "C" => flags.dir = Some(value()?),
            "tags" => flags.tags = value()?.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect(),
            "emit" => flags.emit = Some(emit(&value()?)?),
            "emit-func" => flags.emit_filter = value()?,
            "ldflags" => flags.link = LinkFlags::parse(&value()?)?,
            "e" => flags.style.amount = Amount::All,
            "json" => flags.style.format = Format::Json,
            "s" => flags.link.symbols = Symbols::Strip,
            "trimpath" => {
                let on = inline.as_deref().is_none_or(|v| matches!(v, "1" | "t" | "T" | "true" | "TRUE" | "True"));
                flags.paths = if on { Paths::Trimmed } else { Paths::Absolute };
            }
            "time-phases" => flags.time_phases = true,
            "test" => flags.tests = Tests::With,
            "stock" => flags.stock = true,
            "whole" => flags.extent = Extent::Whole,
            // Accepted: there is nothing that they would show or leave out.
            "v" | "x" | "a" => {}
            _ => return Err(format!("flag provided but not defined: -{name}")),
        }
    }
    flags.rest = args[i..].to_vec();
    Ok(flags)
}

/// A person at a terminal sees the source; `NO_COLOR` asks for no colours, as the convention of that name says.
fn format_for_stderr() -> Format {
    if !std::io::stderr().is_terminal() {
        return Format::Plain;
    }
    let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
        || std::env::var_os("TERM").is_none_or(|t| t == "dumb");
    Format::Terminal(if plain { Color::Off } else { Color::On })
}

fn emit(what: &str) -> Result<Emit, String> {
    Ok(match what {
        "ast" => Emit::Ast,
        "types" => Emit::Types,
        "ir" => Emit::Ir,
        "ir:opt" => Emit::OptIr,
        "clif" => Emit::Clif,
        "asm" => Emit::Asm,
        _ => return Err(format!("--emit={what}: want ast, types, ir, ir:opt, clif or asm")),
    })
}
