//! `std::verbs`: what each verb grants. `tests/verbs` uses every one on a small instance of each type; `spec/verbs.md`
//! lists them. With `CI_BLESS=1` the tables of that page are written; look at the difference before committing it.
//!
//! Must not know: how the compiler makes a statement. It judges templates and reads sources as text.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use camino::Utf8Path;
use ci_project::{BuildOptions, Host, OsSystem};
use ci_tests::oracle::{Scope, assert_acceptable};
use serde_json::Value;

/// How much stack a compilation may take: as much as the command gives it.
const STACK_BYTES: usize = 16 << 20;

/// A function of `std::verbs` that gives a right.
struct Verb {
    /// `dynamodb`.
    module: String,
    /// `read`.
    name: String,
    /// The parameters as written, without types: `bucket, prefix`.
    parameters: String,
    /// The resource types it takes, in the language's words.
    types: Vec<String>,
    /// What it allows.
    doc: String,
}

/// An allowing statement of a right in the fixture.
struct Statement {
    module: String,
    /// The name of the right in the fixture: of a verb, or of a verb and what is special.
    right: String,
    actions: Vec<String>,
    resources: Vec<Value>,
    conditions: Value,
}

static VERBS: LazyLock<Vec<Verb>> = LazyLock::new(|| {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(here().join("../stdlib/verbs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ci"))
        .collect();
    paths.sort();
    paths
        .iter()
        .flat_map(|path| {
            verbs(path.file_stem().unwrap().to_str().unwrap(), &std::fs::read_to_string(path).unwrap())
        })
        .collect()
});

/// The templates of the fixture, by stack.
static TEMPLATES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    std::thread::scope(|scope| {
        let build = || {
            let root = here().join("verbs");
            let host = Host::open(Arc::new(OsSystem), Utf8Path::from_path(&root).unwrap())
                .unwrap_or_else(|error| panic!("{}", error.diagnostic.message));
            let built =
                host.snapshot().build(&BuildOptions { deny_warnings: true, ..BuildOptions::default() });
            let mut findings = Vec::new();
            ci_base::render::human(&built.diagnostics, host.snapshot().files(), false, &mut findings)
                .unwrap();
            assert!(findings.is_empty(), "{}", String::from_utf8_lossy(&findings));
            let templates = built.outputs.into_iter().filter_map(|file| {
                let stack = Path::new(&file.path).file_name()?.to_str()?.strip_suffix(".template.json")?;
                Some((stack.to_owned(), String::from_utf8(file.bytes.to_vec()).unwrap()))
            });
            templates.collect()
        };
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, build).unwrap();
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
});

static STATEMENTS: LazyLock<Vec<Statement>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for (module, template) in TEMPLATES.iter() {
        let template: Value = serde_json::from_str(template).unwrap();
        for (id, resource) in template["Resources"].as_object().unwrap() {
            if resource["Type"] != "AWS::IAM::ManagedPolicy" {
                continue;
            }
            let right = id.strip_suffix("Policy").unwrap();
            for statement in many(&resource["Properties"]["PolicyDocument"]["Statement"]) {
                assert_eq!(statement["Effect"], "Allow", "{module}/{id}");
                all.push(Statement {
                    module: module.clone(),
                    right: right.to_owned(),
                    actions: many(&statement["Action"])
                        .iter()
                        .map(|action| action.as_str().unwrap().to_owned())
                        .collect(),
                    resources: many(&statement["Resource"]),
                    conditions: statement["Condition"].clone(),
                });
            }
        }
    }
    all
});

#[test]
fn there_are_many() {
    let types: BTreeSet<&String> = VERBS.iter().flat_map(|verb| &verb.types).collect();
    eprintln!("{} verbs of {} types", VERBS.len(), types.len());
    assert!(VERBS.len() >= 180, "{} verbs", VERBS.len());
    assert!(types.len() >= 85, "{} types", types.len());
}

/// What is read of a source is what is there.
#[test]
fn sources_are_read() {
    let found = verbs(
        "s3",
        "/// Reading objects,\n/// by name.\nfn read(bucket: aws::s3::Bucket, prefix: String = \"\") -> Capability {\n    \
         []\n}\n\nfn key(bucket: aws::s3::Bucket) -> String? {\n    none\n}\n\n/// Both.\nfn \
         both(\n    one: aws::s3::Bucket,\n    other: aws::sqs::Queue,\n) -> Capability {\n    []\n}\n",
    );
    let row = |verb: &Verb| format!("{}({}) {:?} {}", verb.name, verb.parameters, verb.types, verb.doc);
    assert_eq!(
        found.iter().map(row).collect::<Vec<_>>(),
        [
            "read(bucket, prefix) [\"aws::s3::Bucket\"] Reading objects, by name.",
            "both(one, other) [\"aws::s3::Bucket\", \"aws::sqs::Queue\"] Both.",
        ]
    );
}

/// A right for each verb, under its name, and no right of another name.
#[test]
fn every_verb_is_used() {
    let source = std::fs::read_to_string(here().join("verbs/src/main.ci")).unwrap();
    let source: String = source.split_whitespace().collect();
    let mut wrong = Vec::new();
    for Verb { module, name, .. } in VERBS.iter() {
        if !source.contains(&format!("let{name}=Right{{of:{module}::{name}(")) {
            wrong.push(format!("no right `{name}` of `{module}::{name}`"));
        }
        if statements(module, &pascal(name)).is_empty() {
            wrong.push(format!("`{module}::{name}` grants nothing"));
        }
    }
    for statement in STATEMENTS.iter() {
        let known =
            |verb: &Verb| verb.module == statement.module && statement.right.starts_with(&pascal(&verb.name));
        if !VERBS.iter().any(known) {
            wrong.push(format!("{}: `{}` is named after no verb", statement.module, statement.right));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_action_is_a_wildcard() {
    for Statement { module, right, actions, .. } in STATEMENTS.iter() {
        for action in actions {
            assert!(!action.contains(['*', '?']), "{module}/{right}: {action}");
        }
    }
}

/// `*` alone is for actions that know no resource, or whose reason to have it is listed; those have no other.
#[test]
fn actions_that_know_resources_are_given_some() {
    let mut wrong = Vec::new();
    for statement in STATEMENTS.iter() {
        let star = is_star(statement);
        assert!(!star || statement.resources.len() == 1, "{}/{}", statement.module, statement.right);
        for action in &statement.actions {
            let scopable = !kinds(action).is_empty();
            if scopable && star && !listed().contains_key(action) {
                wrong.push(format!("{}/{}: {action} on *", statement.module, statement.right));
            }
            if !scopable && !star {
                wrong.push(format!("{}/{}: {action} knows no resource", statement.module, statement.right));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is granted on `*` is in the page's list with the condition that narrows it, and a reason.
#[test]
fn what_knows_no_resource_is_listed() {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for statement in STATEMENTS.iter().filter(|statement| is_star(statement)) {
        for action in &statement.actions {
            found.insert(action.clone(), narrowed_by(&statement.conditions));
        }
    }
    let listed = listed();
    let mut wrong = String::new();
    for (action, condition) in &found {
        match listed.get(action) {
            None => writeln!(wrong, "not listed: | `{action}` | {condition} | {} | why |", kinds(action)),
            Some([theirs, kinds_then, why]) => {
                if theirs != condition || *kinds_then != kinds(action) || why.is_empty() {
                    writeln!(
                        wrong,
                        "listed otherwise: | `{action}` | {condition} | {} | {why} |",
                        kinds(action)
                    )
                } else {
                    Ok(())
                }
            }
        }
        .unwrap();
    }
    for action in listed.keys().filter(|action| !found.contains_key(*action)) {
        writeln!(wrong, "listed, but granted on no `*`: {action}").unwrap();
    }
    assert!(wrong.is_empty(), "spec/verbs.md:\n{wrong}");
}

/// A key comes with the right to what is encrypted with it, through that service alone, and not without it.
#[test]
fn a_linter_of_policies_finds_nothing() {
    let stacks = TEMPLATES.iter().map(|(name, text)| (name.clone(), serde_json::from_str(text).unwrap()));
    let known = [
        ("lambda:InvokedViaFunctionUrl", "the linter's facts are older than this key"),
        ("Unknown prefix bedrock-agentcore", "the linter's facts are older than this service"),
        ("Unknown prefix s3vectors", "the linter's facts are older than this service"),
        (
            "RESOURCE_MISMATCH",
            "it asks for a resource of every kind that an action can have; another test asks the catalog",
        ),
        ("[\"ecs:ListTasks\"]", "it asks for a container instance, which tasks on Fargate have none of"),
    ];
    let target = ci_tests::emitted::Target::new(stacks.collect());
    ci_tests::oracle::access::assert_lints(&target.documents(), &known);
}

#[test]
fn keys_come_with_what_they_encrypt() {
    let mut through: BTreeSet<&str> = BTreeSet::new();
    for statement in STATEMENTS.iter().filter(|statement| statement.module != "kms") {
        if !statement.actions.iter().any(|action| action.starts_with("kms:")) {
            continue;
        }
        let Statement { module, right, resources, conditions, .. } = statement;
        assert!(!right.ends_with("Plain"), "{module}/{right} has a key of AWS");
        let keys = ["Key", "OtherKey"].map(|key| serde_json::json!({ "Fn::GetAtt": [key, "Arn"] }));
        assert!(matches!(&**resources, [one] if keys.contains(one)), "{module}/{right}: {resources:?}");
        let service = conditions["StringEquals"]["kms:ViaService"]["Fn::Sub"].as_str().unwrap();
        assert!(service.ends_with(".${AWS::Region}.${AWS::URLSuffix}"), "{module}/{right}: {service}");
        through.insert(module);
    }
    let expected = [
        "appconfig",
        "dynamodb",
        "kinesis",
        "rds",
        "s3",
        "s3express",
        "s3tables",
        "s3vectors",
        "secretsmanager",
        "sns",
        "sqs",
        "stepfunctions",
    ];
    assert_eq!(through.into_iter().collect::<Vec<_>>(), expected);
}

/// What others got wrong: each is a reported problem of a tool that makes policies.
#[test]
fn known_mistakes_of_others_are_not_made() {
    // A prefix narrows reading but not listing.
    let list = statements("s3", "ListNarrowed");
    assert_eq!(list[0].conditions["StringLike"]["s3:prefix"], "in/*");
    // Reading is dozens of actions, on the bucket and its objects alike.
    assert_eq!(actions("s3", "ReadPlain"), ["s3:GetObject"]);
    assert_eq!(resources("s3", "ReadNarrowed"), ["${Plain.Arn}/in/*"]);
    // Writing deletes.
    for (module, right) in
        [("s3", "Write"), ("dynamodb", "Write"), ("sqs", "Send"), ("location", "WriteGeofences")]
    {
        let actions = actions(module, right);
        assert!(
            !actions
                .iter()
                .any(|action| ["Delete", "Purge", "BatchWrite"].iter().any(|word| action.contains(word))),
            "{module}/{right}: {actions:?}"
        );
    }
    // Invoking covers every version.
    assert_eq!(
        statements("lambda", "Invoke")[0].resources,
        [serde_json::json!({ "Fn::GetAtt": ["Function", "Arn"] })]
    );
    // The key of a table is granted on every key.
    assert!(statements("dynamodb", "Read").iter().all(|statement| !is_star(statement)));
    // A key that is named by its id or by an alias, or is that of a dead-letter queue, is forgotten.
    for (module, right, keys) in
        [("sqs", "Send", 1), ("sqs", "Redrive", 2), ("dynamodb", "Write", 1), ("sns", "Publish", 1)]
    {
        let with_key = statements(module, right)
            .into_iter()
            .filter(|statement| statement.actions.iter().any(|action| action.starts_with("kms:")));
        assert_eq!(with_key.count(), keys, "{module}/{right}");
    }
    // Running a task grants handing over every role, or to every service.
    let passes: Vec<_> = statements("ecs", "Run")
        .into_iter()
        .filter(|statement| statement.actions == ["iam:PassRole"])
        .collect();
    assert_eq!(passes.len(), 1);
    assert_eq!(passes[0].resources, [serde_json::json!({ "Fn::GetAtt": ["RoleRole", "Arn"] })]);
    assert_eq!(passes[0].conditions["StringEquals"]["iam:PassedToService"], "ecs-tasks.amazonaws.com");
}

/// What a role needs for a function to follow something, by Lambda's guide, which checks it when a mapping is made: "Using
/// Lambda to process records from Amazon Kinesis", "… Amazon DynamoDB streams", "Using Lambda with Amazon SQS".
/// `ListStreams` is not asked for: it takes no resource, and the policy templates of SAM name one to no effect.
#[test]
fn what_mappings_are_made_with_is_granted() {
    let needed = [
        (
            "kinesis",
            "Follow",
            &["DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"][..],
        ),
        ("dynamodb", "Follow", &["DescribeStream", "GetRecords", "GetShardIterator"][..]),
        ("sqs", "Consume", &["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"][..]),
    ];
    for (module, right, needed) in needed {
        let granted = actions(module, right);
        for action in needed {
            let action = format!("{module}:{action}");
            assert!(granted.contains(&action), "{module}::{right} lacks {action}: {granted:?}");
        }
    }
}

/// The page lists every verb, as it is.
#[test]
fn the_page_is_true() {
    let path = here().join("../spec/verbs.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (start, end) = ("<!-- verbs -->\n\n", "\n<!-- end -->");
    let (before, rest) = page.split_once(start).unwrap();
    let (table, after) = rest.split_once(end).unwrap();
    let wanted = table_of_verbs();
    if std::env::var_os("CI_BLESS").is_some_and(|value| !value.is_empty() && value != "0") {
        std::fs::write(&path, format!("{before}{start}{wanted}{end}{after}")).unwrap();
        return;
    }
    assert!(
        table == wanted,
        "spec/verbs.md says something else than the sources; if they are right: CI_BLESS=1 cargo test -p ci-tests \
         --test verbs"
    );
}

#[test]
fn validators_accept_the_templates() {
    let templates: Vec<(&str, &str)> =
        TEMPLATES.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_acceptable("verbs", Scope::Whole, &templates);
}

fn table_of_verbs() -> String {
    let mut table = String::from("| verb | of | allows | actions |\n| --- | --- | --- | --- |\n");
    for verb in VERBS.iter() {
        let types: Vec<String> =
            verb.types.iter().map(|name| format!("`{}`", &name["aws::".len()..])).collect();
        let mut by_service: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for action in actions(&verb.module, &pascal(&verb.name)) {
            let (service, name) = action.split_once(':').unwrap();
            by_service.entry(service.to_owned()).or_default().insert(name.to_owned());
        }
        let actions: Vec<String> = by_service
            .iter()
            .map(|(service, names)| {
                format!("`{service}`: {}", names.iter().cloned().collect::<Vec<_>>().join(", "))
            })
            .collect();
        writeln!(
            table,
            "| `{}::{}({})` | {} | {} | {} |",
            verb.module,
            verb.name,
            verb.parameters,
            types.join(", "),
            verb.doc,
            actions.join("; ")
        )
        .unwrap();
    }
    table
}

/// The functions of a source that give a right, in its order.
fn verbs(module: &str, source: &str) -> Vec<Verb> {
    let mut found = Vec::new();
    let mut doc: Vec<&str> = Vec::new();
    let mut rest = source;
    while let Some((line, after)) = rest.split_once('\n') {
        if let Some(text) = line.strip_prefix("///") {
            doc.push(text.trim());
        } else if let Some(signature) = rest.strip_prefix("fn ") {
            let (name, signature) = signature.split_once('(').unwrap();
            let (parameters, result) = signature.split_once(") -> ").unwrap();
            if result.starts_with("Capability ") {
                let parameters: Vec<(&str, &str)> =
                    parameters.split(',').filter_map(|parameter| parameter.trim().split_once(": ")).collect();
                let names: Vec<&str> = parameters.iter().map(|(name, _)| *name).collect();
                found.push(Verb {
                    module: module.to_owned(),
                    name: name.to_owned(),
                    parameters: names.join(", "),
                    types: parameters
                        .iter()
                        .filter(|(_, ty)| ty.starts_with("aws::"))
                        .map(|(_, ty)| (*ty).to_owned())
                        .collect(),
                    doc: doc.join(" "),
                });
            }
            doc.clear();
        } else {
            doc.clear();
        }
        rest = after;
    }
    found
}

/// The list of the page, by action: what narrows it, the kinds of resources IAM knows, and why.
fn listed() -> BTreeMap<String, [String; 3]> {
    let page = std::fs::read_to_string(here().join("../spec/verbs.md")).unwrap();
    let (_, rest) = page.split_once("<!-- no resource -->").unwrap();
    let (list, _) = rest.split_once("<!-- end -->").unwrap();
    list.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [action, condition, kinds, why] = cells.as_slice() else { panic!("{line}") };
            (action.trim_matches('`').to_owned(), [condition, kinds, why].map(|cell| (*cell).to_owned()))
        })
        .collect()
}

/// The kinds of resources that an action can be restricted to, as IAM names them; empty where there are none.
fn kinds(action: &str) -> String {
    let (service, name) = action.split_once(':').unwrap();
    let service = ci_catalog::iam::service(service).unwrap();
    let action = service.action(name).unwrap();
    action.resources.iter().map(|kind| format!("`{}`", kind.resource_type)).collect::<Vec<_>>().join(", ")
}

/// The condition keys that narrow a statement; `-` where there are none.
fn narrowed_by(conditions: &Value) -> String {
    let keys: Vec<String> = conditions
        .as_object()
        .into_iter()
        .flat_map(|operators| operators.values())
        .flat_map(|keys| keys.as_object().unwrap().keys())
        .map(|key| format!("`{key}`"))
        .collect();
    if keys.is_empty() { "-".to_owned() } else { keys.join(", ") }
}

fn is_star(statement: &Statement) -> bool {
    statement.resources.iter().any(|resource| resource == "*")
}

fn statements(module: &str, right: &str) -> Vec<&'static Statement> {
    STATEMENTS.iter().filter(|statement| statement.module == module && statement.right == right).collect()
}

fn actions(module: &str, right: &str) -> Vec<String> {
    statements(module, right).iter().flat_map(|statement| statement.actions.iter().cloned()).collect()
}

/// The resources of a right that are put together from a text.
fn resources(module: &str, right: &str) -> Vec<String> {
    let all = statements(module, right).into_iter().flat_map(|statement| &statement.resources);
    all.filter_map(|resource| Some(resource["Fn::Sub"].as_str()?.to_owned())).collect()
}

fn many(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

/// `read_of` as a logical id has it: `ReadOf`.
fn pascal(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            word.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c })
        })
        .collect()
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
