//! Parses all Go files below a directory and prints lines per second: `parse_speed DIR [ROUNDS]`.

use std::path::PathBuf;
use std::time::Instant;
use undergo_source::SourceMap;
use undergo_syntax::{ParseMode, parse_file};

fn main() {
    let mut args = std::env::args().skip(1);
    let mut dirs = vec![PathBuf::from(args.next().expect("a directory"))];
    let rounds = args.next().map_or(3, |n| n.parse().expect("a number of rounds"));
    let mut sources = Vec::new();
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).expect("a readable directory").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => dirs.push(path),
                false if path.extension().is_some_and(|e| e == "go") => {
                    sources.push(std::fs::read(path).expect("a readable file"));
                }
                false => {}
            }
        }
    }
    for _ in 0..rounds {
        let map = SourceMap::new();
        let files: Vec<_> = sources.iter().map(|s| map.add("f.go", s.clone()).expect("below 4 GiB")).collect();
        let (mut lines, mut nodes) = (0, 0);
        let mut trees = Vec::new();
        let start = Instant::now();
        for file in &files {
            let (tree, _) = parse_file(&map, file, ParseMode::STD);
            lines += file.lines.len();
            nodes += tree.n_nodes as usize;
            trees.push(tree);
        }
        let seconds = start.elapsed().as_secs_f64();
        let speed = lines as f64 / seconds / 1e6;
        println!("{} files, {lines} lines, {nodes} nodes: {seconds:.3} s, {speed:.2} M lines/s", files.len());
    }
}
