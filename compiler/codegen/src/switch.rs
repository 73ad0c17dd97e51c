//! Switches: jump tables where cases are dense, a binary search over the rest.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, JumpTableData, types};
use undergo_ir::BlockCall;

use crate::translate::Translator;

/// Fewer cases are compared one by one.
const MIN_TABLE: usize = 5;
/// Table entries per case at most.
const MAX_SPARSITY: u64 = 3;

/// A case, its value as an unsigned number of the operand's width.
type Case<'a> = (u64, &'a BlockCall);

impl Translator<'_> {
    /// Goes to the case with value `v`, else to `default`.
    pub fn switch(&mut self, v: clif::Value, cases: &[(i64, BlockCall)], default: &BlockCall) {
        let bits = self.cur.func.dfg.value_type(v).bits();
        let mask = u64::MAX >> (64 - bits);
        let mut sorted: Vec<Case<'_>> = cases.iter().map(|(imm, t)| (*imm as u64 & mask, t)).collect();
        sorted.sort_by_key(|c| c.0);
        let clusters = clusters(&sorted);
        self.search(v, &clusters, default);
    }

    /// Halves the clusters until one is left.
    fn search(&mut self, v: clif::Value, clusters: &[&[Case<'_>]], default: &BlockCall) {
        match clusters {
            [] => {
                let args = self.block_args(default);
                let to = self.target(default.block);
                self.cur.ins().jump(to, &args);
            }
            [cluster] if cluster.len() >= MIN_TABLE => self.table(v, cluster, default),
            _ if clusters.len() <= 3 && clusters.iter().all(|c| c.len() < MIN_TABLE) => {
                let cases: Vec<Case<'_>> = clusters.concat();
                self.compare_each(v, &cases, default);
            }
            _ => {
                let (low, high) = clusters.split_at(clusters.len() / 2);
                let ty = self.cur.func.dfg.value_type(v);
                let pivot = self.iconst(ty, high[0][0].0 as i64);
                let below = self.cur.ins().icmp(IntCC::UnsignedLessThan, v, pivot);
                let [a, b] = [(); 2].map(|()| self.cur.func.dfg.make_block());
                self.cur.ins().brif(below, a, &[], b, &[]);
                self.enter(a);
                self.search(v, low, default);
                self.enter(b);
                self.search(v, high, default);
            }
        }
    }

    fn compare_each(&mut self, v: clif::Value, cases: &[Case<'_>], default: &BlockCall) {
        let ty = self.cur.func.dfg.value_type(v);
        for (n, (value, to)) in cases.iter().enumerate() {
            let value = self.iconst(ty, *value as i64);
            let hit = self.cur.ins().icmp(IntCC::Equal, v, value);
            let args = self.block_args(to);
            let to = self.target(to.block);
            if n + 1 == cases.len() {
                let default_args = self.block_args(default);
                let els = self.target(default.block);
                self.cur.ins().brif(hit, to, &args, els, &default_args);
            } else {
                let next = self.cur.func.dfg.make_block();
                self.cur.ins().brif(hit, to, &args, next, &[]);
                self.enter(next);
            }
        }
        if cases.is_empty() {
            self.search(v, &[], default);
        }
    }

    fn table(&mut self, v: clif::Value, cases: &[Case<'_>], default: &BlockCall) {
        let ty = self.cur.func.dfg.value_type(v);
        let (first, last) = (cases[0].0, cases[cases.len() - 1].0);
        let base = self.iconst(ty, first as i64);
        let mut index = self.cur.ins().isub(v, base);
        if ty == types::I64 {
            // The table takes 32 bits, so the rest is looked at here.
            let limit = self.iconst(ty, (last - first) as i64);
            let inside = self.cur.ins().icmp(IntCC::UnsignedLessThanOrEqual, index, limit);
            let args = self.block_args(default);
            let els = self.target(default.block);
            let next = self.cur.func.dfg.make_block();
            self.cur.ins().brif(inside, next, &[], els, &args);
            self.enter(next);
            index = self.cur.ins().ireduce(types::I32, index);
        } else if ty != types::I32 {
            index = self.cur.ins().uextend(types::I32, index);
        }
        // A jump with arguments owns their list, which passes rewrite in place: each entry needs one of its own.
        let mut targets = vec![default; (last - first) as usize + 1];
        for (value, to) in cases {
            targets[(value - first) as usize] = to;
        }
        let targets: Vec<clif::BlockCall> = targets.into_iter().map(|to| self.block_call(to)).collect();
        let els = self.block_call(default);
        let table = JumpTableData::new(els, &targets);
        let table = self.cur.func.create_jump_table(table);
        self.cur.ins().br_table(index, table);
    }
}

/// Splits sorted cases into runs that are dense enough for a table, and single ones.
fn clusters<'c, 'a>(cases: &'c [Case<'a>]) -> Vec<&'c [Case<'a>]> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < cases.len() {
        // Cases are distinct, so the span grows at least as fast as the count.
        let mut end = start + 1;
        while end < cases.len() {
            let span = cases[end].0 - cases[start].0;
            let count = (end - start + 1) as u64;
            if span / MAX_SPARSITY >= count {
                break;
            }
            end += 1;
        }
        if end - start >= MIN_TABLE {
            out.push(&cases[start..end]);
            start = end;
        } else {
            out.push(&cases[start..start + 1]);
            start += 1;
        }
    }
    out
}
