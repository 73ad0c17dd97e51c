//! Declarations other than imports.

use super::Parser;
use super::params::{ParamRules, TypeParamStart};
use crate::ast::*;
use crate::directive::VarPlace;
use crate::token::Tok;

/// Where a spec stands.
#[derive(Clone, Copy)]
pub(super) struct Group {
    /// The parenthesised group, if it is in one.
    pub id: Option<GroupId>,
    /// Index within the group.
    pub index: u32,
}

/// Which specs a group holds.
#[derive(Clone, Copy)]
pub(super) enum Spec {
    Const,
    Type,
    Var,
}

impl Parser<'_> {
    /// A whole declaration, at its keyword.
    pub(super) fn spec_group(&mut self, spec: Spec, out: &mut Vec<Decl>) {
        self.next();
        self.group(|p, group| {
            out.push(match spec {
                Spec::Const => Decl::Const(Box::new(p.const_spec(group))),
                Spec::Type => Decl::Type(Box::new(p.type_spec(group))),
                Spec::Var => Decl::Var(Box::new(p.var_spec(group))),
            });
        });
    }

    fn const_spec(&mut self, group: Group) -> ConstSpec {
        let pos = self.pos();
        let id = self.id();
        self.directives.take_for_flagless();
        let first = self.ident();
        let names = self.ident_list(first);
        let mut ty = None;
        let mut values = Vec::new();
        if !matches!(self.tok, Tok::Eof | Tok::Semi | Tok::Rparen) {
            ty = self.type_or_none();
            if self.got_assign() {
                values = self.expr_list();
            }
        }
        ConstSpec { id, pos, names, ty, values, iota: group.index, group: group.id }
    }

    fn var_spec(&mut self, group: Group) -> VarSpec {
        let pos = self.pos();
        let id = self.id();
        let taken = self.directives.take_for_var();
        let first = self.ident();
        let names = self.ident_list(first);
        let mut ty = None;
        let mut values = Vec::new();
        if self.got_assign() {
            values = self.expr_list();
        } else {
            ty = Some(self.type_());
            if self.got_assign() {
                values = self.expr_list();
            }
        }
        let spec = VarSpec { id, pos, names, ty, values, group: group.id, pragmas: taken.flags, embeds: taken.embeds };
        let place = if self.fnest > 0 { VarPlace::Local } else { VarPlace::Package };
        self.directives.check_embed(&spec, place);
        spec
    }

    fn type_spec(&mut self, group: Group) -> TypeSpec {
        let pos = self.pos();
        let id = self.id();
        let pragmas = self.directives.take_for_flagless();
        let name = self.ident();
        let mut type_params = Vec::new();
        let mut alias = false;
        let ty = if self.tok == Tok::Lbrack {
            let lbrack = self.pos();
            self.next();
            match self.tok {
                Tok::Name => match self.type_params_or_length() {
                    TypeParamStart::Params(name, constraint) => {
                        let start = Some((name, constraint));
                        type_params = self.param_list(start, ParamRules::TypeParams);
                        alias = self.got_assign();
                        self.type_or_none()
                    }
                    TypeParamStart::Length(len) => Some(self.array_type(lbrack, Some(len))),
                },
                Tok::Rbrack => {
                    self.next();
                    Some(self.slice_type(lbrack))
                }
                _ => Some(self.array_type(lbrack, None)),
            }
        } else {
            alias = self.got_assign();
            self.type_or_none()
        };
        let ty = ty.unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("in type declaration");
            self.advance(&[Tok::Semi, Tok::Rparen]);
            bad
        });
        TypeSpec { id, pos, name, type_params, alias, ty, group: group.id, pragmas }
    }

    /// A function declaration, behind the keyword.
    pub(super) fn func_decl(&mut self) -> FuncDecl {
        let func_pos = self.prev_token_start(4);
        let decl_pos = self.pos();
        let id = self.id();
        let pragmas = self.directives.take_for_func();
        let mut recv = None;
        let has_recv = self.got(Tok::Lparen);
        if has_recv {
            let mut list = self.param_list(None, ParamRules::Plain);
            match list.iter().map(|f| f.names.len().max(1)).sum::<usize>() {
                0 => self.error("method has no receiver"),
                1 => {}
                _ => self.error("method has multiple receivers"),
            }
            if !list.is_empty() {
                let mut first = list.swap_remove(0);
                first.names.truncate(1);
                recv = Some(first);
            }
        }
        let (name, type_params, ty) = if self.tok == Tok::Name {
            let name = self.ident();
            let (type_params, ty) = self.func_type(func_pos, None);
            (name, type_params, ty)
        } else {
            let pos = self.pos();
            let name = self.blank_ident(pos);
            let id = self.id();
            let ty = FuncType { id, start: func_pos, pos, params: Vec::new(), results: Vec::new(), end: pos };
            self.syntax_error(if has_recv { "expected name" } else { "expected name or (" });
            self.advance(&[Tok::Lbrace, Tok::Semi]);
            (name, Vec::new(), ty)
        };
        let body = (self.tok == Tok::Lbrace).then(|| self.func_body());
        let decl = FuncDecl { id, pos: func_pos, decl_pos, recv, name, type_params, ty, body, pragmas };
        self.directives.check_func(&decl);
        decl
    }

    /// Start of the token just consumed, which has `len` bytes.
    pub(super) fn prev_token_start(&self, len: u32) -> undergo_source::Pos {
        undergo_source::Pos(self.prev_end().0 - len)
    }

    /// A function's block, at its `{`. Uses of labels are checked here, unless the body has syntax errors.
    pub(super) fn func_body(&mut self) -> Block {
        self.enter_body();
        let errors = self.errors.len();
        let body = self.block("");
        self.fnest -= 1;
        if errors == self.errors.len() && self.gave_up.is_none() {
            crate::branches::check(&body, self.map, &mut self.side_errors);
        }
        body
    }
}
