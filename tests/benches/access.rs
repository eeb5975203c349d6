//! How long questions about access take: `cargo bench -p ci-tests --bench access`.
//!
//! Prints the median and the smallest of several runs, per question; judges nothing.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and stops when it cannot run"
)]

use std::hint::black_box;
use std::time::Instant;

use ci_access::{
    Actions, Caller, Condition, Context, Part, Policies, Policy, Request, Resources, Statement, Symbol,
    contains, evaluate, merge,
};

const RUNS: usize = 15;
const QUESTIONS: u32 = 200;

fn main() {
    println!("{:<58} {:>10} {:>10}", "microseconds", "median", "smallest");
    let queue = |name: &str| {
        let text = |text: &str| Part::Text(text.into());
        let (region, account) = (Part::Symbol(Symbol::region()), Part::Symbol(Symbol::account()));
        vec![text("arn:aws:sqs:"), region, text(":"), account, text(&format!(":{name}"))]
    };
    let send = |name: &str| Statement::allow(Actions::of(["sqs:SendMessage"]), Resources::of([queue(name)]));
    let wide = Statement::allow(Actions::of(["sqs:*"]), Resources::of(["arn:aws:sqs:*:*:shop-*"]));
    let secure = Condition::new("Bool", "aws:SecureTransport", ["true"]).expect("an operator");
    let services: Vec<Statement> = (0..40).map(|at| send(&format!("shop-{at}"))).collect();
    let under: Vec<Statement> =
        services.iter().map(|statement| statement.clone().when(secure.clone())).collect();

    row("one statement in one, exact ARNs", || {
        black_box(contains(&services[..1], &services[..1]));
    });
    row("one statement in one, a wildcard", || {
        black_box(contains(std::slice::from_ref(&wide), &services[..1]));
    });
    row("a wildcard in a wildcard", || {
        black_box(contains(std::slice::from_ref(&wide), std::slice::from_ref(&wide)));
    });
    row("not in it: an example is found", || {
        black_box(contains(&services[..1], &services[1..2]));
    });
    row("a wildcard not in an ARN: an example is found", || {
        black_box(contains(&services[..1], std::slice::from_ref(&wide)));
    });
    row("40 statements in 40", || {
        black_box(contains(&services, &services));
    });
    row("40 statements with a condition in 40 without", || {
        black_box(contains(&services, &under));
    });
    let policy = Policy { statements: services.clone() };
    row("40 statements merged", || {
        black_box(merge(&policy));
    });
    let request = Request {
        caller: Caller::session("arn:aws:iam::111122223333:role/worker", "now"),
        action: "sqs:SendMessage".into(),
        resource: queue("shop-39").into(),
        resource_account: None,
        context: Context::default(),
    };
    let identity = [policy];
    row("a request against 40 statements", || {
        black_box(evaluate(&request, &Policies { identity: &identity, ..Policies::default() }));
    });
}

fn row(name: &str, question: impl Fn()) {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            (0..QUESTIONS).for_each(|_| question());
            start.elapsed().as_secs_f64() * 1e6 / f64::from(QUESTIONS)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{name:<58} {:>10.2} {:>10.2}", times[RUNS / 2], times[0]);
}
