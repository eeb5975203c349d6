//! Words of the language by their place, and the shapes of common declarations.

use ci_base::Code;
use ci_sema::infer::attribute_names;
use ci_syntax::ast::{Item, UnitKind};

use super::{CompletionKind, List};
use crate::place::At;

/// At the top of a file.
pub(super) fn items(list: &mut List<'_>) {
    for word in
        ["use", "const", "struct", "enum", "fn", "interface", "component", "service", "app", "test", "rule"]
    {
        list.put(word, CompletionKind::Keyword, 20);
    }
    let shapes = [
        ("service", "service ${1:Name} {\n    $0\n}", "a stack"),
        (
            "component",
            "/// ${2:What it is.}\ncomponent ${1:Name} {\n    $0\n}",
            "a reusable group of resources",
        ),
        (
            "app",
            "app ${1:Name} {\n    let ${2:service} = ${3:Service} { $0 };\n\n    environment dev {\n        region: \"${4:eu-west-1}\",\n    }\n}",
            "services wired together",
        ),
        ("interface", "interface ${1:Name} {\n    ${2:url}: ${3:Url};\n}", "what a service provides"),
        ("struct", "struct ${1:Name} {\n    ${2:field}: ${3:String},\n}", "a record"),
        ("enum", "enum ${1:Name} { ${2:First}, ${3:Second} }", "one of several"),
        ("fn", "fn ${1:name}(${2:argument}: ${3:String}) -> ${4:String} {\n    $0\n}", "a function"),
        (
            "test",
            "test \"${1:what is shown}\" {\n    let app = ${2:App} { $3 };\n    assert $0;\n}",
            "what must be true of what is built",
        ),
        (
            "rule",
            "/// ${4:Why it matters.}\nrule ${1:name} for ${2:subject}: ${3:aws::s3::Bucket} {\n    require $0, \"${5:what is wrong}\";\n}",
            "what must hold for every resource of a type",
        ),
    ];
    for (label, insert, detail) in shapes {
        list.snippet(label, insert, detail, 10);
    }
}

/// In a unit, test or rule.
pub(super) fn members(list: &mut List<'_>, place: &At<'_>) {
    let words: &[(&str, &str, &str)] = match &place.body.tree.item {
        Item::Test { .. } => &[
            ("let", "let ${1:name} = $0;", "a name for a value"),
            ("assert", "assert $0;", "what must hold"),
        ],
        Item::Rule { .. } => &[
            ("let", "let ${1:name} = $0;", "a name for a value"),
            ("require", "require $0, \"${1:what is wrong}\";", "what must hold"),
        ],
        Item::Unit { kind: UnitKind::App, .. } => &[
            ("let", "let ${1:name} = $0;", "a service"),
            ("input", "input ${1:name}: ${2:String};$0", "what environments say"),
            ("environment", "environment ${1:dev} {\n    $0\n}", "where it is deployed"),
            ("assert", "assert $0;", "what must hold"),
        ],
        Item::Unit { kind: UnitKind::Service, .. } => &[
            ("let", "let ${1:name} = $0;", "a resource, an instance or a name for a value"),
            ("input", "input ${1:name}: ${2:String};$0", "what is known when it is built"),
            ("param", "param ${1:name}: ${2:String};$0", "what is given at deployment"),
            ("needs", "needs ${1:name}: ${2:Interface};$0", "what another service provides"),
            ("provides", "provides ${1:name}: ${2:Interface} = { $0 };", "what others may need"),
            ("output", "output ${1:name}: ${2:String} = $0;", "a value to be read from outside"),
            ("assert", "assert $0;", "what must hold"),
        ],
        _ => &[
            ("let", "let ${1:name} = $0;", "a resource, an instance or a name for a value"),
            ("input", "input ${1:name}: ${2:String};$0", "what is given when it is made"),
            ("output", "output ${1:name}: ${2:String} = $0;", "a value to be read from outside"),
            ("capability", "capability ${1:name} = allow ${2} on [$0];", "a right to what it holds"),
            ("assert", "assert $0;", "what must hold"),
        ],
    };
    for (word, insert, detail) in words {
        list.snippet(word, *insert, detail, 10);
    }
}

/// After `#[`.
pub(super) fn markers(list: &mut List<'_>) {
    for (name, after) in attribute_names() {
        let item = list.put(name, CompletionKind::Marker, 10);
        if after.contains("\"\"") || after.contains("()") || after.contains("(,") {
            item.is_snippet = true;
            item.insert = format!(
                "{name}{}",
                after.replace("(, ", "(${1:finding}, ").replace("\"\"", "\"$0\"").replace("()", "($0)")
            );
        } else {
            item.insert = format!("{name}{after}");
        }
    }
}

/// In `#[allow(…)]`.
pub(super) fn findings(list: &mut List<'_>, place: &At<'_>) {
    for code in Code::ALL.iter().filter(|code| code.has_level()) {
        let item = list.put(code.name().replace('-', "_"), CompletionKind::Constant, 10);
        code.number().clone_into(&mut item.detail);
    }
    for rule in ci_sema::rule::rule_names(place.body.db) {
        "rule".clone_into(&mut list.put(&**rule, CompletionKind::Constant, 20).detail);
    }
    list.snippet("reason", "reason = \"$0\"", "why it may stay", 5);
}
