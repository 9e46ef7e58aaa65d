//! Whole numbers in place of an independent table's shares, with every total kept: controlled rounding (Cox, *A
//! constructive procedure for unbiased controlled rounding*, 1987), here by a flow through the network of totals.

use std::collections::VecDeque;

/// A group of rows whose counts have to be near independence too: the leaves `first..first + leaves`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) first: usize,
    pub(super) leaves: usize,
}

/// Divides the rows of `leaves` among `columns`, so that every leaf and every column keeps its total, and every leaf
/// and every group is within one row of independence in every column. Groups are nested or apart: each is a run of
/// leaves, the larger ones first.
///
/// Such a table always exists: the exact shares are a flow through a network whose bounds are whole numbers.
pub(super) fn rounded(leaves: &[u64], columns: &[u64], groups: &[Group]) -> Vec<Vec<u64>> {
    let total: u64 = leaves.iter().sum();
    let mut network = Network::default();
    let (source, sink) = (network.node(), network.node());
    let sinks: Vec<usize> = leaves.iter().map(|_| network.node()).collect();
    for (leaf, count) in sinks.iter().zip(leaves) {
        network.edge(*leaf, sink, *count, *count);
    }
    let mut cells: Vec<Vec<usize>> = Vec::new();
    for column in columns {
        let root = network.node();
        network.edge(source, root, *column, *column);
        let mut tree: Vec<(Group, usize)> = vec![(Group { first: 0, leaves: leaves.len() }, root)];
        let bounds = |network: &mut Network, tree: &mut Vec<(Group, usize)>, group: Group, node: usize| {
            while tree.last().is_some_and(|(open, _)| group.first >= open.first + open.leaves) {
                tree.pop();
            }
            let parent = tree.last().map_or(root, |(_, node)| *node);
            let rows: u64 = leaves.iter().skip(group.first).take(group.leaves).sum();
            let exact = u128::from(rows) * u128::from(*column);
            let low = u64::try_from(exact / u128::from(total.max(1))).unwrap_or(0);
            let high = low + u64::from(exact % u128::from(total.max(1)) > 0);
            network.edge(parent, node, low, high)
        };
        let mut of_column = Vec::new();
        let mut waiting = groups.iter().peekable();
        for (leaf, leaf_sink) in sinks.iter().enumerate() {
            while let Some(group) = waiting.next_if(|group| group.first == leaf) {
                let node = network.node();
                bounds(&mut network, &mut tree, *group, node);
                tree.push((*group, node));
            }
            of_column.push(bounds(&mut network, &mut tree, Group { first: leaf, leaves: 1 }, *leaf_sink));
        }
        cells.push(of_column);
    }
    network.fill(source, sink);
    let flow = |edge: &usize| network.flow(*edge);
    (0..leaves.len()).map(|leaf| cells.iter().filter_map(|column| column.get(leaf)).map(flow).collect()).collect()
}

/// A network whose edges have a lowest and a highest flow.
#[derive(Debug, Default)]
struct Network {
    /// For each node, the edges that leave it.
    leaving: Vec<Vec<usize>>,
    /// Edges in pairs: one way, and back.
    edges: Vec<Edge>,
    /// What each node has to pass on beyond what flows already.
    surplus: Vec<i128>,
}

#[derive(Debug)]
struct Edge {
    to: usize,
    room: u64,
    low: u64,
}

impl Network {
    fn node(&mut self) -> usize {
        self.leaving.push(Vec::new());
        self.surplus.push(0);
        self.leaving.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, low: u64, high: u64) -> usize {
        let at = self.edges.len();
        self.edges.push(Edge { to, room: high - low, low });
        self.edges.push(Edge { to: from, room: 0, low: 0 });
        for (node, edge, sign) in [(from, at, -1), (to, at + 1, 1)] {
            if let Some(leaving) = self.leaving.get_mut(node) {
                leaving.push(edge);
            }
            if let Some(surplus) = self.surplus.get_mut(node) {
                *surplus += sign * i128::from(low);
            }
        }
        at
    }

    fn flow(&self, edge: usize) -> u64 {
        let sent = self.edges.get(edge + 1).map_or(0, |back| back.room);
        self.edges.get(edge).map_or(0, |edge| edge.low) + sent
    }

    /// Finds a flow within all bounds: the lowest flows are taken as sent, and what they leave over is carried from
    /// the nodes with too much to those with too little (Edmonds and Karp's shortest paths).
    fn fill(&mut self, source: usize, sink: usize) {
        self.edge(sink, source, 0, u64::MAX / 4);
        let (from, to) = (self.node(), self.node());
        let surplus: Vec<i128> = self.surplus.clone();
        for (node, surplus) in surplus.into_iter().enumerate().take(from) {
            let amount = u64::try_from(surplus.unsigned_abs()).unwrap_or(u64::MAX / 4);
            match surplus {
                1.. => _ = self.edge(from, node, 0, amount),
                ..=-1 => _ = self.edge(node, to, 0, amount),
                0 => {}
            }
        }
        while let Some(path) = self.path(from, to) {
            let least = path.iter().filter_map(|edge| self.edges.get(*edge)).map(|edge| edge.room).min().unwrap_or(0);
            for edge in path {
                for (at, sign) in [(edge, -1), (edge ^ 1, 1)] {
                    if let Some(edge) = self.edges.get_mut(at) {
                        edge.room = if sign < 0 { edge.room - least } else { edge.room + least };
                    }
                }
            }
        }
    }

    /// Returns the edges of a shortest path with room on all of them.
    fn path(&self, from: usize, to: usize) -> Option<Vec<usize>> {
        let mut reached: Vec<Option<usize>> = vec![None; self.leaving.len()];
        let mut waiting = VecDeque::from([from]);
        while let Some(node) = waiting.pop_front() {
            for &at in self.leaving.get(node)? {
                let edge = self.edges.get(at)?;
                if edge.room == 0 || edge.to == from || reached.get(edge.to).copied().flatten().is_some() {
                    continue;
                }
                *reached.get_mut(edge.to)? = Some(at);
                if edge.to == to {
                    let mut path = Vec::new();
                    let mut node = to;
                    while node != from {
                        let at = reached.get(node).copied().flatten()?;
                        path.push(at);
                        node = self.edges.get(at ^ 1)?.to;
                    }
                    return Some(path);
                }
                waiting.push_back(edge.to);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::Index;

    fn check(leaves: &[u64], columns: &[u64], groups: &[Group]) {
        let table = rounded(leaves, columns, groups);
        let total: u64 = leaves.iter().sum();
        let near = |rows: u64, column: u64, count: u64| {
            let exact = rows as f64 * column as f64 / total.max(1) as f64;
            assert!((count as f64 - exact).abs() < 1.0, "{count} where {exact} would be independent");
        };
        for (row, leaf) in table.iter().zip(leaves) {
            assert_eq!(row.iter().sum::<u64>(), *leaf);
        }
        for (at, column) in columns.iter().enumerate() {
            assert_eq!(table.iter().map(|row| row[at]).sum::<u64>(), *column);
            for (row, leaf) in table.iter().zip(leaves) {
                near(*leaf, *column, row[at]);
            }
            for group in groups {
                let range = group.first..group.first + group.leaves;
                near(leaves[range.clone()].iter().sum(), *column, table[range].iter().map(|row| row[at]).sum());
            }
        }
    }

    #[test]
    fn a_table_keeps_its_totals_within_a_row_of_independence() {
        check(&[300, 2700], &[300, 700, 700, 700, 600], &[]);
        check(&[1, 1, 1, 1, 1], &[2, 3], &[Group { first: 0, leaves: 3 }, Group { first: 1, leaves: 2 }]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn every_table_does(
            leaves in prop::collection::vec(0_u64..400, 1..12),
            cuts in prop::collection::vec(any::<Index>(), 0..6),
            split in 0_usize..12,
        ) {
            let total: u64 = leaves.iter().sum();
            let mut ends: Vec<u64> = cuts.iter().map(|cut| cut.index(usize::try_from(total).unwrap() + 1) as u64).chain([0, total]).collect();
            ends.sort_unstable();
            let columns: Vec<u64> = ends.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let split = split.min(leaves.len());
            let mut groups = vec![Group { first: 0, leaves: split }, Group { first: split, leaves: leaves.len() - split }];
            groups.retain(|group| group.leaves > 0);
            check(&leaves, &columns, &groups);
        }
    }
}
