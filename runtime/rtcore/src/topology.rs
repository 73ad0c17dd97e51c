//! Memory nodes (NUMA): which CPUs belong to which, how Ps are divided among them, and in what order a P visits others.
//!
//! Ps are not bound to CPUs. A node gets as many consecutive Ps as its share of the CPUs that the process may use; an M
//! that takes a P prefers one of the node it runs on, and a thief looks at the Ps of its own node before it crosses to
//! another, the nearest first. On a machine with one node, all of this is the flat order.
//!
//! A thief that must cross takes from the fullest of several queues ([`Groups::fullest_far`]): what it brings feeds its
//! neighbours too. With the first queue that is not empty, a node without work of its own crossed more often than with
//! flat stealing (simulation in `runtime/rtcore/tests/numa.rs`).
//!
//! Source of the file formats: the kernel's `Documentation/ABI/stable/sysfs-devices-node`.

/// Nodes told apart; the CPUs of any beyond belong to the last.
pub const MAX_NODES: usize = 32;
/// CPUs whose node is known; others count for the first.
pub const MAX_CPUS: usize = 2048;

/// Sizes of the nodes' shares of the machine, and distances.
#[derive(Clone, Debug)]
pub struct Topology {
    n_nodes: usize,
    /// The kernel's numbers of the nodes.
    id: [u16; MAX_NODES],
    node_of_cpu: [u8; MAX_CPUS],
    /// Usable CPUs.
    n_cpus: [u16; MAX_NODES],
    /// The kernel's distances; 10 is a node to itself.
    distance: [[u8; MAX_NODES]; MAX_NODES],
}

impl Topology {
    /// A machine of one node.
    pub const fn flat() -> Topology {
        Topology {
            n_nodes: 1,
            id: [0; MAX_NODES],
            node_of_cpu: [0; MAX_CPUS],
            n_cpus: [1; MAX_NODES],
            distance: [[10; MAX_NODES]; MAX_NODES],
        }
    }

    /// Reads the tree of `/sys/devices/system/node`. `read` fills a buffer with the beginning of the file of a path below
    /// it and returns the length; `usable` says whether the process may run on a CPU. Nodes without a usable CPU do not
    /// count.
    pub fn read(
        mut read: impl FnMut(&[u8], &mut [u8]) -> Option<usize>,
        usable: impl Fn(usize) -> bool,
    ) -> Option<Topology> {
        let mut buffer = [0; 4096];
        let mut text = |path: &[u8]| read(path, &mut buffer).map(|n| (buffer, n));
        let (online, n) = text(b"online")?;
        let mut topology = Topology { n_nodes: 0, n_cpus: [0; MAX_NODES], ..Topology::flat() };
        // Place of each node of ours among those of the kernel, which a line of distances has all of.
        let mut column = [0; MAX_NODES];
        for (place, id) in numbers(&online[..n]).enumerate() {
            let mut path = Path::node(id);
            let Some((cpus, n)) = text(path.with(b"/cpulist")) else { continue };
            let node = topology.n_nodes.min(MAX_NODES - 1);
            let mut own = 0;
            for cpu in numbers(&cpus[..n]).filter(|&cpu| cpu < MAX_CPUS && usable(cpu)) {
                topology.node_of_cpu[cpu] = node as u8;
                own += 1;
            }
            if own == 0 {
                continue;
            }
            topology.n_cpus[node] += own;
            if topology.n_nodes < MAX_NODES {
                column[node] = place;
                topology.id[node] = id as u16;
                if let Some((line, n)) = text(path.with(b"/distance")) {
                    topology.distances(node, &line[..n], &column);
                }
                topology.n_nodes += 1;
            }
        }
        (topology.n_nodes > 0).then_some(topology)
    }

    /// Takes over the distances between `node` and those before it.
    fn distances(&mut self, node: usize, line: &[u8], column: &[usize; MAX_NODES]) {
        for (other, &place) in column[..=node].iter().enumerate() {
            let word = line.split(|c| c.is_ascii_whitespace()).filter(|w| !w.is_empty()).nth(place);
            let Some(d) = word.and_then(number) else { continue };
            let d = d.min(255) as u8;
            self.distance[node][other] = d;
            self.distance[other][node] = d;
        }
    }

    /// Number of nodes, at least 1.
    pub fn n_nodes(&self) -> usize {
        self.n_nodes
    }

    /// The kernel's number of a node.
    pub fn id(&self, node: usize) -> usize {
        self.id[node] as usize
    }

    /// The node of a CPU.
    pub fn node_of_cpu(&self, cpu: usize) -> usize {
        self.node_of_cpu.get(cpu).map_or(0, |&n| n as usize)
    }
}

/// `nodeN` and what follows.
struct Path {
    text: [u8; 32],
    base: usize,
}

impl Path {
    fn node(id: usize) -> Path {
        let mut path = Path { text: [0; 32], base: 0 };
        path.push(b"node");
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = id;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        path.push(&digits[at..]);
        path
    }

    fn push(&mut self, part: &[u8]) {
        self.text[self.base..][..part.len()].copy_from_slice(part);
        self.base += part.len();
    }

    fn with(&mut self, file: &[u8]) -> &[u8] {
        let end = self.base + file.len();
        self.text[self.base..end].copy_from_slice(file);
        &self.text[..end]
    }
}

fn number(word: &[u8]) -> Option<usize> {
    core::str::from_utf8(word).ok()?.parse().ok()
}

/// The numbers of a list such as `0-3,8`; nothing of what is malformed.
pub fn numbers(list: &[u8]) -> impl Iterator<Item = usize> {
    let ranges = list.trim_ascii().split(|&c| c == b',').filter_map(|part| {
        let mut ends = part.splitn(2, |&c| c == b'-').map(|w| number(w.trim_ascii()));
        let first = ends.next()??;
        let last = ends.next().unwrap_or(Some(first))?;
        Some(first..=last.min(first + 0xffff))
    });
    ranges.flatten()
}

/// How `n_p` Ps are divided among the nodes of a topology.
#[derive(Clone, Debug)]
pub struct Groups {
    n_nodes: usize,
    /// The Ps of node i are those from `bounds[i]` to `bounds[i + 1]`.
    bounds: [u16; MAX_NODES + 1],
    /// The nodes by distance from each, itself first.
    near: [[u8; MAX_NODES]; MAX_NODES],
}

impl Groups {
    /// No Ps at all.
    pub const fn none() -> Groups {
        Groups { n_nodes: 1, bounds: [0; MAX_NODES + 1], near: [[0; MAX_NODES]; MAX_NODES] }
    }

    /// Divides Ps in proportion to usable CPUs.
    pub fn new(topology: &Topology, n_p: usize) -> Groups {
        let n = topology.n_nodes;
        let mut groups = Groups { n_nodes: n, bounds: [n_p as u16; MAX_NODES + 1], near: [[0; MAX_NODES]; MAX_NODES] };
        let total: usize = topology.n_cpus[..n].iter().map(|&c| c as usize).sum();
        let mut before = 0;
        for node in 0..n {
            groups.bounds[node] = (n_p * before / total) as u16;
            before += topology.n_cpus[node] as usize;
            let order = &mut groups.near[node][..n];
            for (hop, slot) in order.iter_mut().enumerate() {
                *slot = ((node + hop) % n) as u8;
            }
            // Stable: of equally near nodes each prefers the next one up, so that thieves spread. (core has no stable
            // sort: insertion, for a few nodes at start.)
            let distance = &topology.distance[node];
            for end in 2..n {
                let mut at = end;
                while at > 1 && distance[order[at] as usize] < distance[order[at - 1] as usize] {
                    order.swap(at, at - 1);
                    at -= 1;
                }
            }
        }
        groups
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.n_nodes
    }

    /// The node of a P.
    pub fn node_of_p(&self, p: usize) -> usize {
        // The last of those that begin at or below it; nodes without Ps begin where the next one does.
        self.bounds[1..self.n_nodes].iter().take_while(|&&b| b as usize <= p).count()
    }

    /// The nodes by distance from `node`, itself first.
    pub fn near(&self, node: usize) -> impl Iterator<Item = usize> {
        self.near[node][..self.n_nodes].iter().map(|&n| n as usize)
    }

    /// The Ps of the node of `p`, in an order that `below` (a random number below its argument, which is not 0) decides.
    pub fn near_ps(&self, p: usize, below: impl Fn(u32) -> u32) -> impl Iterator<Item = usize> {
        self.of_node(self.node_of_p(p), below)
    }

    /// The Ps of the other nodes, by distance; within a node as `below` decides.
    pub fn far_ps(&self, p: usize, below: impl Fn(u32) -> u32 + Copy) -> impl Iterator<Item = usize> {
        self.near(self.node_of_p(p)).skip(1).flat_map(move |node| self.of_node(node, below))
    }

    /// A P of another node with many queued goroutines, of which `len` tells the number: the fullest of the first that
    /// have any.
    pub fn fullest_far(
        &self,
        p: usize,
        below: impl Fn(u32) -> u32 + Copy,
        len: impl Fn(usize) -> usize,
    ) -> Option<usize> {
        const CANDIDATES: usize = 16;
        let queued = self.far_ps(p, below).map(|victim| (len(victim), victim)).filter(|&(n, _)| n > 0);
        queued.take(CANDIDATES).max_by_key(|&(n, _)| n).map(|(_, victim)| victim)
    }

    fn of_node(&self, node: usize, below: impl Fn(u32) -> u32) -> impl Iterator<Item = usize> {
        let first = self.bounds[node] as u32;
        let n = self.bounds[node + 1] as u32 - first;
        // A random start and a step coprime to n visit every P once.
        let (start, step) = if n > 1 { (below(n), coprime(n, &below)) } else { (0, 1) };
        (0..n).map(move |i| (first + ((start as u64 + i as u64 * step as u64) % n as u64) as u32) as usize)
    }
}

/// A random number below `n` and coprime to it.
fn coprime(n: u32, below: &impl Fn(u32) -> u32) -> u32 {
    fn gcd(a: u32, b: u32) -> u32 {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    if n <= 2 {
        return 1;
    }
    let mut s = below(n - 1) + 1;
    while gcd(s, n) != 1 {
        s = s % (n - 1) + 1;
    }
    s
}
