//! Labels and jumps of a function body: every jump has a target it may reach, every label is used.
//!
//! This needs no types, so it is done right after parsing, for each function on its own; function literals inside are
//! functions of their own.

use crate::ast::*;
use std::collections::HashMap;
use undergo_source::{Diag, Name, Pos, Position, SourceMap};

/// Reports what is wrong with the labels and jumps of `body`.
pub fn check(body: &Block, map: &SourceMap, errors: &mut Vec<Diag>) {
    let mut checker = Checker { map, errors, labels: HashMap::new(), order: Vec::new(), blocks: Vec::new() };
    let unresolved = checker.block(None, Context::default(), None, body.lbrace, &body.stmts);
    for jump in unresolved {
        let name = jump.label.name;
        let msg = match checker.labels.get_mut(&name) {
            Some(label) => {
                label.used = true;
                let start = checker.blocks[label.block].start;
                format!("goto {name} jumps into block starting at {}", checker.show(start))
            }
            None => format!("label {name} not defined"),
        };
        checker.error(jump.label.pos, msg);
    }
    for name in std::mem::take(&mut checker.order) {
        let label = &checker.labels[&name];
        if !label.used {
            let pos = label.ident.pos;
            checker.error(pos, format!("label {name} defined and not used"));
        }
    }
}

/// What a labelled statement is, as far as `break` and `continue` care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Loop,
    Switch,
    Other,
}

/// What encloses a statement.
#[derive(Clone, Copy, Default)]
struct Context {
    breaks: bool,
    continues: bool,
    fallthrough: Fallthrough,
}

/// What a `fallthrough` at the end of a statement list means.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Fallthrough {
    #[default]
    OutOfPlace,
    /// Not directly in a clause of a switch, but the innermost breakable statement is a type switch.
    TypeSwitch,
    FinalCase,
    Allowed,
}

struct Label {
    ident: Ident,
    id: NodeId,
    target: Target,
    block: usize,
    used: bool,
}

struct BlockInfo {
    parent: Option<usize>,
    start: Pos,
    /// The label of the statement the block belongs to.
    label: Option<NodeId>,
}

/// A `goto` whose label has not been met yet.
#[derive(Clone, Copy)]
struct Jump {
    label: Ident,
    /// The latest variable declaration behind the jump in the current block: where, and of what.
    over: Option<(Pos, Name)>,
}

struct Checker<'a> {
    map: &'a SourceMap,
    errors: &'a mut Vec<Diag>,
    labels: HashMap<Name, Label>,
    /// Labels in order of appearance.
    order: Vec<Name>,
    blocks: Vec<BlockInfo>,
}

impl Checker<'_> {
    fn error(&mut self, pos: Pos, msg: impl Into<String>) {
        self.errors.push(Diag::error(pos, msg));
    }

    /// A position inside a message: as reported, and as in the actual file if `//line` makes that another place.
    fn show(&self, pos: Pos) -> String {
        let show = |p: &Position| match p.col {
            0 => format!("{}:{}", p.file, p.line),
            col => format!("{}:{}:{col}", p.file, p.line),
        };
        let (Some(reported), Some(file)) = (self.map.position(pos), self.map.file(pos)) else { return String::new() };
        let offset = pos.0 - file.base.0;
        let line = file.raw_line(offset);
        let col = offset - file.lines[line] + 1;
        let actual = Position { file: file.name.clone(), line: line as u32 + 1, col };
        match reported == actual {
            true => show(&reported),
            false => format!("{}[{}]", show(&reported), show(&actual)),
        }
    }

    /// Checks a statement list. Returns the jumps that are still looking for their label.
    fn block(
        &mut self,
        parent: Option<usize>,
        context: Context,
        label: Option<NodeId>,
        start: Pos,
        stmts: &[Stmt],
    ) -> Vec<Jump> {
        let here = self.blocks.len();
        self.blocks.push(BlockInfo { parent, start, label });
        let mut pending: Vec<Jump> = Vec::new();
        // A fallthrough counts as last even if empty statements follow.
        let len = stmts.iter().rposition(|s| !matches!(s, Stmt::Empty(_))).map_or(0, |i| i + 1);
        for (i, stmt) in stmts[..len].iter().enumerate() {
            let mut context = context;
            if i + 1 < len && context.fallthrough != Fallthrough::TypeSwitch {
                context.fallthrough = Fallthrough::OutOfPlace;
            }
            self.stmt(here, context, stmt, &mut pending);
        }
        pending
    }

    fn stmt(&mut self, here: usize, context: Context, stmt: &Stmt, pending: &mut Vec<Jump>) {
        let mut stmt = stmt;
        let mut label = None;
        while let Stmt::Labeled(l) = stmt {
            if !l.label.name.is_blank() {
                self.declare(here, l, pending);
                label = Some(l.id);
            }
            stmt = &l.stmt;
        }
        if let Some(declared) = declared_by(stmt) {
            for jump in pending.iter_mut() {
                jump.over = Some(declared);
            }
        }
        let mut inner = |this: &mut Self, context: Context, start: Pos, stmts: &[Stmt]| {
            let jumps = this.block(Some(here), context, label, start, stmts);
            // What a jump skipped inside its own block does not matter once it leaves that block.
            pending.extend(jumps.into_iter().map(|j| Jump { over: None, ..j }));
        };
        let nested = Context {
            fallthrough: match context.fallthrough {
                Fallthrough::TypeSwitch => Fallthrough::TypeSwitch,
                _ => Fallthrough::OutOfPlace,
            },
            ..context
        };
        let breakable = Context { breaks: true, fallthrough: Fallthrough::OutOfPlace, ..context };
        match stmt {
            Stmt::Branch(b) => self.branch(here, context, b, pending),
            Stmt::Block(b) => inner(self, nested, b.lbrace, &b.stmts),
            Stmt::If(s) => {
                inner(self, nested, s.then.lbrace, &s.then.stmts);
                if let Some(els) = &s.els {
                    inner(self, nested, els.node_pos(), std::slice::from_ref(els));
                }
            }
            Stmt::For(s) => inner(self, Context { continues: true, ..breakable }, s.body.lbrace, &s.body.stmts),
            Stmt::Range(s) => inner(self, Context { continues: true, ..breakable }, s.body.lbrace, &s.body.stmts),
            Stmt::Switch(s) => {
                for (i, c) in s.clauses.iter().enumerate() {
                    let last = i + 1 == s.clauses.len();
                    let fallthrough = if last { Fallthrough::FinalCase } else { Fallthrough::Allowed };
                    inner(self, Context { fallthrough, ..breakable }, c.pos, &c.body);
                }
            }
            Stmt::TypeSwitch(s) => {
                for c in &s.clauses {
                    inner(self, Context { fallthrough: Fallthrough::TypeSwitch, ..breakable }, c.pos, &c.body);
                }
            }
            Stmt::Select(s) => {
                for c in &s.clauses {
                    inner(self, breakable, c.pos, &c.body);
                }
            }
            _ => {}
        }
    }

    fn declare(&mut self, here: usize, stmt: &LabeledStmt, pending: &mut Vec<Jump>) {
        let name = stmt.label.name;
        if let Some(first) = self.labels.get(&name) {
            let msg = format!("label {name} already defined at {}", self.show(first.ident.pos));
            self.error(stmt.label.pos, msg);
        } else {
            let target = match stmt.stmt {
                Stmt::For(_) | Stmt::Range(_) => Target::Loop,
                Stmt::Switch(_) | Stmt::TypeSwitch(_) | Stmt::Select(_) => Target::Switch,
                _ => Target::Other,
            };
            let label = Label { ident: stmt.label, id: stmt.id, target, block: here, used: false };
            self.labels.insert(name, label);
            self.order.push(name);
        }
        let (found, rest): (Vec<Jump>, Vec<Jump>) = pending.drain(..).partition(|j| j.label.name == name);
        *pending = rest;
        for jump in found {
            self.labels.get_mut(&name).expect("declared above").used = true;
            if let Some((pos, var)) = jump.over {
                let msg = format!("goto {name} jumps over declaration of {var} at {}", self.show(pos));
                self.error(jump.label.pos, msg);
            }
        }
    }

    fn branch(&mut self, here: usize, context: Context, stmt: &BranchStmt, pending: &mut Vec<Jump>) {
        let Some(label) = stmt.label else {
            let msg = match stmt.tok {
                BranchTok::Break if !context.breaks => "break is not in a loop, switch, or select",
                BranchTok::Continue if !context.continues => "continue is not in a loop",
                BranchTok::Fallthrough => match context.fallthrough {
                    Fallthrough::Allowed => return,
                    Fallthrough::OutOfPlace => "fallthrough statement out of place",
                    Fallthrough::TypeSwitch => "cannot fallthrough in type switch",
                    Fallthrough::FinalCase => "cannot fallthrough final case in switch",
                },
                _ => return,
            };
            return self.error(stmt.pos, msg);
        };
        let name = label.name;
        if stmt.tok == BranchTok::Goto {
            if !self.goto_target(here, name) {
                pending.push(Jump { label, over: None });
            }
            return;
        }
        let keyword = stmt.tok.as_str();
        let msg = match self.enclosing_target(here, name) {
            None => format!("{keyword} label not defined: {name}"),
            Some(Target::Loop) => return,
            Some(Target::Switch) if stmt.tok == BranchTok::Break => return,
            Some(_) => format!("invalid {keyword} label {name}"),
        };
        self.error(label.pos, msg);
    }

    /// The blocks around `here`, from the inside.
    fn enclosing(&self, here: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(here), |&b| self.blocks[b].parent)
    }

    /// Whether `name` is a label already met in an enclosing block. A label met elsewhere counts as used.
    fn goto_target(&mut self, here: usize, name: Name) -> bool {
        let Some(label) = self.labels.get_mut(&name) else { return false };
        label.used = true;
        let block = label.block;
        self.enclosing(here).any(|b| b == block)
    }

    /// What the statement labelled `name` is, if the label was met already; [`Target::Other`] if it does not enclose.
    fn enclosing_target(&mut self, here: usize, name: Name) -> Option<Target> {
        let label = self.labels.get_mut(&name)?;
        label.used = true;
        let (id, target) = (label.id, label.target);
        let encloses = self.enclosing(here).any(|b| self.blocks[b].label == Some(id));
        Some(if encloses { target } else { Target::Other })
    }
}

/// The first variable a statement declares in the block it stands in.
fn declared_by(stmt: &Stmt) -> Option<(Pos, Name)> {
    match stmt {
        Stmt::Decl(d) => d.decls.iter().find_map(|d| match d {
            Decl::Var(v) => Some((v.pos, v.names[0].name)),
            _ => None,
        }),
        Stmt::Assign(a) if a.op == AssignOp::Define => {
            Some((a.op_pos, Name::new(&crate::print::expr_list_string(&a.lhs))))
        }
        _ => None,
    }
}
