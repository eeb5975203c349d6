//! What is written to make something: a resource, a component, a record with what it needs, as text or as a snippet.
//!
//! A snippet has stops, `${1:word}`, as editors know them.

use std::fmt::Write as _;

use ci_catalog::{Kinds, NodeId, ResourceSchema};
use ci_sema::Db;
use ci_sema::signature::Field;
use ci_sema::ty::{NodeType, Ty};

/// How deep required properties of required properties are written out.
const DEEPEST: usize = 3;

/// Writes snippets: numbers stops, keeps the indentation.
pub(crate) struct Shape {
    /// The text so far.
    pub text: String,
    stops: bool,
    next: usize,
    indent: usize,
}

impl Shape {
    /// With stops for an editor, or with plain placeholders. `indent` is that of the line, in blanks.
    pub fn new(stops: bool, indent: usize) -> Self {
        Self { text: String::new(), stops, next: 1, indent }
    }

    /// A place to fill in.
    pub fn stop(&mut self, word: &str) {
        if self.stops {
            let word = escape(word);
            let _ = write!(self.text, "${{{}:{word}}}", self.next);
            self.next += 1;
        } else {
            self.text.push_str(word);
        }
    }

    /// `{ … }` with these entries, each on a line of its own; `{}` without any.
    pub fn record<T>(&mut self, entries: &[T], mut each: impl FnMut(&mut Self, &T)) {
        if entries.is_empty() {
            self.text.push_str(if self.stops { "{ $0 }" } else { "{}" });
            return;
        }
        self.text.push('{');
        self.indent += 4;
        for entry in entries {
            self.line();
            each(self, entry);
            self.text.push(',');
        }
        self.indent -= 4;
        self.line();
        self.text.push('}');
    }

    fn line(&mut self) {
        self.text.push('\n');
        // An editor indents the lines of a snippet like the first.
        let blanks = self.indent;
        self.text.extend(std::iter::repeat_n(' ', blanks));
    }

    /// The required properties of a resource.
    pub fn resource(&mut self, schema: &'static ResourceSchema) {
        let node = NodeType { resource: ci_sema::ty::ResourceType(schema), id: schema.root() };
        self.properties(node, "", DEEPEST);
    }

    fn properties(&mut self, node: NodeType, pointer: &str, depth: usize) {
        let wanted = required(node, pointer);
        self.record(&wanted, |shape, (name, id)| {
            shape.text.push_str(name);
            shape.text.push_str(": ");
            let pointer = join(pointer, name);
            shape.value(NodeType { id: *id, ..node }, name, &pointer, depth.saturating_sub(1));
        });
    }

    /// A value of a property.
    pub fn value(&mut self, node: NodeType, name: &str, pointer: &str, depth: usize) {
        let facts = node.node();
        let kinds = node.kinds();
        if let Some(first) = facts.enum_values.first() {
            self.text.push('"');
            self.stop(first);
            self.text.push('"');
        } else if !facts.references.is_empty() {
            self.stop(&snake(name));
        } else if kinds.contains(Kinds::ARRAY) {
            self.text.push('[');
            match node.items() {
                Some(items) if depth > 0 && !required(items, &format!("{pointer}/*")).is_empty() => {
                    self.properties(items, &format!("{pointer}/*"), depth);
                }
                _ => self.stop(""),
            }
            self.text.push(']');
        } else if kinds.contains(Kinds::OBJECT) && !kinds.contains(Kinds::STRING) {
            if depth > 0 && !facts.properties.is_empty() {
                self.properties(node, pointer, depth);
            } else {
                self.text.push_str("{ ");
                self.stop("");
                self.text.push_str(" }");
            }
        } else if facts.policy.is_some() {
            self.text.push_str("policy([");
            self.stop("");
            self.text.push_str("])");
        } else if kinds.contains(Kinds::STRING) {
            self.text.push('"');
            self.stop(if self.stops { name } else { "" });
            self.text.push('"');
        } else if kinds.contains(Kinds::INTEGER) || kinds.contains(Kinds::NUMBER) {
            let least = facts.minimum.map_or(0, |least| least as i64);
            self.stop(&least.to_string());
        } else if kinds.contains(Kinds::BOOLEAN) {
            self.stop("true");
        } else {
            self.stop("none");
        }
    }

    /// What is to be given when an instance of something declared is made.
    pub fn fields(&mut self, db: &dyn Db, fields: &[Field]) {
        let wanted: Vec<&Field> = fields.iter().filter(|field| !field.optional).collect();
        self.record(&wanted, |shape, field| {
            shape.text.push_str(&field.name);
            shape.text.push_str(": ");
            shape.of_type(db, &field.ty, &field.name);
        });
    }

    /// A value of a type.
    pub fn of_type(&mut self, db: &dyn Db, ty: &Ty, name: &str) {
        match ty.unwrapped().0.widened() {
            Ty::Bool => self.stop("true"),
            Ty::Int | Ty::Port => self.stop("1"),
            Ty::Float => self.stop("1.0"),
            Ty::Duration => self.stop("30s"),
            Ty::Size => self.stop("128MiB"),
            Ty::String | Ty::Cidr | Ty::Url => {
                self.text.push('"');
                self.stop(if self.stops { name } else { "" });
                self.text.push('"');
            }
            Ty::Texts(texts) => {
                self.text.push('"');
                self.stop(texts.first().map_or("", |text| text));
                self.text.push('"');
            }
            Ty::List(_) => {
                self.text.push('[');
                self.stop("");
                self.text.push(']');
            }
            Ty::Map(_) | Ty::Record(_) | Ty::Json => {
                self.text.push_str("{ ");
                self.stop("");
                self.text.push_str(" }");
            }
            Ty::Node(node) => self.value(*node, name, "", 1),
            Ty::Enum(item) => {
                let shown = item.name(db).to_string();
                self.text.push_str(&shown);
                self.text.push_str("::");
                self.stop("");
            }
            _ => self.stop(name),
        }
    }
}

/// The properties that must be given, as name and shape: those of the schema, but for what only AWS sets.
pub(crate) fn required(node: NodeType, pointer: &str) -> Vec<(&'static str, NodeId)> {
    let schema = node.resource.0;
    let is_wanted = |name: &str| !schema.is_read_only(&join(pointer, name));
    let facts = node.node();
    facts
        .properties
        .iter()
        .filter(|property| property.required && is_wanted(property.name))
        .map(|property| (property.name, property.node))
        .collect()
}

/// A pointer one step down.
pub(crate) fn join(pointer: &str, name: &str) -> String {
    if pointer.is_empty() { name.to_owned() } else { format!("{pointer}/{name}") }
}

/// `AttributeName` as a name in the language: `attribute_name`.
pub(crate) fn snake(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let characters: Vec<char> = name.chars().collect();
    for (at, character) in characters.iter().enumerate() {
        let after_lower = at > 0 && !characters[at - 1].is_ascii_uppercase();
        let before_lower = characters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if character.is_ascii_uppercase() && at > 0 && (after_lower || before_lower) && !text.ends_with('_') {
            text.push('_');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

/// Text as it is, in a snippet.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '$' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
