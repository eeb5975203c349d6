//! The policies that the examples become: each element of each statement is there for a reason, and somebody notices when
//! it is gone or wider.
//!
//! A mutator changes one element of an emitted policy at a time. What is wider must be refused by a check, or, where it is
//! as exact as before, be told by the comparison of access; what is narrower must be told by the comparison. Then every
//! right of every role is asked of an independent simulator of IAM, with its neighbours, from the templates as they are
//! kept.

#![expect(clippy::unwrap_used, reason = "a test that cannot be made stops")]

use std::sync::Arc;

use camino::Utf8PathBuf;
use ci_access::program::{
    Deployed, Grant, Program, changes, denials, escalations, is_plain, isolation, read,
};
use ci_base::Code;
use ci_graph::{Entry, Located, Stack, Value};
use ci_project::{Host, OsSystem};
use ci_sema::TargetId;
use ci_tests::emitted;

const EXAMPLES: [&str; 3] = ["orders", "static-site", "three-tier"];

/// The stacks of each target of an example.
fn targets(example: &str) -> Vec<Vec<Stack>> {
    let path = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example);
    let host = Host::open(Arc::new(OsSystem), &path).map_err(|error| error.diagnostic.message).unwrap();
    let db = host.snapshot().db();
    let of = |target: &ci_sema::Target| {
        let plan = ci_sema::plan(db, TargetId::new(db, target.clone()));
        plan.instances.iter().map(|instance| (*ci_sema::stack(db, *instance).stack).clone()).collect()
    };
    ci_sema::targets(db).iter().map(of).collect()
}

/// A change of one element of a statement.
#[derive(Clone, Debug, PartialEq)]
enum Mutation {
    /// An element less of a list, or the only one.
    Drop(&'static str, usize),
    /// A condition less.
    DropCondition(String, String),
    /// All of a service, or all there is, instead of an action.
    WidenAction(usize, bool),
    /// Everything instead of a resource.
    WidenResource(usize),
    /// Whatever begins with the name of a resource.
    WidenName(usize),
    /// Everyone instead of whoever it is.
    WidenPrincipal,
    /// Any value of a condition.
    WidenCondition(String, String),
}

impl Mutation {
    /// All changes of a statement.
    fn all(statement: &Located) -> Vec<Self> {
        let mut all = Vec::new();
        let count = |name: &str| entry(statement, name).map_or(0, |found| list(found).len());
        for name in ["Action", "Resource"] {
            all.extend((0..count(name)).map(|at| Self::Drop(name, at)));
        }
        all.extend(
            (0..count("Action")).flat_map(|at| [Self::WidenAction(at, false), Self::WidenAction(at, true)]),
        );
        all.extend((0..count("Resource")).flat_map(|at| [Self::WidenResource(at), Self::WidenName(at)]));
        if entry(statement, "Principal").is_some() {
            all.push(Self::WidenPrincipal);
        }
        for operator in entries(entry(statement, "Condition")) {
            for key in entries(Some(&operator.value)) {
                let (operator, key) = (operator.name.to_string(), key.name.to_string());
                all.push(Self::DropCondition(operator.clone(), key.clone()));
                if operator.ends_with("Like") {
                    all.push(Self::WidenCondition(operator, key));
                }
            }
        }
        all
    }

    /// Makes the change; false where it would change nothing.
    fn apply(&self, statement: &mut Located) -> bool {
        let origin = statement.origin;
        let text = |text: &str| Value::string(text);
        match self {
            Self::Drop(name, at) => {
                let found = entry_mut(statement, name).unwrap();
                let mut items = list(found);
                items.remove(*at);
                // IAM takes no empty list: nothing is what no resource is called.
                let nothing = if *name == "Action" { "none:None" } else { "arn:aws:none:::none" };
                found.value = if items.is_empty() { text(nothing) } else { Value::List(items) };
            }
            Self::DropCondition(operator, key) => {
                let operators = entry_mut(statement, "Condition").unwrap();
                let Value::Record(all) = &mut operators.value else { return false };
                for of in all.iter_mut().filter(|of| *of.name == **operator) {
                    if let Value::Record(keys) = &mut of.value.value {
                        keys.retain(|known| *known.name != **key);
                    }
                }
                all.retain(|of| !matches!(&of.value.value, Value::Record(keys) if keys.is_empty()));
            }
            Self::WidenAction(at, all) => {
                let found = entry_mut(statement, "Action").unwrap();
                let mut items = list(found);
                let action = items[*at].value.as_str().unwrap().to_owned();
                let wide =
                    if *all { "*".to_owned() } else { format!("{}:*", action.split_once(':').unwrap().0) };
                if action == wide {
                    return false;
                }
                items[*at] = Located { value: Value::string(wide), origin };
                found.value = Value::List(items);
            }
            Self::WidenResource(at) => {
                let found = entry_mut(statement, "Resource").unwrap();
                let mut items = list(found);
                if items[*at].value.as_str() == Some("*") {
                    return false;
                }
                items[*at] = Located { value: text("*"), origin };
                found.value = Value::List(items);
            }
            Self::WidenName(at) => {
                let found = entry_mut(statement, "Resource").unwrap();
                let mut items = list(found);
                let ends_open = |value: &Value| value.as_str().is_some_and(|text| text.ends_with('*'));
                let value = items[*at].value.clone();
                let parts = match value {
                    Value::Late(late) => match *late {
                        ci_graph::Late::Concat(mut parts) => {
                            if parts.last().is_some_and(ends_open) {
                                return false;
                            }
                            parts.push(text("*"));
                            parts
                        }
                        other => vec![Value::late(other), text("*")],
                    },
                    other if ends_open(&other) => return false,
                    other => vec![other, text("*")],
                };
                items[*at].value = Value::late(ci_graph::Late::Concat(parts));
                found.value = Value::List(items);
            }
            Self::WidenPrincipal => {
                let found = entry_mut(statement, "Principal").unwrap();
                if found.value.as_str() == Some("*") {
                    return false;
                }
                found.value = text("*");
            }
            Self::WidenCondition(operator, key) => {
                let operators = entry_mut(statement, "Condition").unwrap();
                let found = entry_mut(entry_mut(operators, operator).unwrap(), key).unwrap();
                found.value = text("*");
            }
        }
        true
    }

    /// It allows what nobody named, if the statement allows: that is refused, whatever else it says.
    fn is_wild(&self) -> bool {
        matches!(self, Self::WidenAction(..) | Self::WidenResource(_))
    }
}

fn entries(located: Option<&Located>) -> &[Entry] {
    match located.map(|located| &located.value) {
        Some(Value::Record(entries)) => entries,
        _ => &[],
    }
}

fn entry<'a>(located: &'a Located, name: &str) -> Option<&'a Located> {
    entries(Some(located)).iter().find(|entry| &*entry.name == name).map(|entry| &entry.value)
}

fn entry_mut<'a>(located: &'a mut Located, name: &str) -> Option<&'a mut Located> {
    let Value::Record(entries) = &mut located.value else { return None };
    entries.iter_mut().find(|entry| &*entry.name == name).map(|entry| &mut entry.value)
}

fn list(located: &Located) -> Vec<Located> {
    match &located.value {
        Value::List(items) => items.clone(),
        _ => vec![located.clone()],
    }
}

/// All statements below a value, in order; `with` may change them.
fn each_statement(value: &mut Value, with: &mut dyn FnMut(&mut Located)) {
    let each = |located: &mut Located, with: &mut dyn FnMut(&mut Located)| {
        if entry(located, "Effect").is_some() {
            with(located);
        } else {
            each_statement(&mut located.value, with);
        }
    };
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| each(item, with)),
        Value::Record(entries) => entries.iter_mut().for_each(|entry| each(&mut entry.value, with)),
        Value::Late(late) => {
            if let ci_graph::Late::If { then, otherwise, .. } = &mut **late {
                each(then, with);
                each(otherwise, with);
            }
        }
        _ => {}
    }
}

/// All statements of a stack that give or take rights. Those of an endpoint bound what passes, and may be as wide as they are.
fn each_statement_of(stack: &mut Stack, with: &mut dyn FnMut(&mut Located)) {
    for resource in stack.resources.iter_mut().filter(|of| of.schema.name() != "AWS::EC2::VPCEndpoint") {
        for entry in &mut resource.properties {
            each_statement(&mut entry.value.value, with);
        }
    }
}

/// What is said about a target: the checks of a stack that could notice, and the proofs over all.
fn refusals(stacks: &[Stack], at: usize) -> usize {
    let access = |code: Code| code.number().starts_with("E08");
    let found = ci_validate::validate(&stacks[at]);
    let borrowed: Vec<&Stack> = stacks.iter().collect();
    let program = read(&borrowed);
    let proved = isolation(&program, &Deployed::default()).violations.len() + escalations(&program).len();
    // What is taken for plain at a glance must be.
    assert!(proved == 0 || !is_plain(&borrowed), "a plain program has something to prove");
    found.iter().filter(|found| access(found.code)).count() + proved
}

/// Whether something can be done in one program that cannot in the other.
fn differs(of: &Program<'_>, other: &Program<'_>) -> bool {
    let all = |program: &Program<'_>| -> Vec<Vec<Grant>> {
        let holders = program.holders.iter().flat_map(|holder| [holder.grants.clone(), holder.trust.clone()]);
        holders.chain(program.guarded.iter().map(|guarded| guarded.grants.clone())).collect()
    };
    let (here, there) = (all(of), all(other));
    here.iter().zip(&there).any(|(here, there)| {
        let both = |of: &Program<'_>, here: &[Grant], there: &[Grant]| {
            !changes(of, here, there).is_empty() || !denials(of, here, there).is_empty()
        };
        both(of, here, there) || both(other, there, here)
    }) || here.len() != there.len()
}

#[test]
fn every_element_of_every_statement_is_missed_or_refused() {
    let (mut made, mut redundant, mut unnoticed) = (0, Vec::new(), Vec::new());
    for example in EXAMPLES {
        // One environment will do: the others differ in names.
        let stacks = targets(example).pop().unwrap();
        let borrowed: Vec<&Stack> = stacks.iter().collect();
        let program = read(&borrowed);
        for at in 0..stacks.len() {
            let before = refusals(&stacks, at);
            let mut mutations: Vec<(usize, Mutation, bool)> = Vec::new();
            let mut number = 0;
            each_statement_of(&mut stacks[at].clone(), &mut |statement| {
                let allows =
                    entry(statement, "Effect").and_then(|effect| effect.value.as_str()) == Some("Allow");
                mutations
                    .extend(Mutation::all(statement).into_iter().map(|mutation| (number, mutation, allows)));
                number += 1;
            });
            for (number, mutation, allows) in mutations {
                let mut changed = stacks.clone();
                let (mut current, mut applied) = (0, false);
                each_statement_of(&mut changed[at], &mut |statement| {
                    if current == number {
                        applied = mutation.apply(statement);
                    }
                    current += 1;
                });
                if !applied {
                    continue;
                }
                made += 1;
                let what = format!("{example}: {} statement {number}: {mutation:?}", stacks[at].name);
                let is_refused = refusals(&changed, at) > before;
                let changed: Vec<&Stack> = changed.iter().collect();
                let is_told = differs(&read(&changed), &program);
                if allows && mutation.is_wild() && !is_refused {
                    unnoticed.push(format!("{what} is not refused"));
                } else if !is_refused && !is_told {
                    redundant.push(what);
                }
            }
        }
    }
    assert!(unnoticed.is_empty(), "{} of {made}:\n{}", unnoticed.len(), unnoticed.join("\n"));
    assert!(made > 200, "{made} mutations are too few");
    assert!(redundant.is_empty(), "{} of {made} change nothing:\n{}", redundant.len(), redundant.join("\n"));
}

#[test]
fn what_is_declared_is_allowed_and_its_neighbours_are_denied() {
    let questions: Vec<_> = kept().iter().flat_map(|(_, target)| emitted::questions(target)).collect();
    let count = |is_declared: bool| questions.iter().filter(|asked| asked.is_declared == is_declared).count();
    assert!(count(true) > 50 && count(false) > 150, "{} and {}", count(true), count(false));
    let simulations: Vec<_> = questions.iter().map(|asked| asked.simulation.clone()).collect();
    let Some(answers) = ci_tests::oracle::access::simulate(&simulations) else { return };
    let wrong =
        questions.iter().zip(&answers).filter(|(asked, answer)| asked.is_declared != (*answer == "Allowed"));
    let wrong: Vec<String> = wrong
        .map(|(asked, answer)| format!("{}: {answer}: {}", asked.role, asked.simulation["request"]))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), questions.len(), wrong.join("\n"));
}

/// The builds of the examples as they are kept, with the names of their targets.
fn kept() -> Vec<(String, emitted::Target)> {
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut targets = Vec::new();
    for example in EXAMPLES {
        let folders = std::fs::read_dir(golden.join(example)).unwrap().map(|entry| entry.unwrap().path());
        let mut folders: Vec<_> = folders.filter(|path| path.join("app.json").exists()).collect();
        folders.sort();
        for folder in folders {
            let name = folder.strip_prefix(&golden).unwrap().display().to_string();
            targets.push((name, emitted::Target::read(&folder)));
        }
    }
    targets
}

#[test]
fn a_linter_of_policies_finds_nothing() {
    let documents: Vec<(String, serde_json::Value)> =
        kept().iter().flat_map(|(_, target)| target.documents()).collect();
    assert!(documents.len() > 20, "{} documents", documents.len());
    ci_tests::oracle::access::assert_lints(
        &documents,
        &[("lambda:InvokedViaFunctionUrl", "the linter's facts are older than this key")],
    );
}

/// Why an example or a module allows something on everything.
const STARS: [(&str, &str); 1] = [(
    "ecr:GetAuthorizationToken",
    "IAM knows no resource for it: a token is for the registry of the account",
)];

#[test]
fn what_is_allowed_on_everything_has_a_reason() {
    let mut found = std::collections::BTreeSet::new();
    for (_, target) in kept() {
        for role in target.roles() {
            let statements = role.policies.iter().flat_map(|policy| policy["Statement"].as_array().unwrap());
            for statement in statements.filter(|it| it["Effect"] == "Allow" && it["Resource"] == "*") {
                let actions = &statement["Action"];
                let one = std::slice::from_ref(actions);
                let actions = actions.as_array().map_or(one, Vec::as_slice);
                found.extend(actions.iter().map(|action| action.as_str().unwrap().to_owned()));
            }
        }
    }
    let listed: std::collections::BTreeSet<String> = STARS.map(|(action, _)| action.to_owned()).into();
    assert_eq!(found, listed);
}

#[test]
fn examples_say_rights_as_capabilities() {
    for example in ["orders", "static-site", "three-tier"] {
        let sources =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example).join("src");
        for file in std::fs::read_dir(sources).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            // What a role is for is said by whom it is handed to.
            let written = text
                .lines()
                .filter(|line| line.trim_start().starts_with("allow ") && !line.contains("sts::AssumeRole"));
            let written: Vec<&str> = written.collect();
            assert!(written.is_empty(), "{}: {written:?}", path.display());
        }
    }
}
