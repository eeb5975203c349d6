//! The language reference: every block of code in `spec/` compiles to what the text around it says.
//!
//! One test for each Markdown file; `spec/README.md` has the rules. Then the templates of all blocks together are
//! shown to the independent validators, and the pages of error codes are checked to be all there.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use camino::Utf8Path;
use ci_base::{Code, FileId};
use ci_project::{BuildOptions, Host, MANIFEST, MemorySystem};
use ci_sema::builtin::{Argument, Method, MethodType, methods};
use ci_sema::ty::Ty;
use ci_tests::oracle::{self, Level};
use ci_tests::spec::{Block, Case, Document, Found, Outcome, Problem, Severity, differences};
use libtest_mimic::{Arguments, Failed, Trial};

/// How many blocks may go uncompiled.
const MAX_IGNORED: usize = 4;

/// How long the page of an error may be, in lines: it is read in a terminal.
const MAX_PAGE_LINES: usize = 60;

/// Codes that no text of a source, manifest or data file produces, and why.
const NOT_FROM_TEXT: &[(&str, &str)] = &[
    ("E0904", "a page holds text, and this is about bytes that are none"),
    ("E0811", "`deploy-role` says it, a program alone is fine"),
    ("E0812", "`deploy-role` says it, a program alone is fine"),
    ("E0905", "a page would have to be 16 MiB long"),
];

/// How much stack a compilation may take: as much as the command gives it.
const STACK_BYTES: usize = 16 << 20;

/// The manifest of a case that has none.
const DEFAULT_MANIFEST: &str = "[package]\nname = \"example\"\nversion = \"0.1.0\"\n";

fn main() {
    let arguments = Arguments::from_args();
    let pages: Vec<Arc<Page>> = documents().into_iter().map(Arc::new).collect();
    let mut trials: Vec<Trial> = pages
        .iter()
        .map(|page| {
            let page = Arc::clone(page);
            Trial::test(page.name.clone(), move || page.check())
        })
        .collect();
    let all = Arc::new(pages);
    let whole: [(&str, fn(&[Arc<Page>]) -> Result<(), Failed>); 6] = [
        ("templates_are_acceptable", templates_are_acceptable),
        ("every_code_has_a_page", every_code_has_a_page),
        ("few_blocks_are_ignored", few_blocks_are_ignored),
        ("links_lead_somewhere", links_lead_somewhere),
        ("methods_are_documented", methods_are_documented),
        ("the_grammar_has_every_token", the_grammar_has_every_token),
    ];
    for (name, test) in whole {
        let all = Arc::clone(&all);
        trials.push(Trial::test(name, move || test(&all)));
    }
    trials.push(Trial::test("a_wrong_expectation_fails", a_wrong_expectation_fails));
    libtest_mimic::run(&arguments, trials).exit();
}

// ---- Documents ----

/// A Markdown file, and what compiling its blocks came to.
struct Page {
    /// Its path in `spec/`.
    name: String,
    text: String,
    document: Document,
    outcomes: LazyLock<Vec<Outcome>, Box<dyn FnOnce() -> Vec<Outcome> + Send>>,
}

impl Page {
    fn new(name: String, text: String) -> Self {
        let document = Document::parse(&text);
        let cases = document.cases.clone();
        let compile_all = move || {
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            let compiled =
                thread.spawn(move || cases.iter().map(compile).collect()).map(std::thread::JoinHandle::join);
            match compiled {
                Ok(Ok(outcomes)) => outcomes,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(error) => panic!("no thread: {error}"),
            }
        };
        Self { name, text, document, outcomes: LazyLock::new(Box::new(compile_all)) }
    }

    fn problems(&self) -> Vec<Problem> {
        let cases = self.document.cases.iter().zip(&*self.outcomes);
        let mut problems = self.document.problems.clone();
        problems.extend(cases.flat_map(|(case, outcome)| differences(case, outcome)));
        problems
    }

    fn check(&self) -> Result<(), Failed> {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut message = String::new();
        for problem in self.problems() {
            let _ = writeln!(message, "spec/{}:{problem}", self.name);
            if let Some(line) = lines.get(problem.line.wrapping_sub(1)) {
                let _ = writeln!(message, "    | {line}");
            }
        }
        failed_unless_empty(message)
    }
}

fn failed_unless_empty(message: String) -> Result<(), Failed> {
    if message.is_empty() { Ok(()) } else { Err(message.into()) }
}

fn spec_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec")
}

/// Every Markdown file below `spec/`, sorted by name.
fn documents() -> Vec<Page> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let path = spec_folder().join(&folder);
        let entries = std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for entry in entries {
            let entry = entry.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = format!("{folder}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push(format!("{name}/"));
            } else if entry.path().extension().is_some_and(|extension| extension == "md") {
                let text =
                    std::fs::read_to_string(entry.path()).unwrap_or_else(|error| panic!("{name}: {error}"));
                found.push(Page::new(name, text));
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

// ---- Compiling ----

/// Compiles a case with all stages there are.
fn compile(case: &Case) -> Outcome {
    let system = MemorySystem::default();
    if case.files.iter().all(|file| file.name != MANIFEST) {
        system.put(MANIFEST, DEFAULT_MANIFEST);
    }
    for file in &case.files {
        system.put(&file.name, &file.text);
    }
    let host = match Host::open(Arc::new(system), Utf8Path::new(".")) {
        Ok(host) => host,
        Err(error) => panic!("a case does not open: {}", error.diagnostic.message),
    };
    let snapshot = host.snapshot();
    let mut build = snapshot.build(&BuildOptions::default());
    if build.diagnostics.iter().all(|found| found.severity != ci_base::Severity::Error) {
        build.diagnostics.extend(snapshot.tests().iter().flat_map(|test| snapshot.run_test(test)));
    }
    let mut rendered = Vec::new();
    if let Err(error) = ci_base::render::human(&build.diagnostics, snapshot.files(), false, &mut rendered) {
        panic!("findings cannot be shown: {error}");
    }
    let line = |file: FileId, offset: u32| {
        let shown = snapshot.files().path(file);
        case.files.iter().find(|file| file.name == shown).map_or_else(
            || case.files.first().map_or(1, |file| file.line),
            |file| file.line + line_of(file, offset),
        )
    };
    let findings = build.diagnostics.iter().map(|found| Found {
        line: line(found.primary.at.file, found.primary.at.range.start),
        severity: match found.severity {
            ci_base::Severity::Note => Severity::Note,
            ci_base::Severity::Warning => Severity::Warning,
            ci_base::Severity::Error => Severity::Error,
        },
        code: found.code.number().to_owned(),
        message: found.message.clone(),
    });
    let templates = build.outputs.iter().filter_map(|output| {
        let name = output.path.rsplit('/').next().unwrap_or_default();
        let stack = name.strip_suffix(".template.json")?;
        Some((stack.to_owned(), String::from_utf8_lossy(&output.bytes).into_owned()))
    });
    Outcome {
        findings: findings.collect(),
        rendered: String::from_utf8_lossy(&rendered).into_owned(),
        templates: templates.collect(),
    }
}

/// How many lines lie before an offset.
fn line_of(file: &Block, offset: u32) -> usize {
    let before = file.text.as_bytes().iter().take(offset as usize);
    let lines = before.filter(|byte| **byte == b'\n').count();
    // What is missing at the end of a file is about its last line.
    lines.min(file.text.lines().count().saturating_sub(1))
}

// ---- The whole ----

fn templates_are_acceptable(pages: &[Arc<Page>]) -> Result<(), Failed> {
    let mut templates = Vec::new();
    for page in pages {
        for (case, outcome) in page.document.cases.iter().zip(&*page.outcomes) {
            let line = case.files.first().map_or(1, |file| file.line);
            let named = outcome.templates.iter();
            templates
                .extend(named.map(|(stack, text)| (format!("{}:{line} {stack}", page.name), text.as_str())));
        }
    }
    let named: Vec<(&str, &str)> = templates.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let findings = oracle::validate(&named);
    let errors = findings.iter().filter(|found| found.level == Level::Error);
    failed_unless_empty(errors.map(|found| format!("spec/{found}")).collect::<Vec<_>>().join("\n"))
}

fn every_code_has_a_page(pages: &[Arc<Page>]) -> Result<(), Failed> {
    let mut message = String::new();
    let mut known = BTreeSet::new();
    for code in Code::ALL {
        let name = format!("errors/{code}.md");
        known.insert(name.clone());
        let Some(page) = pages.iter().find(|page| page.name == name) else {
            let _ = writeln!(message, "spec/{name} is missing");
            continue;
        };
        let title = format!("# {code} {}", code.name());
        if page.text.lines().next() != Some(&title) {
            let _ = writeln!(message, "spec/{name}:1: the title is `{title}`");
        }
        let lines = page.text.lines().count();
        if lines > MAX_PAGE_LINES {
            let _ = writeln!(message, "spec/{name} has {lines} lines of at most {MAX_PAGE_LINES}");
        }
        let mut expected = page.document.cases.iter().flat_map(|case| &case.expected);
        let shows = expected.any(|expected| expected.code == code.number());
        let excused = NOT_FROM_TEXT.iter().any(|(excused, _)| *excused == code.number());
        if shows == excused {
            let verb =
                if shows { "shows its finding, yet is said not to" } else { "does not show its finding" };
            let _ = writeln!(message, "spec/{name} {verb}");
        }
    }
    for page in pages.iter().filter(|page| page.name.starts_with("errors/") && !known.contains(&page.name)) {
        let _ = writeln!(message, "spec/{} is about no code", page.name);
    }
    failed_unless_empty(message)
}

fn few_blocks_are_ignored(pages: &[Arc<Page>]) -> Result<(), Failed> {
    let ignored: Vec<String> = pages
        .iter()
        .flat_map(|page| page.document.ignored.iter().map(|line| format!("spec/{}:{line}", page.name)))
        .collect();
    if ignored.len() <= MAX_IGNORED {
        return Ok(());
    }
    Err(format!(
        "{} blocks are not compiled, of at most {MAX_IGNORED}: {}",
        ignored.len(),
        ignored.join(", ")
    )
    .into())
}

fn links_lead_somewhere(pages: &[Arc<Page>]) -> Result<(), Failed> {
    let mut message = String::new();
    for page in pages {
        let folder = spec_folder().join(&page.name);
        for (line, link) in &page.document.links {
            let target = link.split('#').next().unwrap_or_default();
            let is_local = !target.is_empty() && !target.contains("://");
            if is_local && !folder.parent().is_some_and(|folder| folder.join(target).exists()) {
                let _ = writeln!(message, "spec/{}:{line}: there is no `{target}`", page.name);
            }
        }
    }
    failed_unless_empty(message)
}

// ---- Grammar ----

/// `grammar.ebnf` is written for people, from the grammar that the parser is made of: it knows the same tokens.
fn the_grammar_has_every_token(_: &[Arc<Page>]) -> Result<(), Failed> {
    /// Names of tokens that are described in words, and those that a pass before the parser makes of others.
    const NAMED: [&str; 11] = [
        "int",
        "float",
        "quantity",
        "string",
        "string head",
        "string middle",
        "string tail",
        "name",
        "end",
        "missing",
        "not",
    ];
    let read = |path: PathBuf| {
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let parsed = read(spec_folder().join("../compiler/syntax/src/grammar.lalrpop"))?;
    let written = read(spec_folder().join("grammar.ebnf"))?;
    let terminals: Vec<&str> = parsed
        .lines()
        .filter_map(|line| line.trim().split_once(" => TokenKind::"))
        .filter_map(|(terminal, _)| terminal.strip_prefix('"')?.strip_suffix('"'))
        .filter(|terminal| !NAMED.contains(terminal) && !terminal.contains(' '))
        .collect();
    if terminals.is_empty() {
        return Err("the grammar lists no tokens".into());
    }
    let missing = terminals.iter().filter(|terminal| !written.contains(&format!("\"{terminal}\"")));
    let missing: Vec<String> = missing.map(|terminal| format!("`{terminal}`")).collect();
    match missing.as_slice() {
        [] => Ok(()),
        missing => Err(format!("spec/grammar.ebnf does not have {}", missing.join(", ")).into()),
    }
}

// ---- Methods ----

/// The tables of methods in `06-methods.md` are those of the compiler.
fn methods_are_documented(pages: &[Arc<Page>]) -> Result<(), Failed> {
    let Some(page) = pages.iter().find(|page| page.name == "06-methods.md") else {
        return Err("spec/06-methods.md is missing".into());
    };
    let system = MemorySystem::new([(MANIFEST, DEFAULT_MANIFEST), ("src/main.ci", "")]);
    let Ok(host) = Host::open(Arc::new(system), Utf8Path::new(".")) else { return Err("no project".into()) };
    let db = host.snapshot().db();
    let of = Ty::Error;
    let receivers = [
        ("String", Ty::String),
        ("List<T>", of.clone().list()),
        ("Map<T>", of.map()),
        ("Int", Ty::Int),
        ("Float", Ty::Float),
        ("Duration", Ty::Duration),
        ("Size", Ty::Size),
        ("Range", Ty::Range),
    ];
    let mut message = String::new();
    for (name, ty) in receivers {
        let mut table = String::from("| method | result | |\n| --- | --- | --- |\n");
        for method in methods(&ty) {
            let _ = writeln!(table, "{}", method_row(db, &method));
        }
        let (start, end) = (format!("<!-- methods of {name} -->\n\n"), "\n<!-- end -->");
        let found = page.text.split_once(&start).and_then(|(_, rest)| rest.split_once(end));
        if found.is_none_or(|(found, _)| found != table) {
            let _ = writeln!(message, "spec/06-methods.md: the methods of {name} are\n\n{start}{table}{end}");
        }
    }
    failed_unless_empty(message)
}

fn method_row(db: &dyn ci_sema::Db, method: &Method) -> String {
    let ty = |ty: &Ty| ty.display(db).to_string();
    let argument = |argument: &Argument| match argument {
        Argument::Value(value) => ty(value),
        Argument::Element => "T".to_owned(),
        Argument::Same => "the same".to_owned(),
        Argument::Accumulator => "U".to_owned(),
        Argument::Closure(parameters, result) => {
            let names = ["T", "String", "U"];
            let given: Vec<&str> = parameters
                .iter()
                .map(|parameter| match parameter {
                    ci_sema::builtin::Parameter::Element => names[0],
                    ci_sema::builtin::Parameter::Key => names[1],
                    ci_sema::builtin::Parameter::Accumulator => names[2],
                })
                .collect();
            let result = result.as_ref().map_or_else(|| "U".to_owned(), ty);
            format!("|{}| {result}", given.join(", "))
        }
    };
    let arguments: Vec<String> = method
        .arguments
        .iter()
        .enumerate()
        .map(
            |(at, given)| {
                if at < method.required { argument(given) } else { format!("{}?", argument(given)) }
            },
        )
        .collect();
    let result = match &method.result {
        MethodType::Of(of) => ty(of),
        MethodType::Element => "T".to_owned(),
        MethodType::OptionalElement => "T?".to_owned(),
        MethodType::Elements | MethodType::Flattened => "List<T>".to_owned(),
        MethodType::Same => "the same".to_owned(),
        MethodType::Accumulator => "U".to_owned(),
        MethodType::ListOfClosure => "List<U>".to_owned(),
        MethodType::FlatClosure => "U".to_owned(),
        MethodType::MapOfClosure => "Map<U>".to_owned(),
        MethodType::MapOfElements => "Map<T>".to_owned(),
        MethodType::MapOfLists => "Map<List<T>>".to_owned(),
        MethodType::ListOfLists => "List<List<T>>".to_owned(),
        MethodType::Entries => "List<{ key: String, value: T }>".to_owned(),
    };
    let cell = |text: &str| format!("`{}`", text.replace('|', "\\|"));
    let call = format!("{}({})", method.name, arguments.join(", "));
    format!("| {} | {} | {} |", cell(&call), cell(&result), method.doc)
}

// ---- The tests themselves ----

/// A block that says anything but what happens must fail, for each kind of expectation.
fn a_wrong_expectation_fails() -> Result<(), Failed> {
    let block = |code: &str, after: &str| format!("```ci\n{code}\n```\n{after}");
    let good = "service Orders {\n    let queue = aws::sqs::Queue { DelaySeconds: 5 };\n}";
    let bad = "service Orders {\n    let queue = aws::sqs::Queue { Delay: 5 };\n}";
    let announce = |comment: &str| bad.replace("{ Delay: 5 };", &format!("{{ Delay: 5 }};{comment}"));
    let template = |json: &str| format!("```json template=orders\n{json}\n```\n");
    let shown = "```text error\nno findings\n```\n";
    let right = [
        block(good, &template(r#"{ "Resources": { "Queue": { "Type": "AWS::SQS::Queue" } } }"#)),
        block(&announce(" // error: E0105 \"no property `Delay`\""), ""),
    ];
    let wrong = [
        block(bad, ""),
        block(&announce(" // error: E0101"), ""),
        block(&announce(" // warning: E0105"), ""),
        block(&announce(" // error: E0105 \"something else\""), ""),
        block(&announce(" // error: E0105\n    // error: E0105"), ""),
        block(&good.replace("5 };", "5 }; // error: E0105"), ""),
        block(good, &template(r#"{ "Resources": { "Queue": { "Type": "AWS::SNS::Topic" } } }"#)),
        block(good, &template("{ \"Resources\": ")),
        block(good, &template("{}").replace("=orders", "=shop")),
        block(&announce(" // error: E0105"), &template("{}")),
        block(&announce(" // error: E0105"), shown),
    ];
    let fails = |text: &String| !Page::new("self-test.md".to_owned(), text.clone()).problems().is_empty();
    for text in &right {
        if fails(text) {
            let problems = Page::new("self-test.md".to_owned(), text.clone()).problems();
            return Err(format!("this is right, yet it fails:\n{text}\n{problems:?}").into());
        }
    }
    match wrong.iter().find(|text| !fails(text)) {
        Some(text) => Err(format!("this is wrong, yet it passes:\n{text}").into()),
        None => Ok(()),
    }
}
