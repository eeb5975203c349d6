//! Prints the unit as an AWS CDK program with L1 constructs, all resources written out, in JavaScript and TypeScript.
//!
//! The stack limit, the bootstrap parameter and the metadata resource are off, so that the template comes to the
//! same resources and nothing else.

use std::fmt::Write as _;

use super::canon::sub_text;
use super::unit::{Piece, Resource, Value};

/// The language of the program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    JavaScript,
    TypeScript,
}

/// `tsc -p` checks the program with this; `types` is empty so that only what it imports is loaded.
pub(crate) const TSCONFIG: &str = r#"{
  "compilerOptions": {
    "target": "es2022",
    "module": "commonjs",
    "moduleResolution": "node",
    "strict": true,
    "noEmit": true,
    "skipLibCheck": true,
    "types": []
  },
  "include": ["app.ts"]
}
"#;

/// Properties whose values CDK passes on as they are, instead of renaming the keys in them.
const VERBATIM: [&str; 4] = ["AssumeRolePolicyDocument", "PolicyDocument", "RedrivePolicy", "Variables"];

pub(crate) fn program(unit: &[Resource], units: usize, dialect: Dialect) -> String {
    let mut source = import("cdk", "aws-cdk-lib", dialect);
    let mut modules: Vec<String> =
        unit.iter().map(|resource| resource.service.to_ascii_lowercase()).collect();
    modules.sort();
    modules.dedup();
    for module in &modules {
        source.push_str(&import(module, &format!("aws-cdk-lib/aws-{module}"), dialect));
    }
    source.push_str(
        "const app = new cdk.App({ analyticsReporting: false, context: { '@aws-cdk/core:stackResourceLimit': 0 } });\n\
         const stack = new cdk.Stack(app, 'S', { synthesizer: new cdk.LegacyStackSynthesizer() });\n",
    );
    for index in 0..units {
        for resource in unit {
            let Resource { name, service, kind, properties } = resource;
            let _ = writeln!(
                source,
                "const {} = new {}.Cfn{kind}(stack, '{name}{index}', {});",
                variable(name, index),
                service.to_ascii_lowercase(),
                object(properties, index, 0, false),
            );
        }
    }
    source.push_str("app.synth();\n");
    source
}

fn import(name: &str, module: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::JavaScript => format!("const {name} = require('{module}');\n"),
        Dialect::TypeScript => format!("import * as {name} from '{module}';\n"),
    }
}

fn variable(name: &str, index: usize) -> String {
    format!("{}{index}", name.to_ascii_lowercase())
}

fn object(fields: &[(&str, Value)], index: usize, depth: usize, verbatim: bool) -> String {
    let indent = "  ".repeat(depth + 1);
    let mut source = String::from("{\n");
    for (name, value) in fields {
        let key = if verbatim { (*name).to_owned() } else { camel_case(name) };
        let value = expression(value, index, depth + 1, verbatim || VERBATIM.contains(name));
        let _ = writeln!(source, "{indent}{key}: {value},");
    }
    source + &"  ".repeat(depth) + "}"
}

fn expression(value: &Value, index: usize, depth: usize, verbatim: bool) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Text(pieces) => {
            let text = string(&sub_text(pieces, index));
            let refers = pieces.iter().any(|piece| matches!(piece, Piece::Reference(_)));
            if refers { format!("cdk.Fn.sub({text})") } else { text }
        }
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| expression(item, index, depth, verbatim)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Record(fields) | Value::Map(fields) => object(fields, index, depth, verbatim),
        Value::Reference(reference) if reference.is_ref => {
            format!("{}.ref", variable(reference.resource, index))
        }
        Value::Reference(reference) => {
            format!("{}.attr{}", variable(reference.resource, index), reference.attribute)
        }
    }
}

/// A string literal; JSON's are JavaScript's.
fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `BucketEncryption` to `bucketEncryption`, `SSEAlgorithm` to `sseAlgorithm`.
fn camel_case(name: &str) -> String {
    let capitals = name.bytes().take_while(u8::is_ascii_uppercase).count();
    // The last capital of several starts the next word, unless nothing follows.
    let lowered = if capitals > 1 && capitals < name.len() { capitals - 1 } else { capitals };
    name[..lowered].to_ascii_lowercase() + &name[lowered..]
}
