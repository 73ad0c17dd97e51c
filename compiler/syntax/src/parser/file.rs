//! Whole files: package clause, imports, top-level declarations.

use super::{More, Parser};
use crate::Scope;
use crate::ast::*;
use crate::literal::string_value;
use crate::parser::decl::{Group, Spec};
use crate::token::Tok;
use undergo_source::{Name, Pos};

/// Tokens that start a top-level declaration.
const TOP_LEVEL: [Tok; 5] = [Tok::Import, Tok::Const, Tok::Type, Tok::Var, Tok::Func];

impl Parser<'_> {
    /// Parses the file.
    pub(crate) fn file(&mut self) -> File {
        self.next();
        let mut file = self.empty_file();
        self.directives.top_of_file = false;
        if self.tok != Tok::Package {
            self.syntax_error("package statement must be first");
            return self.finish(file);
        }
        file.package_pos = self.pos();
        self.next();
        self.directives.take_for_file();
        file.name = self.ident();
        self.want(Tok::Semi);
        // A file that starts wrong is probably not Go at all.
        if self.errors.is_empty() {
            self.top_level(&mut file);
        }
        self.finish(file)
    }

    fn empty_file(&mut self) -> File {
        let start = self.source.base;
        let name = self.blank_ident(start);
        File {
            start,
            eof: start.offset(self.source.text.len() as u32),
            package_pos: Pos::NONE,
            name,
            imports: Vec::new(),
            decls: Vec::new(),
            n_nodes: 0,
            n_groups: 0,
            go_version: None,
            build_constraint: None,
            linknames: Vec::new(),
            debug_lines: Vec::new(),
            cgo_directives: Vec::new(),
            late_errors: Vec::new(),
            depth: 0,
        }
    }

    fn finish(&mut self, mut file: File) -> File {
        file.n_nodes = self.next_node;
        file.n_groups = self.next_group;
        file.depth = self.tree_depth();
        self.directives.finish(&mut file);
        file
    }

    fn top_level(&mut self, file: &mut File) {
        let mut previous = Tok::Import;
        while self.tok != Tok::Eof {
            if self.tok == Tok::Import && previous != Tok::Import {
                self.syntax_error("imports must appear before other declarations");
            }
            if self.tok != Tok::Import && self.mode.scope == Scope::Imports {
                return;
            }
            previous = self.tok;
            if !self.declaration(file) {
                let bodyless = matches!(file.decls.last(), Some(Decl::Func(f)) if f.body.is_none());
                if self.tok == Tok::Lbrace && bodyless {
                    self.syntax_error("unexpected semicolon or newline before {");
                } else {
                    self.syntax_error("non-declaration statement outside function body");
                }
                self.advance(&TOP_LEVEL);
                continue;
            }
            // Before the next token is scanned: the directives in front of it belong to the next declaration.
            self.clear_directives();
            if self.tok != Tok::Eof && !self.got(Tok::Semi) {
                self.syntax_error("after top level declaration");
                self.advance(&TOP_LEVEL);
            }
        }
        self.clear_directives();
    }

    /// Parses one declaration; false if none starts here.
    fn declaration(&mut self, file: &mut File) -> bool {
        match self.tok {
            Tok::Import => {
                self.next();
                let mut imports = std::mem::take(&mut file.imports);
                self.group(|p, group| imports.push(Box::new(p.import_spec(group))));
                file.imports = imports;
            }
            Tok::Const => self.spec_group(Spec::Const, &mut file.decls),
            Tok::Type => self.spec_group(Spec::Type, &mut file.decls),
            Tok::Var => self.spec_group(Spec::Var, &mut file.decls),
            Tok::Func => {
                self.next();
                let decl = self.func_decl();
                file.decls.push(Decl::Func(Box::new(decl)));
            }
            _ => return false,
        }
        true
    }

    /// One spec, or specs in parentheses.
    pub(super) fn group(&mut self, mut spec: impl FnMut(&mut Self, Group)) {
        if self.tok != Tok::Lparen {
            return spec(self, Group { id: None, index: 0 });
        }
        let id = Some(GroupId(self.next_group));
        self.next_group += 1;
        self.clear_directives();
        self.next();
        let mut index = 0;
        self.list("grouped declaration", Tok::Semi, Tok::Rparen, |p| {
            spec(p, Group { id, index });
            index += 1;
            More::Yes
        });
    }

    fn import_spec(&mut self, group: Group) -> ImportSpec {
        let pos = self.pos();
        let id = self.id();
        self.directives.take_for_flagless();
        let name = match self.tok {
            Tok::Name => Some(self.ident()),
            Tok::Dot => {
                let dot = Ident { id: self.id(), pos: self.pos(), name: Name::new(".") };
                self.next();
                Some(dot)
            }
            _ => None,
        };
        let mut path_lit = self.literal_or_none();
        let mut path = None;
        match &mut path_lit {
            None => {
                self.syntax_error("missing import path");
                self.advance(&[Tok::Semi, Tok::Rparen]);
            }
            Some(lit) if lit.bad => {}
            Some(lit) if lit.kind != LitKind::String => {
                lit.bad = true;
                let pos = lit.pos;
                self.syntax_error_at(pos, "import path must be a string");
            }
            Some(lit) => {
                let text = string_value(lit.value.as_str()).and_then(|v| String::from_utf8(v).ok());
                path = text.map(|t| Name::new(&t));
            }
        }
        self.directives.saw_import(path);
        ImportSpec { id, pos, name, path_lit, path, group: group.id }
    }
}
