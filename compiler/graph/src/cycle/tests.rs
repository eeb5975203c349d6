use super::cycles;
use crate::fixture::{origin, stack};
use crate::{ResourceId, Stack};

/// Every cycle as the numbers of its resources.
fn found(stack: &Stack) -> Vec<Vec<u32>> {
    let cycles = cycles(stack);
    for cycle in &cycles {
        for (at, (_, reference)) in cycle.steps.iter().enumerate() {
            let next = cycle.steps[(at + 1) % cycle.steps.len()].0;
            assert_eq!(reference.target, next, "each step reads the next: {cycle:?}");
        }
    }
    cycles.iter().map(|cycle| cycle.steps.iter().map(|(id, _)| id.0).collect()).collect()
}

#[test]
fn what_reads_in_one_direction_has_no_cycle() {
    assert_eq!(found(&stack(&[])), [[0; 0]; 0]);
    assert_eq!(found(&stack(&[vec![1, 2], vec![2], vec![]])), [[0; 0]; 0]);
}

#[test]
fn a_resource_can_read_itself() {
    assert_eq!(found(&stack(&[vec![], vec![1]])), [[1]]);
}

#[test]
fn the_shortest_way_back_is_reported() {
    assert_eq!(found(&stack(&[vec![1, 3], vec![2], vec![0], vec![0]])), [[0, 3]]);
}

#[test]
fn every_group_is_reported_once_in_source_order() {
    let stack = stack(&[vec![4], vec![2], vec![1], vec![4], vec![3, 3]]);
    assert_eq!(found(&stack), [[1, 2], [3, 4]]);
}

#[test]
fn a_cycle_knows_where_each_read_is() {
    let cycles = cycles(&stack(&[vec![1], vec![0]]));
    let [cycle] = &cycles[..] else { panic!("one cycle: {cycles:?}") };
    let origins: Vec<_> = cycle.steps.iter().map(|(_, reference)| reference.origin).collect();
    assert_eq!(origins, [origin(1), origin(2)]);
}

#[test]
fn declared_dependencies_count() {
    let mut stack = stack(&[vec![1], vec![]]);
    stack.resources[1].depends_on = vec![ResourceId(0)];
    assert_eq!(found(&stack), [[0, 1]]);
}

#[test]
fn long_chains_need_no_stack() {
    const COUNT: u32 = 50_000;
    let reads: Vec<_> = (0..COUNT).map(|at| vec![(at + 1) % COUNT]).collect();
    assert_eq!(found(&stack(&reads))[0].len() as u32, COUNT);
}

/// Compares with the plain definition on many small graphs: a resource is in a cycle if it reaches itself, and two are in
/// the same group if each reaches the other.
#[test]
fn random_graphs_agree_with_the_definition() {
    let mut seed = 1_u64;
    let mut random = |below: u32| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as u32 % below
    };
    for _ in 0..500 {
        let count = 1 + random(7);
        let reads: Vec<Vec<u32>> =
            (0..count).map(|_| (0..random(3)).map(|_| random(count)).collect()).collect();
        let distance = distances(&reads);
        let mut expected = Vec::new();
        for (at, from) in distance.iter().enumerate() {
            let first = (0..at).all(|other| from[other].is_none() || distance[other][at].is_none());
            expected.extend(from[at].filter(|_| first).map(|length| (at as u32, length)));
        }
        let actual: Vec<_> = found(&stack(&reads)).iter().map(|cycle| (cycle[0], cycle.len())).collect();
        assert_eq!(actual, expected, "{reads:?}");
    }
}

/// The number of reads on the shortest way from one resource to another, at least one (Floyd and Warshall).
fn distances(reads: &[Vec<u32>]) -> Vec<Vec<Option<usize>>> {
    let count = reads.len();
    let mut distance = vec![vec![None; count]; count];
    for (at, reads) in reads.iter().enumerate() {
        for to in reads {
            distance[at][*to as usize] = Some(1);
        }
    }
    for through in 0..count {
        for from in 0..count {
            for to in 0..count {
                let way = distance[from][through].zip(distance[through][to]).map(|(a, b)| a + b);
                distance[from][to] = [distance[from][to], way].into_iter().flatten().min();
            }
        }
    }
    distance
}
