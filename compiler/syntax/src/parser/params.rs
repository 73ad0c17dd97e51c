//! Parameter lists: parameters, results, receivers, type parameters, type arguments of embedded types.
//!
//! Whether `a` in `(a, b)` is a name or a type shows only once the whole list is known. So entries are read first,
//! each with a name, a type or both, and sorted out afterwards.

use super::expr::index_expr;
use super::{More, Parser, push};
use crate::ast::*;
use crate::token::{Op, Tok};
use undergo_source::Pos;

/// What follows the `[` in a type declaration.
pub(super) enum TypeParamStart {
    /// A type parameter list; its first name, and its constraint if that was read already.
    Params(Ident, Option<Expr>),
    /// An array length.
    Length(Expr),
}

/// Which kind of list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ParamRules {
    /// `( … )` where the last type may be variadic.
    Variadic,
    /// `( … )` for results and receivers.
    Plain,
    /// `[ … ]` where every entry needs a name.
    TypeParams,
    /// `[ … ]` of type arguments, or of misplaced type parameters.
    TypeArgs,
}

impl ParamRules {
    fn close(self) -> Tok {
        match self {
            ParamRules::Variadic | ParamRules::Plain => Tok::Rparen,
            ParamRules::TypeParams | ParamRules::TypeArgs => Tok::Rbrack,
        }
    }

    fn unions_allowed(self) -> bool {
        self.close() == Tok::Rbrack
    }
}

/// An entry as read: at least one of name and type is there.
struct Entry {
    pos: Pos,
    name: Option<Ident>,
    ty: Option<Expr>,
}

impl Parser<'_> {
    /// Parses a list behind its opening token. `start` holds the first name, and its type, if those were read already.
    pub(super) fn param_list(&mut self, start: Option<(Ident, Option<Expr>)>, rules: ParamRules) -> Vec<Field> {
        let mut start = start.map(|(name, ty)| Entry { pos: name.pos, name: Some(name), ty });
        let mut entries = Vec::new();
        let end;
        if self.tok == rules.close() && start.as_ref().is_some_and(|e| e.ty.is_some()) {
            entries.extend(start);
            end = self.pos();
            self.next();
        } else {
            end = self.list("parameter list", Tok::Comma, rules.close(), |p| {
                let entry = match start.take() {
                    Some(Entry { name, ty: None, .. }) => p.param_entry(name, rules),
                    Some(complete) => Some(complete),
                    None => p.param_entry(None, rules),
                };
                entries.extend(entry);
                More::Yes
            });
        }
        let mut fields = self.sort_out(entries, end, rules);
        self.check_ellipsis(&mut fields, rules);
        fields
    }

    /// `[name] ["..."] [type]`; `name` if it was read already.
    fn param_entry(&mut self, name: Option<Ident>, rules: ParamRules) -> Option<Entry> {
        let pos = name.map_or(self.pos(), |n| n.pos);
        let tilde = |p: &Self| rules.unions_allowed() && p.at_op(Op::Tilde);
        if name.is_none() && tilde(self) {
            let ty = self.embedded_elem(None);
            return Some(Entry { pos, name: None, ty: Some(ty) });
        }
        let name = match name {
            None if self.tok == Tok::Name => Some(self.ident()),
            other => other,
        };
        let mut entry = Entry { pos, name, ty: None };
        if let Some(name) = name {
            match self.tok {
                Tok::Lbrack => {
                    // An array or slice type behind a name, or an instantiated type.
                    let (ty, is_name) = self.array_or_type_args(name);
                    entry = Entry { pos, name: is_name.then_some(name), ty: Some(ty) };
                }
                Tok::Dot => entry = Entry { pos, name: None, ty: Some(self.qualified_name(Some(name))) },
                _ if rules.unions_allowed() && self.at_or() => {
                    entry = Entry { pos, name: None, ty: Some(Expr::Ident(name)) };
                }
                _ => {}
            }
            if entry.ty.is_some() {
                return Some(self.param_union(entry, rules));
            }
        }
        if self.tok == Tok::DotDotDot {
            entry.ty = Some(self.variadic());
            return Some(entry);
        }
        if tilde(self) {
            entry.ty = Some(self.embedded_elem(None));
            return Some(entry);
        }
        entry.ty = self.type_or_none();
        if entry.ty.is_some() {
            return Some(self.param_union(entry, rules));
        }
        if entry.name.is_some() {
            return Some(entry);
        }
        self.syntax_error(&format!("expected {}", rules.close().describe()));
        self.advance(&[Tok::Comma, rules.close()]);
        None
    }

    /// Extends the type of `entry` by the rest of a union, where one may stand.
    fn param_union(&mut self, mut entry: Entry, rules: ParamRules) -> Entry {
        if rules.unions_allowed() && self.at_or() {
            entry.ty = entry.ty.map(|ty| self.embedded_elem(Some(ty)));
        }
        entry
    }

    fn variadic(&mut self) -> Expr {
        let pos = self.pos();
        let id = self.id();
        self.next();
        match self.type_or_none() {
            Some(elem) => Expr::Ellipsis(Box::new(Ellipsis { id, pos, elem })),
            None => {
                let bad = self.bad_expr();
                self.syntax_error("... is missing type");
                bad
            }
        }
    }

    /// Decides which lone identifiers are names and which are types, and groups names that share a type.
    fn sort_out(&mut self, entries: Vec<Entry>, end: Pos, rules: ParamRules) -> Vec<Field> {
        let named = entries.iter().filter(|e| e.name.is_some() && e.ty.is_some()).count();
        let typed = entries.iter().filter(|e| e.ty.is_some()).count();
        if named == 0 && rules != ParamRules::TypeParams {
            return entries.into_iter().map(|e| self.unnamed_field(e)).collect();
        }
        if named < entries.len() {
            self.report_unnamed(&entries, end, named == typed, rules);
        }
        let mut fields = Vec::new();
        let mut names: Vec<Ident> = Vec::new();
        for Entry { pos, name, ty } in entries {
            let at = ty.as_ref().map_or(pos, Expr::err_pos);
            push(&mut names, name.unwrap_or_else(|| self.blank_ident(at)));
            if let Some(ty) = ty {
                let names = std::mem::take(&mut names);
                push(&mut fields, Field { id: self.id(), pos: names[0].pos, names, ty, tag: None });
            }
        }
        for name in names {
            let ty = self.bad_expr_at(name.pos);
            fields.push(Field { id: self.id(), pos: name.pos, names: vec![name], ty, tag: None });
        }
        fields.shrink_to_fit();
        fields
    }

    fn unnamed_field(&mut self, entry: Entry) -> Field {
        let ty = entry.ty.or(entry.name.map(Expr::Ident)).expect("an entry has a name or a type");
        Field { id: self.id(), pos: entry.pos, names: Vec::new(), ty, tag: None }
    }

    /// Complains about a list in which some entries have names and some have not.
    fn report_unnamed(&mut self, entries: &[Entry], end: Pos, types_missing: bool, rules: ParamRules) {
        let last_typed = entries.iter().rposition(|e| e.ty.is_some());
        let unnamed = entries.iter().find_map(|e| match (&e.name, &e.ty) {
            (None, Some(ty)) => Some(ty.err_pos()),
            _ => None,
        });
        // Trailing names have no type to share. The leftmost offender counts.
        let untyped = entries.get(last_typed.map_or(0, |i| i + 1)).map(|e| e.pos);
        let Some(pos) = unnamed.or(untyped) else { return };
        let type_params = rules == ParamRules::TypeParams;
        match (types_missing, type_params) {
            (true, true) => self.syntax_error_at(end, "missing type constraint"),
            (true, false) => self.syntax_error_at(end, "missing parameter type"),
            (false, true) if entries.len() == 1 => {
                self.syntax_error_at(pos, "missing type parameter name or invalid array length");
            }
            (false, true) => self.syntax_error_at(pos, "missing type parameter name"),
            (false, false) => self.syntax_error_at(pos, "missing parameter name"),
        }
    }

    /// Complains about the first `...` in a wrong place, and makes all of those ordinary parameters.
    fn check_ellipsis(&mut self, fields: &mut [Field], rules: ParamRules) {
        let count = fields.len();
        let mut reported = false;
        for (i, field) in fields.iter_mut().enumerate() {
            let fine = rules == ParamRules::Variadic && i + 1 == count && field.names.len() <= 1;
            if fine || !matches!(field.ty, Expr::Ellipsis(_)) {
                continue;
            }
            let placeholder = Expr::Bad(BadExpr { id: field.id, pos: field.pos });
            let Expr::Ellipsis(dots) = std::mem::replace(&mut field.ty, placeholder) else { continue };
            if !reported {
                let variadic = rules == ParamRules::Variadic;
                let msg = if variadic { "can only use ... with final parameter" } else { "invalid use of ..." };
                self.error_at(dots.pos, msg);
                reported = true;
            }
            field.ty = dots.elem;
        }
    }

    /// `[` behind `name`, in a list or a struct. Returns a type, and whether `name` stands before it as a name; if
    /// not, the type is `name` instantiated.
    pub(super) fn array_or_type_args(&mut self, name: Ident) -> (Expr, bool) {
        let lbrack = self.pos();
        self.want(Tok::Lbrack);
        if self.got(Tok::Rbrack) {
            return (self.slice_type(lbrack), true);
        }
        let (mut indices, comma) = self.type_list(super::types::First::Any);
        let rbrack = self.pos();
        self.want(Tok::Rbrack);
        if !comma && let Some(elem) = self.type_or_none() {
            let len = ArrayLen::Expr(indices.pop().expect("a type list is never empty"));
            let id = self.id();
            return (Expr::ArrayType(Box::new(ArrayType { id, pos: lbrack, len, elem })), true);
        }
        (index_expr(self.id(), Expr::Ident(name), lbrack, indices, rbrack), false)
    }
}
