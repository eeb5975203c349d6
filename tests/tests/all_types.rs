//! Every resource type: a small instance made from the catalog's facts alone compiles, and both validators take the
//! template.
//!
//! `cargo xtask test --all-types` walks all of them. Otherwise it is every twentieth, another twentieth for every
//! commit. What cannot pass for a reason outside of the facts is listed, with that reason, in
//! `all-types-exceptions.toml`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use ci_base::{Code, Diagnostic, Severity};
use ci_catalog::{LifecycleStatus, ResourceSchema};
use ci_project::{BuildOptions, Host, MemorySystem, resource_path};
use ci_tests::instance::{minimal, source};
use ci_tests::oracle::{DEFAULT_REGION, Finding, Level, validate_in};
use serde::Deserialize;
use serde_json::{Value, json};

/// Of so many types one is in the sample.
const SAMPLE: usize = 20;
/// How many types share a stack.
const PER_STACK: usize = 40;
/// The share of types that must pass without an entry in the table.
const GOAL: f64 = 0.97;
/// As much stack as the command gives a compilation.
const STACK_BYTES: usize = 16 << 20;

/// Least instances are not good ones: rules are left out, and what is required is written, also where it is a
/// secret or names an account of an example.
const MANIFEST: &str = "\
[package]
name = \"types\"
version = \"0.1.0\"

[rules]
packages = []

[lints]
foreign-account = \"allow\"
written-secret = \"allow\"
";
/// Who finds that a type has no instance.
const MAKER: &str = "instance";
/// Who finds what the compiler refuses.
const COMPILER: &str = "compiler";

/// A type with an instance.
struct Trial {
    schema: &'static ResourceSchema,
    properties: Value,
}

/// Something wrong with a type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    name: &'static str,
    tool: String,
    rule: String,
    message: String,
}

/// Types that are known not to pass.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    /// Their names.
    types: Vec<String>,
    /// Who refuses them: a validator, `compiler`, or `instance`.
    tool: String,
    /// The number of the rule.
    rule: String,
    /// Why that is nothing to mend here.
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    except: Vec<Exception>,
}

#[test]
fn every_type_has_an_instance_that_all_accept() {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(walk).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn walk() {
    let whole = std::env::var_os("CI_ALL_TYPES").is_some_and(|value| value != "0");
    let names: Vec<&'static str> = if whole { ci_catalog::resource_types().collect() } else { sample() };
    let mut problems: BTreeSet<Problem> = BTreeSet::new();
    let mut trials = Vec::new();
    for name in &names {
        let schema = ci_catalog::resource_type(name).unwrap();
        match minimal(schema) {
            Ok(properties) => trials.push(Trial { schema, properties }),
            Err(message) => {
                let (tool, rule) = (MAKER.to_owned(), "none".to_owned());
                problems.insert(Problem { name, tool, rule, message });
            }
        }
    }
    let mut by_region: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for (group, trials) in groups(&trials) {
        for (index, trials) in trials.chunks(PER_STACK).enumerate() {
            let found = refused(trials);
            let accepted: Vec<&Trial> = trials
                .iter()
                .copied()
                .filter(|trial| !found.iter().any(|problem| problem.name == trial.schema.name()))
                .collect();
            problems.extend(found);
            if !accepted.is_empty() {
                let template = template(&accepted);
                by_region
                    .entry(group.0)
                    .or_default()
                    .push((format!("{}-{}-{index}", group.0, group.1), template));
            }
        }
    }
    for (region, templates) in &by_region {
        let texts: Vec<(&str, &str)> =
            templates.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let types: BTreeMap<&str, BTreeMap<String, &'static str>> =
            texts.iter().map(|(name, text)| (*name, types_by_id(text))).collect();
        for finding in validate_in(region, &texts) {
            problems.extend(problem(&finding, &types));
        }
    }
    expect_retired(&names, &mut problems);
    judge(&names, &problems, whole);
}

/// Types by region and whether they need the serverless transform.
fn groups(trials: &[Trial]) -> BTreeMap<(&'static str, &'static str), Vec<&Trial>> {
    let mut groups: BTreeMap<(&'static str, &'static str), Vec<&Trial>> = BTreeMap::new();
    for trial in trials {
        let regions = trial.schema.regions();
        let region = match regions.contains(DEFAULT_REGION) {
            Some(false) => regions.iter().next().unwrap_or(DEFAULT_REGION),
            _ => DEFAULT_REGION,
        };
        let kind = if trial.schema.is_sam() { "serverless" } else { "plain" };
        groups.entry((region, kind)).or_default().push(trial);
    }
    groups
}

/// Every twentieth type; which depends on the commit, or without Git on the variable `CI_SAMPLE`.
fn sample() -> Vec<&'static str> {
    let head =
        Command::new("git").args(["rev-parse", "HEAD"]).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let head = head.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    let seed = head.unwrap_or_else(|| std::env::var("CI_SAMPLE").unwrap_or_default().into_bytes());
    let sum = seed.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    ci_catalog::resource_types().skip(sum % SAMPLE).step_by(SAMPLE).collect()
}

/// A program with one resource a line, from its second line on.
fn program(trials: &[&Trial]) -> String {
    let mut text = "service Types {\n".to_owned();
    for (index, trial) in trials.iter().enumerate() {
        let path = resource_path(trial.schema.name());
        let properties = source::expression(&trial.properties);
        let _ = writeln!(text, "    let r{index} = {path} {properties};");
    }
    text + "}\n"
}

fn open(text: &str) -> Host {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", text)]);
    Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap()
}

/// What the compiler refuses, each type once for each code.
fn refused(trials: &[&Trial]) -> Vec<Problem> {
    let text = program(trials);
    let host = open(&text);
    let mut problems: Vec<Problem> = Vec::new();
    for found in host.snapshot().check() {
        // A stack of which every resource is refused has none left.
        if found.severity != Severity::Error || found.code == Code::TemplateLimit {
            continue;
        }
        let line = text[..found.primary.at.range.start as usize].matches('\n').count();
        let trial = trials.get(line.wrapping_sub(1));
        let trial = trial.unwrap_or_else(|| panic!("{found:?} is about no resource"));
        let (tool, rule) = (COMPILER.to_owned(), found.code.number().to_owned());
        problems.push(Problem { name: trial.schema.name(), tool, rule, message: words(&found) });
    }
    problems
}

fn words(found: &Diagnostic) -> String {
    let mut text = found.message.clone();
    for more in found.notes.iter().chain(&found.help).chain([&found.primary.text]) {
        if !more.is_empty() {
            let _ = write!(text, "; {more}");
        }
    }
    text
}

/// The template of types that the compiler has accepted.
fn template(trials: &[&Trial]) -> String {
    let host = open(&program(trials));
    let built = host.snapshot().build(&BuildOptions::default());
    let errors: Vec<&Diagnostic> =
        built.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "accepted one by one and refused together: {errors:#?}");
    let file = built.outputs.into_iter().find(|file| file.path.ends_with(".template.json")).unwrap();
    String::from_utf8(file.bytes.to_vec()).unwrap()
}

/// The types of a template's resources by logical id.
fn types_by_id(template: &str) -> BTreeMap<String, &'static str> {
    let template: Value = serde_json::from_str(template).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    let schema = |resource: &Value| ci_catalog::resource_type(resource["Type"].as_str().unwrap()).unwrap();
    resources.iter().map(|(id, resource)| (id.clone(), schema(resource).name())).collect()
}

fn problem(finding: &Finding, types: &BTreeMap<&str, BTreeMap<String, &'static str>>) -> Option<Problem> {
    if finding.level != Level::Error {
        return None;
    }
    let id = finding.path.strip_prefix("Resources/").and_then(|path| path.split('/').next());
    let name = id.and_then(|id| types[finding.template.as_str()].get(id));
    let name = name.unwrap_or_else(|| panic!("{finding} is about no resource"));
    let message = format!("{} at {}", finding.message, finding.path);
    Some(Problem { name, tool: finding.tool.clone(), rule: finding.rule.clone(), message })
}

/// Types that are shut down must be refused, and only for that.
fn expect_retired(names: &[&'static str], problems: &mut BTreeSet<Problem>) {
    for name in names {
        let lifecycle = ci_catalog::resource_type(name).and_then(ResourceSchema::lifecycle);
        if lifecycle.is_none_or(|lifecycle| lifecycle.status != LifecycleStatus::Shutdown) {
            continue;
        }
        let before = problems.len();
        problems.retain(|problem| !(problem.name == *name && problem.rule == "E0504"));
        if problems.len() == before && !problems.iter().any(|problem| problem.name == *name) {
            let (tool, rule) = (COMPILER.to_owned(), "E0504".to_owned());
            problems.insert(Problem { name, tool, rule, message: "is retired and not refused".to_owned() });
        }
    }
}

/// Fails with all problems that the table does not list and all entries that no problem needs.
fn judge(names: &[&'static str], problems: &BTreeSet<Problem>, whole: bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("all-types-exceptions.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let exceptions: Exceptions = toml::from_str(&text).unwrap();
    let mut message = String::new();
    let mut listed: BTreeMap<(&str, &str, &str), bool> = BTreeMap::new();
    for entry in &exceptions.except {
        assert!(!entry.reason.trim().is_empty() && !entry.types.is_empty(), "{entry:?} says too little");
        for name in &entry.types {
            let twice = listed.insert((name, &entry.tool, &entry.rule), false);
            assert!(twice.is_none(), "{name} is listed twice for {} of {}", entry.rule, entry.tool);
        }
    }
    let mut failing: BTreeSet<&str> = BTreeSet::new();
    for problem in problems {
        failing.insert(problem.name);
        match listed.get_mut(&(problem.name, problem.tool.as_str(), problem.rule.as_str())) {
            Some(needed) => *needed = true,
            None => {
                let Problem { name, tool, rule, message: words } = problem;
                let _ = writeln!(message, "{name}: {tool} {rule}: {words}");
            }
        }
    }
    for ((name, tool, rule), needed) in &listed {
        if whole && !needed {
            let _ =
                writeln!(message, "{name}: {rule} of {tool} no longer comes up: take it out of the table");
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let share = 1.0 - failing.len() as f64 / names.len() as f64;
    println!(
        "{} of {} types pass everywhere: {:.2} %",
        names.len() - failing.len(),
        names.len(),
        share * 100.0
    );
    if whole && share < GOAL {
        let _ = writeln!(message, "only {:.2} % of the types pass", share * 100.0);
    }
    if !message.is_empty() && whole {
        message += &second_opinions(problems);
    }
    assert!(message.is_empty(), "\n{message}");
}

/// What the validators say to instances that the compiler refuses: where they say nothing, it may be wrong.
fn second_opinions(problems: &BTreeSet<Problem>) -> String {
    let refused: BTreeSet<&'static str> =
        problems.iter().filter(|problem| problem.tool == COMPILER).map(|problem| problem.name).collect();
    let templates: Vec<(&str, String)> = refused
        .iter()
        .filter_map(|name| {
            let schema = ci_catalog::resource_type(name)?;
            let resource = json!({ "Type": name, "Properties": minimal(schema).ok()? });
            let resources = json!({ "Resource": resource });
            let template = json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources });
            Some((*name, template.to_string()))
        })
        .collect();
    let texts: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let findings = validate_in(DEFAULT_REGION, &texts);
    let mut message = String::new();
    for (name, template) in &texts {
        let of_type = findings.iter().filter(|found| found.template == *name && found.level == Level::Error);
        let words: Vec<String> =
            of_type.map(|found| format!("{} {}: {}", found.tool, found.rule, found.message)).collect();
        let words = if words.is_empty() { "accept it".to_owned() } else { words.join(" | ") };
        let _ = writeln!(message, "{name}: the validators: {words}: {template}");
    }
    message
}
