//! Go text with enough structure to take parts of it away.

use std::fmt::Write;

/// A statement or declaration.
#[derive(Clone, Debug)]
pub enum Node {
    /// Text that stands or falls as a whole.
    Line(String),
    /// Text that stays as long as what it is in: a final return, a label's statement.
    Fixed(String),
    /// Pieces of text, each followed by what it encloses; the last encloses nothing.
    Block(Vec<(String, Vec<Node>)>),
}

impl Node {
    /// `head { body }`.
    pub fn block(head: impl Into<String>, body: Vec<Node>) -> Node {
        Node::Block(vec![(head.into() + " {", body), ("}".into(), Vec::new())])
    }
}

/// The text of a list of statements.
pub fn print(nodes: &[Node], depth: usize, out: &mut String) {
    let indent = |out: &mut String| out.extend(std::iter::repeat_n('\t', depth));
    for node in nodes {
        match node {
            Node::Line(text) | Node::Fixed(text) => {
                for line in text.lines() {
                    indent(out);
                    let _ = writeln!(out, "{line}");
                }
            }
            Node::Block(parts) => {
                for (text, inner) in parts {
                    indent(out);
                    let _ = writeln!(out, "{text}");
                    print(inner, depth + 1, out);
                }
            }
        }
    }
}

/// How many nodes there are.
pub fn size(nodes: &[Node]) -> usize {
    let of = |n: &Node| match n {
        Node::Line(_) | Node::Fixed(_) => 1,
        Node::Block(parts) => 1 + parts.iter().map(|p| size(&p.1)).sum::<usize>(),
    };
    nodes.iter().map(of).sum()
}

/// What can be done to a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edit {
    /// Take it away.
    Remove,
    /// Put what it encloses in its place.
    Unwrap,
}

/// The tree after an edit of the nodes with numbers `from..to` in preorder; nothing if no node can be edited so.
pub fn edited(nodes: &[Node], from: usize, to: usize, edit: Edit) -> Option<Vec<Node>> {
    let mut n = 0;
    let mut changed = false;
    let result = edit_list(nodes, &(from..to), edit, &mut n, &mut changed);
    changed.then_some(result)
}

fn edit_list(
    nodes: &[Node],
    range: &std::ops::Range<usize>,
    edit: Edit,
    n: &mut usize,
    changed: &mut bool,
) -> Vec<Node> {
    let mut out = Vec::new();
    for node in nodes {
        let hit = range.contains(n);
        *n += 1;
        match node {
            Node::Fixed(_) => out.push(node.clone()),
            Node::Line(_) if hit && edit == Edit::Remove => *changed = true,
            Node::Line(_) => out.push(node.clone()),
            Node::Block(parts) if hit => {
                *changed = true;
                for (_, inner) in parts {
                    *n += size(inner);
                    if edit == Edit::Unwrap {
                        out.extend(inner.iter().cloned());
                    }
                }
            }
            Node::Block(parts) => {
                let edit_part =
                    |(text, inner): &(String, Vec<Node>)| (text.clone(), edit_list(inner, range, edit, n, changed));
                out.push(Node::Block(parts.iter().map(edit_part).collect()));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(nodes: &[Node]) -> String {
        let mut out = String::new();
        print(nodes, 0, &mut out);
        out
    }

    #[test]
    fn edits() {
        let inner = vec![Node::Line("a".into()), Node::Fixed("b".into())];
        let tree = vec![Node::Line("x".into()), Node::block("if c", inner)];
        assert_eq!(size(&tree), 4);
        let after = |from, to, edit| edited(&tree, from, to, edit).map(|t| text(&t));
        assert_eq!(after(0, 1, Edit::Remove).as_deref(), Some("if c {\n\ta\n\tb\n}\n"));
        assert_eq!(after(1, 2, Edit::Unwrap).as_deref(), Some("x\na\nb\n"));
        assert_eq!(after(2, 4, Edit::Remove).as_deref(), Some("x\nif c {\n\tb\n}\n"));
        assert_eq!(after(3, 4, Edit::Remove), None);
    }
}
