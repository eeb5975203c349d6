//! Prints the unit in this language, in three styles: all resources written out in one service, the unit as a
//! component that a loop applies, and the units shared out among many services in files of their own.

use std::fmt::Write as _;

use super::unit::{Piece, Resource, Value};

/// What a unit's number is in the source: written out, or the input of the component.
#[derive(Clone, Copy)]
enum Number {
    Known(usize),
    Input,
}

/// `ci.toml`. Ten thousand resources in one stack are for measuring, not for deploying, so the limit is off.
pub(crate) fn manifest(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n\n[lints]\ntemplate-limits = \"allow\"\n")
}

/// One service with every resource written out.
pub(crate) fn flat(unit: &[Resource], units: usize) -> String {
    let mut source = imports(unit);
    source.push_str("/// Every unit, written out.\n");
    source.push_str(&service(unit, "Flat", 0..units));
    source
}

/// The unit as a component, applied in a loop.
pub(crate) fn repeated(unit: &[Resource], units: usize) -> String {
    let mut source = imports(unit);
    source.push_str("/// One worker with what belongs to it.\ncomponent Unit {\n    input i: Int;\n\n");
    for resource in unit {
        source.push_str(&binding(resource, Number::Input));
    }
    let _ = write!(
        source,
        "}}\n\n/// Every unit, by a loop.\nservice Loop {{\n    let units = for i in 0..{units} {{ Unit {{ i }} }};\n}}\n"
    );
    source
}

/// `(path below src, text)` of an app with `services` services, or one a unit where there are fewer units.
pub(crate) fn services(unit: &[Resource], units: usize, services: usize) -> Vec<(String, String)> {
    let services = services.min(units);
    let names: Vec<_> = (0..services).map(|index| (format!("part{index}"), format!("Part{index}"))).collect();
    let mut main = String::new();
    for (module, name) in &names {
        let _ = writeln!(main, "use {module}::{name};");
    }
    main.push_str("\n/// Every unit, shared out among services.\napp Services {\n");
    for (module, name) in &names {
        let _ = writeln!(main, "    let {module} = {name} {{}};");
    }
    main.push_str("}\n");

    let share = |index: usize| units * index / services..units * (index + 1) / services;
    let part = |(index, (module, name)): (usize, &(String, String))| {
        let text =
            format!("{}/// A share of the units.\n{}", imports(unit), service(unit, name, share(index)));
        (format!("{module}.ci"), text)
    };
    let mut files: Vec<_> = names.iter().enumerate().map(part).collect();
    files.push(("main.ci".to_owned(), main));
    files
}

/// A `use` for each type.
fn imports(unit: &[Resource]) -> String {
    let path = |resource: &Resource| {
        format!("use aws::{}::{};\n", resource.service.to_ascii_lowercase(), resource.kind)
    };
    let mut paths: Vec<String> = unit.iter().map(path).collect();
    paths.sort();
    paths.dedup();
    paths.concat() + "\n"
}

fn service(unit: &[Resource], name: &str, indices: std::ops::Range<usize>) -> String {
    let bindings = indices.flat_map(|index| unit.iter().map(move |item| binding(item, Number::Known(index))));
    format!("service {name} {{\n{}}}\n", bindings.collect::<String>())
}

/// `let bucket0 = Bucket { … };` inside a service or component.
fn binding(resource: &Resource, number: Number) -> String {
    let fields = fields(&resource.properties, number, 1, false);
    format!("    let {} = {} {fields};\n", variable(resource.name, number), resource.kind)
}

/// The name of a resource in the source. The logical id is made from it: `bucket0` gives `Bucket0`.
fn variable(name: &str, number: Number) -> String {
    match number {
        Number::Known(index) => format!("{}{index}", name.to_ascii_lowercase()),
        // `fn` alone is a keyword.
        Number::Input if name == "Fn" => "function".to_owned(),
        Number::Input => name.to_ascii_lowercase(),
    }
}

fn fields(fields: &[(&str, Value)], number: Number, depth: usize, quoted: bool) -> String {
    let indent = "    ".repeat(depth + 1);
    let mut source = String::from("{\n");
    for (name, value) in fields {
        let value = expression(value, number, depth + 1);
        let quote = if quoted { "\"" } else { "" };
        let _ = writeln!(source, "{indent}{quote}{name}{quote}: {value},");
    }
    source + &"    ".repeat(depth) + "}"
}

fn expression(value: &Value, number: Number, depth: usize) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Text(pieces) => {
            let print = |piece: &Piece| match piece {
                Piece::Literal(literal) => escape(literal),
                Piece::Index => match number {
                    Number::Known(index) => index.to_string(),
                    Number::Input => "{i}".to_owned(),
                },
                Piece::Reference(reference) => {
                    format!("{{{}.{}}}", variable(reference.resource, number), reference.attribute)
                }
            };
            format!("\"{}\"", pieces.iter().map(print).collect::<String>())
        }
        Value::List(items) => {
            let indent = "    ".repeat(depth + 1);
            let mut source = String::from("[\n");
            for item in items {
                let _ = writeln!(source, "{indent}{},", expression(item, number, depth + 1));
            }
            source + &"    ".repeat(depth) + "]"
        }
        Value::Record(of) => fields(of, number, depth, false),
        Value::Map(of) => fields(of, number, depth, true),
        Value::Reference(reference) => {
            format!("{}.{}", variable(reference.resource, number), reference.attribute)
        }
    }
}

/// Braces would interpolate.
fn escape(literal: &str) -> String {
    let mut escaped = String::new();
    for c in literal.chars() {
        if matches!(c, '\\' | '"' | '{' | '}') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
