//! Checks packages and prints their errors: `cargo run --example check -- fmt net/http`. For working on the checker.

#[path = "../tests/common/mod.rs"]
mod common;

use undergo_check::Options;

fn main() {
    let patterns: Vec<String> = std::env::args().skip(1).collect();
    common::on_large_stack(|| {
        let mut world = common::World::default();
        let checked = world.load(&patterns, &Options::default());
        let (mut bad, mut errors) = (0, 0);
        for c in &checked {
            for e in &c.errors {
                println!("{}", e.render_plain(&world.map));
            }
            bad += usize::from(!c.errors.is_empty());
            errors += c.errors.len();
        }
        eprintln!(
            "{} packages, {bad} with errors, {errors} errors; {} lines, parsing {:?}, checking {:?}",
            checked.len(),
            world.lines,
            world.parsing,
            world.checking
        );
    });
}
