//! Templates that say where they come from: metadata with the source line of each resource and policy statement, of what the
//! program declares where a library wrote them, and what uses a resource that is there only because of that.
//!
//! Not in every build: a line more at the top of a file would change every template below it.
//!
//! Must not know: how places are found, how templates are written.

use ci_graph::{Entry, Located, Origin, Resource, ResourceId, Stack, Value};

/// The key in `Metadata`.
const KEY: &str = "CleanInfra";

/// Where something was written, and what stands there.
pub(crate) struct Written {
    /// `src/orders.ci:32:16`.
    pub place: String,
    /// The text, its first line.
    pub text: String,
}

/// What is known of a stack beyond what is in it.
pub(crate) trait Known {
    /// Where something was written, and what stands there.
    fn written(&self, origin: Origin) -> Option<Written>;
    /// Where the program declares what a library made: `src/orders.ci:12:9`.
    fn declared(&self, resource: &Resource) -> Option<String>;
    /// What uses a resource that is there only because of that.
    fn users(&self, resource: ResourceId) -> Vec<String>;
}

/// The stack with metadata that explains it.
pub(crate) fn explained(stack: &Stack, known: &dyn Known) -> Stack {
    let mut stack = stack.clone();
    for (index, resource) in stack.resources.iter_mut().enumerate() {
        let told = tell(ResourceId(index as u32), resource, known);
        let entry = Entry { name: KEY.into(), value: Located { value: told, origin: resource.origin } };
        match &mut resource.metadata {
            Some(Value::Record(entries)) => entries.push(entry),
            Some(_) => {}
            none => *none = Some(Value::Record(vec![entry])),
        }
    }
    stack
}

fn tell(id: ResourceId, resource: &Resource, known: &dyn Known) -> Value {
    let mut statements = Vec::new();
    for property in &resource.properties {
        each_statement(&property.value, &mut |statement| {
            if let Some(written) = known.written(statement.origin) {
                let sid = statement.value.get("Sid").cloned();
                let sid = sid.map(|sid| Entry { name: "Sid".into(), value: sid });
                let source = entry("Source", written.place, statement.origin);
                // Of a record that goes over several lines the first says nothing.
                let code = Some(written.text).filter(|text| text.contains(char::is_alphabetic));
                let code = code.map(|code| entry("Code", code, statement.origin));
                let told = sid.into_iter().chain([source]).chain(code).collect();
                statements.push(Located { value: Value::Record(told), origin: statement.origin });
            }
        });
    }
    let mut told = vec![entry("Path", resource.path.to_string(), resource.origin)];
    if let Some(written) = known.written(resource.origin) {
        told.push(entry("Source", written.place, resource.origin));
    }
    if let Some(declared) = known.declared(resource) {
        told.push(entry("Declared", declared, resource.origin));
    }
    if !statements.is_empty() {
        let value = Located { value: Value::List(statements), origin: resource.origin };
        told.push(Entry { name: "Statements".into(), value });
    }
    let users = known.users(id);
    if !users.is_empty() {
        let text = |user| Located { value: Value::string(user), origin: resource.origin };
        let users = Value::List(users.into_iter().map(text).collect());
        told.push(Entry { name: "UsedBy".into(), value: Located { value: users, origin: resource.origin } });
    }
    Value::Record(told)
}

fn entry(name: &str, text: String, origin: Origin) -> Entry {
    Entry { name: name.into(), value: Located { value: Value::string(text), origin } }
}

/// The statements of all policies in a value, in order.
fn each_statement<'a>(located: &'a Located, with: &mut dyn FnMut(&'a Located)) {
    match &located.value {
        Value::List(items) => items.iter().for_each(|item| each_statement(item, with)),
        Value::Record(entries) => {
            for entry in entries {
                match &entry.value.value {
                    Value::List(items) if &*entry.name == "Statement" => items.iter().for_each(&mut *with),
                    _ => each_statement(&entry.value, with),
                }
            }
        }
        _ => {}
    }
}
