//! `cleaninfra describe`: what CloudFormation knows about a resource type.

mod facts;
mod search;
mod text;

use std::fmt::Write as _;

use ci_base::did_you_mean;
use ci_catalog::{Node, NodeId, ResourceSchema};
use ci_project::{resource_path, resource_type};

use crate::arguments::Describe;
use crate::terminal::{Exit, Failure, Outcome, Terminal, print};

pub(crate) fn run(terminal: &Terminal, arguments: &Describe) -> Outcome {
    let Some(schema) = resource_type(&arguments.name) else { return candidates(arguments) };
    let output = match &arguments.property {
        None => {
            let facts = facts::Type::of(schema);
            if arguments.json { json(&facts)? } else { text::of_type(terminal, &facts) }
        }
        Some(path) => {
            let pointer = pointer(schema, path)?;
            let facts = facts::Detail::of(schema, &pointer);
            if arguments.json { json(&facts)? } else { text::of_property(terminal, &facts) }
        }
    };
    print(&output)?;
    Ok(Exit::Success)
}

/// What to say where no type has that name: types in whose names the words occur, or the nearest one.
fn candidates(arguments: &Describe) -> Outcome {
    let wanted = &arguments.name;
    let found = search::types(wanted);
    if found.is_empty() || arguments.property.is_some() {
        let mut message = format!("there is no resource type `{wanted}`");
        if let Some(near) = search::nearest(wanted) {
            let _ = write!(message, "; did you mean `{}`?", resource_path(near));
        }
        return Err(Failure::usage(message));
    }
    let paths: Vec<String> = found.iter().map(|name| resource_path(name)).collect();
    if arguments.json {
        print(&json(&paths)?)?;
        return Ok(Exit::Success);
    }
    print(&format!("{}\n", paths.join("\n")))?;
    Ok(Exit::Success)
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| format!("{text}\n")).map_err(|error| Failure::internal(error.to_string()))
}

/// The pointer that a dotted path means: each step in any case, steps into lists and maps left out.
fn pointer(schema: &ResourceSchema, path: &str) -> Result<String, Failure> {
    let mut at = schema.root();
    let mut pointer = String::new();
    for step in path.split(['.', '/']).filter(|step| !step.is_empty() && *step != "*") {
        // Through lists and maps to something with properties.
        while schema.node(at).properties.is_empty()
            && let Some(inner) = inner(schema.node(at))
        {
            at = inner;
            pointer.push_str("/*");
        }
        let node = schema.node(at);
        let exact = node.property(step);
        let property =
            exact.or_else(|| node.properties.iter().find(|known| known.name.eq_ignore_ascii_case(step)));
        let Some(property) = property else {
            let place = if pointer.is_empty() { schema.name() } else { pointer.trim_start_matches('/') };
            let mut message = format!("`{place}` has no property `{step}`");
            let names = node.properties.iter().map(|property| property.name);
            let lower = step.to_ascii_lowercase();
            let longer = names.clone().find(|name| name.to_ascii_lowercase().starts_with(&lower));
            if let Some(near) = did_you_mean(step, names.clone()).or(longer) {
                let _ = write!(message, "; did you mean `{near}`?");
            } else if !node.properties.is_empty() {
                let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
                let _ = write!(message, "\nit has {}", names.join(", "));
            }
            return Err(Failure::usage(message));
        };
        pointer.push('/');
        pointer.push_str(property.name);
        at = property.node;
    }
    Ok(pointer.trim_start_matches('/').to_owned())
}

/// What a list or map holds.
fn inner(node: &Node) -> Option<NodeId> {
    let patterns = node.pattern_properties.first().map(|(_, id)| *id);
    let additional = match node.additional {
        ci_catalog::Additional::Of(id) => Some(id),
        ci_catalog::Additional::Open | ci_catalog::Additional::Closed => None,
    };
    node.items.or(patterns).or(additional)
}

#[cfg(test)]
mod tests;
