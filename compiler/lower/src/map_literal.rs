//! Literals of maps. Many constant entries are two tables, of keys and of elements, and a loop: code for each of them
//! would be larger than the tables by an order of magnitude, and slower to compile.

use undergo_ir::{BinOp, IntCond, Type};
use undergo_syntax::ast::{CompositeLit, Expr, KeyValueExpr};
use undergo_types::Ty;

use crate::func::FuncLower;
use crate::statics::MapTables;
use crate::val::{Addr, Val};

/// Fewer constant entries than this are assigned one by one.
const TABLE_MIN: usize = 26;

impl FuncLower<'_> {
    pub fn map_literal(&mut self, n: &'static CompositeLit, map: Ty, key: Ty, elem: Ty) -> Val {
        self.order_literal(n, map);
        let entries: Vec<&'static KeyValueExpr> = n.elts.iter().filter_map(key_value).collect();
        let hint = self.word(entries.len() as i64);
        let m = self.make_map(map, Some(hint));
        let tables = if entries.len() >= TABLE_MIN && self.may_be_static() {
            self.cx.map_tables(self.unit.info, &entries, key, elem, TABLE_MIN)
        } else {
            None
        };
        let rest = match &tables {
            Some(tables) => {
                self.at(n.lbrace);
                self.assign_tables(tables, map, m, key, elem);
                &tables.rest
            }
            None => &entries,
        };
        for kv in rest {
            // The value first, as in gc: calls in both have been made.
            let v = self.expr_as(&kv.value, elem);
            let v = self.own(elem, v);
            let k = self.expr_as(&kv.key, key);
            self.at(kv.colon);
            let slot = self.map_assign(map, m, &k);
            self.store(elem, &v, Addr::new(slot));
        }
        Val::one(m)
    }

    /// `for i := range keys { m[keys[i]] = elems[i] }`
    fn assign_tables(&mut self, tables: &MapTables, map: Ty, m: undergo_ir::Value, key: Ty, elem: Ty) {
        let zero = self.word(0);
        let counter = self.hidden(zero);
        let (head, body, end) = (self.b.block(), self.b.block(), self.b.block());
        self.go_to(head);
        self.b.switch_to(head);
        let i = self.get_hidden(Type::I64, counter);
        let count = self.word(tables.count as i64);
        let more = self.b.icmp(IntCond::Slt, i, count);
        self.b.brif(more, body, end);
        self.b.switch_to(body);
        let (keys, elems) = (self.b.sym_addr(tables.keys, 0), self.b.sym_addr(tables.elems, 0));
        let from = self.elem_addr(keys, i, self.layout(key).size);
        let k = self.load(key, from);
        let slot = self.map_assign(map, m, &k);
        let from = self.elem_addr(elems, i, self.layout(elem).size);
        let v = self.load(elem, from);
        self.store(elem, &v, Addr::new(slot));
        let one = self.word(1);
        let next = self.b.binary(BinOp::Add, i, one);
        self.set_hidden(counter, next);
        self.go_to(head);
        self.b.switch_to(end);
    }
}

fn key_value(e: &'static Expr) -> Option<&'static KeyValueExpr> {
    match e {
        Expr::KeyValue(kv) => Some(kv),
        _ => None,
    }
}
