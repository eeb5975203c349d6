//! `ci-access` against others who know IAM: a simulator on random requests, a solver on random policies.
//!
//! A small sample runs always; `CI_ACCESS=full` runs a large one. Every question has a number, which is all that its
//! policies are made from, so a disagreement can be asked for again.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be made stops")]

#[path = "access/random.rs"]
mod random;

use std::collections::BTreeMap;

use ci_access::{Containment, Verdict, contains, evaluate};
use ci_tests::oracle::access::{simulate, solve};

use random::{Pair, Scenario};

/// How many questions: a sample, or all that anyone has patience for.
fn questions(sample: u64, full: u64) -> std::ops::Range<u64> {
    0..if std::env::var("CI_ACCESS").is_ok_and(|size| size == "full") { full } else { sample }
}

#[test]
fn the_evaluator_agrees_with_a_simulator() {
    let scenarios: Vec<Scenario> = questions(2_000, 60_000).map(Scenario::numbered).collect();
    let simulations: Vec<_> = scenarios.iter().map(Scenario::simulation).collect();
    let Some(answers) = simulate(&simulations) else { return };
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (number, (scenario, theirs)) in scenarios.iter().zip(&answers).enumerate() {
        let decision = scenario.with_policies(|policies| evaluate(&scenario.request, policies));
        let ours = format!("{:?}", decision.verdict);
        *counts.entry((ours.clone(), theirs.chars().take(20).collect())).or_default() += 1;
        if decision.verdict != Verdict::Unknown && ours != *theirs {
            wrong.push(format!(
                "{number}: {ours}, not {theirs}: {:?}\n{}",
                decision.reasons, simulations[number]
            ));
        }
    }
    eprintln!("ours and theirs: {counts:#?}");
    wrong.truncate(5);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    // Neither has an easy life.
    for verdict in ["Allowed", "ExplicitlyDenied", "ImplicitlyDenied"] {
        let count = counts.get(&(verdict.to_owned(), verdict.to_owned())).copied().unwrap_or_default();
        assert!(count * 20 > scenarios.len(), "{verdict}: {count}");
    }
}

#[test]
fn containment_agrees_with_a_solver() {
    let pairs: Vec<Pair> = questions(200, 3_000).map(Pair::numbered).collect();
    let answers = solve(&pairs.iter().map(Pair::question).collect::<Vec<_>>());
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (number, (pair, theirs)) in pairs.iter().zip(&answers).enumerate() {
        let answer = contains(&pair.outer, &pair.inner);
        let ours = match &answer {
            Containment::Yes => "yes",
            Containment::No(_) => "no",
            Containment::Unknown(_) => "unknown",
        };
        *counts.entry((ours, theirs)).or_default() += 1;
        if ![ours, theirs].contains(&"unknown") && ours != theirs {
            wrong.push(format!("{number}: {answer:?}, not {theirs}: {}", pair.question()));
        }
    }
    eprintln!("ours and theirs: {counts:#?}");
    wrong.truncate(5);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    for answer in ["yes", "no"] {
        let count = counts.get(&(answer, answer)).copied().unwrap_or_default();
        assert!(count * 8 > pairs.len(), "{answer}: {count}");
    }
}
