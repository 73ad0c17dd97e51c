//! Tokens and sets of tokens.

use crate::ast::BinaryOp;

/// Kind of a token. Identifiers, literals and operators carry more, in the scanner's fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[rustfmt::skip]
#[allow(missing_docs, reason = "the names say it")]
pub enum Tok {
    Eof, Name, Literal, Operator, AssignOp, IncOp, Assign, Define, Arrow, Star,
    Lparen, Lbrack, Lbrace, Rparen, Rbrack, Rbrace, Comma, Semi, Colon, Dot, DotDotDot,
    Break, Case, Chan, Const, Continue, Default, Defer, Else, Fallthrough, For, Func, Go, Goto, If, Import,
    Interface, Map, Package, Range, Return, Select, Struct, Switch, Type, Var,
}

/// The keywords, in the order of their tokens from [`Tok::Break`] on.
#[rustfmt::skip]
pub const KEYWORDS: [(&str, Tok); 25] = [
    ("break", Tok::Break), ("case", Tok::Case), ("chan", Tok::Chan), ("const", Tok::Const),
    ("continue", Tok::Continue), ("default", Tok::Default), ("defer", Tok::Defer), ("else", Tok::Else),
    ("fallthrough", Tok::Fallthrough), ("for", Tok::For), ("func", Tok::Func), ("go", Tok::Go),
    ("goto", Tok::Goto), ("if", Tok::If), ("import", Tok::Import), ("interface", Tok::Interface),
    ("map", Tok::Map), ("package", Tok::Package), ("range", Tok::Range), ("return", Tok::Return),
    ("select", Tok::Select), ("struct", Tok::Struct), ("switch", Tok::Switch), ("type", Tok::Type),
    ("var", Tok::Var),
];

impl Tok {
    /// Whether this is a keyword.
    pub fn is_keyword(self) -> bool {
        self as u8 >= Tok::Break as u8
    }

    /// Spelling, or the name of the class for tokens without a fixed one.
    #[rustfmt::skip]
    pub fn as_str(self) -> &'static str {
        match self {
            Tok::Eof => "EOF", Tok::Name => "name", Tok::Literal => "literal", Tok::Operator => "op",
            Tok::AssignOp => "op=", Tok::IncOp => "opop", Tok::Assign => "=", Tok::Define => ":=",
            Tok::Arrow => "<-", Tok::Star => "*", Tok::Lparen => "(", Tok::Lbrack => "[", Tok::Lbrace => "{",
            Tok::Rparen => ")", Tok::Rbrack => "]", Tok::Rbrace => "}", Tok::Comma => ",", Tok::Semi => ";",
            Tok::Colon => ":", Tok::Dot => ".", Tok::DotDotDot => "...",
            _ => KEYWORDS[self as usize - Tok::Break as usize].0,
        }
    }

    /// How error messages call the token.
    pub fn describe(self) -> String {
        match self {
            Tok::Comma => "comma".into(),
            Tok::Semi => "semicolon or newline".into(),
            _ if self.is_keyword() => format!("keyword {}", self.as_str()),
            _ => self.as_str().into(),
        }
    }
}

/// The operator of a [`Tok::Operator`], [`Tok::AssignOp`], [`Tok::IncOp`] or [`Tok::Star`] token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Op {
    Binary(BinaryOp),
    Not,
    Tilde,
}

impl Op {
    /// Go spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Op::Binary(op) => op.as_str(),
            Op::Not => "!",
            Op::Tilde => "~",
        }
    }

    /// Binding strength as a binary operator; 0 if it is not one.
    pub fn precedence(self) -> u8 {
        match self {
            Op::Binary(op) => op.precedence(),
            Op::Not | Op::Tilde => 0,
        }
    }
}

/// A set of token kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokSet(u64);

impl TokSet {
    /// The set of the given kinds.
    pub const fn of(toks: &[Tok]) -> TokSet {
        let mut bits = 0;
        let mut i = 0;
        while i < toks.len() {
            bits |= 1 << toks[i] as u8;
            i += 1;
        }
        TokSet(bits)
    }

    /// Whether `tok` is in the set.
    pub fn has(self, tok: Tok) -> bool {
        self.0 >> tok as u8 & 1 != 0
    }

    /// Members of both sets.
    pub const fn union(self, other: TokSet) -> TokSet {
        TokSet(self.0 | other.0)
    }
}
