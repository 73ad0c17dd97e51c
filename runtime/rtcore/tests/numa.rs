//! Nodes read from a tree of files, and near-first stealing on a simulated machine of 1,024 CPUs in 8 nodes.
//!
//! The figures in BENCHMARKS.md are what `cargo test --release -p undergo-rtcore --test numa -- --nocapture` prints.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use undergo_rtcore::random::Fast;
use undergo_rtcore::run_queue::RunQueue;
use undergo_rtcore::topology::{Groups, Topology, numbers};

/// Writes a tree like the kernel's and reads it.
fn topology(nodes: &[(&str, &str)], online: &str, usable: impl Fn(usize) -> bool) -> Option<Topology> {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("online"), online).expect("it is ours");
    for (id, (cpus, distances)) in numbers(online.as_bytes()).zip(nodes) {
        let node = dir.path().join(format!("node{id}"));
        fs::create_dir(&node).expect("it is ours");
        fs::write(node.join("cpulist"), format!("{cpus}\n")).expect("it is ours");
        fs::write(node.join("distance"), format!("{distances}\n")).expect("it is ours");
    }
    read(dir.path(), usable)
}

fn read(dir: &Path, usable: impl Fn(usize) -> bool) -> Option<Topology> {
    let file = |path: &[u8], out: &mut [u8]| {
        let text = fs::read(dir.join(std::str::from_utf8(path).expect("paths are text"))).ok()?;
        let n = text.len().min(out.len());
        out[..n].copy_from_slice(&text[..n]);
        Some(n)
    };
    Topology::read(file, usable)
}

#[test]
fn lists() {
    let all = |text: &str| numbers(text.as_bytes()).collect::<Vec<_>>();
    assert_eq!(all("0-3,8,10-11\n"), [0, 1, 2, 3, 8, 10, 11]);
    assert_eq!(all("0\n"), [0]);
    assert_eq!(all(""), [0usize; 0]);
    assert_eq!(all("x,2-,-3,5-4,7"), [7]);
}

#[test]
fn trees_of_files() {
    let two = [("0-3", "10 21"), ("4-7", "21 10")];
    let t = topology(&two, "0-1", |_| true).expect("it is there");
    assert_eq!((t.n_nodes(), t.node_of_cpu(3), t.node_of_cpu(4), t.node_of_cpu(9999)), (2, 0, 1, 0));
    let groups = Groups::new(&t, 8);
    assert_eq!((0..8).map(|p| groups.node_of_p(p)).collect::<Vec<_>>(), [0, 0, 0, 0, 1, 1, 1, 1]);

    // Only some CPUs are ours: the shares follow, and a node without any is none.
    let t = topology(&two, "0-1", |cpu| cpu == 3 || cpu >= 5).expect("it is there");
    let groups = Groups::new(&t, 4);
    assert_eq!((0..4).map(|p| groups.node_of_p(p)).collect::<Vec<_>>(), [0, 1, 1, 1]);
    assert_eq!(topology(&two, "0-1", |cpu| cpu < 4).expect("it is there").n_nodes(), 1);
    assert!(topology(&two, "0-1", |_| false).is_none());

    // Ids with a gap, a node with memory but no CPUs, and distances: the second hop is the nearer one.
    let four = [("0", "10 20 30 12"), ("", "20 10 20 20"), ("1", "30 20 10 20"), ("2", "12 20 20 10")];
    let t = topology(&four, "0,2-4", |_| true).expect("it is there");
    let groups = Groups::new(&t, 3);
    assert_eq!(groups.near(0).collect::<Vec<_>>(), [0, 2, 1]);
    assert_eq!(groups.near(1).collect::<Vec<_>>(), [1, 2, 0]);

    // More Ps than CPUs, fewer than nodes, and none of the files.
    assert_eq!(Groups::new(&t, 9).node_of_p(8), 2);
    let one = Groups::new(&t, 1);
    assert_eq!(one.near_ps(0, |_| 0).chain(one.far_ps(0, |_| 0)).collect::<Vec<_>>(), [0]);
    assert!(read(Path::new("/nonexistent"), |_| true).is_none());
}

#[test]
fn every_p_is_visited_once_and_near_ones_first() {
    let random = RefCell::new(Fast::new(7));
    for (nodes, n_p) in [(1, 1), (1, 7), (2, 8), (8, 1024), (8, 13), (3, 2)] {
        let groups = Groups::new(&machine(nodes, 128), n_p);
        for p in (0..n_p).step_by(n_p / 7 + 1) {
            let below = |n| random.borrow_mut().below(n);
            let (near, far): (Vec<_>, Vec<_>) = (groups.near_ps(p, below).collect(), groups.far_ps(p, below).collect());
            let own = groups.node_of_p(p);
            assert!(near.iter().all(|&v| groups.node_of_p(v) == own));
            let mut all = [near, far].concat();
            all.sort_unstable();
            assert_eq!(all, (0..n_p).collect::<Vec<_>>());
        }
    }
}

/// `nodes` nodes of `cpus` CPUs, in a ring: the kernel's distance is 16 for neighbours, 22 beyond.
fn machine(nodes: usize, cpus: usize) -> Topology {
    let lists: Vec<(String, String)> = (0..nodes)
        .map(|node| {
            let distance = |other: usize| match node.abs_diff(other).min(nodes - node.abs_diff(other)) {
                0 => "10",
                1 => "16",
                _ => "22",
            };
            let line: Vec<&str> = (0..nodes).map(distance).collect();
            (format!("{}-{}", node * cpus, node * cpus + cpus - 1), line.join(" "))
        })
        .collect();
    let lists: Vec<(&str, &str)> = lists.iter().map(|(a, b)| (&**a, &**b)).collect();
    topology(&lists, &format!("0-{}", nodes - 1), |_| true).expect("it is there")
}

#[derive(Default, Debug, Clone, Copy)]
struct Counts {
    steals: usize,
    crossings: usize,
    steps: usize,
}

/// A task is the number of steps that it takes; at its end it may leave others behind.
struct Load {
    /// Tasks in the queue of a P at the start.
    start: fn(usize) -> usize,
    /// In how many of 100 cases a task leaves one behind.
    respawn: u32,
}

const N_P: usize = 1024;

/// Runs until nothing is left; every P makes one step at a time. `order` says whom a thief visits, `nodes` what crosses.
fn simulate(load: &Load, order: &Groups, nodes: &Groups, seed: u64) -> Counts {
    let random = RefCell::new(Fast::new(seed));
    let below = |n: u32| random.borrow_mut().below(n);
    let queues: Vec<RunQueue> = (0..N_P).map(|_| RunQueue::new()).collect();
    for (p, queue) in queues.iter().enumerate() {
        (0..(load.start)(p)).for_each(|_| assert!(queue.push(1 + below(20) as usize)));
    }
    let mut running = vec![0usize; N_P];
    let mut counts = Counts::default();
    loop {
        let busy = running.iter().filter(|&&t| t > 0).count();
        // As many thieves at a time as the scheduler lets spin.
        let mut thieves = (busy / 2).max(8);
        let first = below(N_P as u32) as usize;
        for i in 0..N_P {
            let p = (first + i) % N_P;
            if running[p] > 1 {
                running[p] -= 1;
                continue;
            }
            if running[p] == 1 && below(100) < load.respawn {
                queues[p].push(1 + below(20) as usize);
            }
            running[p] = queues[p].pop().unwrap_or(0);
            if running[p] == 0 && thieves > 0 {
                thieves -= 1;
                let near = order.near_ps(p, below).find(|&v| v != p && !queues[v].is_empty());
                let victim = near.or_else(|| order.fullest_far(p, below, |v| queues[v].len()));
                if let Some(victim) = victim {
                    running[p] = queues[p].steal_from(&queues[victim]).expect("nobody else steals");
                    counts.steals += 1;
                    counts.crossings += usize::from(nodes.node_of_p(victim) != nodes.node_of_p(p));
                }
            }
        }
        if running.iter().all(|&t| t == 0) && queues.iter().all(RunQueue::is_empty) {
            return counts;
        }
        counts.steps += 1;
    }
}

#[test]
fn near_first_crosses_less_and_takes_no_longer() {
    let nodes = Groups::new(&machine(8, 128), N_P);
    let flat = Groups::new(&Topology::flat(), N_P);
    let loads = [
        ("balanced, 40 on every P", Load { start: |_| 40, respawn: 90 }, 0.2),
        (
            "uneven within nodes, 240 on every eighth P",
            Load { start: |p| 240 * usize::from(p % 8 == 0), respawn: 80 },
            0.2,
        ),
        ("one busy node, 240 on each of its Ps", Load { start: |p| 240 * usize::from(p < 128), respawn: 80 }, 0.8),
    ];
    for (name, load, at_most) in loads {
        let sum = |order: &Groups| {
            (1..=4).map(|seed| simulate(&load, order, &nodes, seed)).fold(Counts::default(), |a, b| Counts {
                steals: a.steals + b.steals,
                crossings: a.crossings + b.crossings,
                steps: a.steps + b.steps,
            })
        };
        let (near, all) = (sum(&nodes), sum(&flat));
        println!("{name}: near-first {near:?}, flat {all:?}");
        assert!(near.crossings as f64 <= at_most * all.crossings as f64, "{name}: {near:?}, flat {all:?}");
        assert!(near.steps as f64 <= 1.1 * all.steps as f64, "{name}: {near:?}, flat {all:?}");
    }
}
